// What the screens ask about inspections and findings. Each answer is of viewed rows.

import { awaitsReinspection, isOpen, machineOf } from "../protocol/lifecycle.ts";
import { membersOf, stateOf, textOf } from "../protocol/rows.ts";
import { blobId } from "./blobs.ts";
import { today } from "./clock.ts";
import { clipView, derivationView, findingView, listOf, numberOf, orderView, photoView, recordView, reinspectionView, voiceView } from "./shapes.ts";
import type {
  DerivationView, FindingFilter, FindingView, InspectionView, OrderView, PhotoView, ReinspectionView, Viewed, VoiceView,
} from "./types.ts";
import { viewed, viewedInStates, viewedMany, viewedUnder } from "./view.ts";

const asked = (kind: string, ids: readonly string[]): string[] => ids.map((id) => `${kind}/${id}`);
const has = <T>(value: T | undefined): value is T => value !== undefined;
const byCreation = (a: Viewed, b: Viewed): number => a.row.created.at_ms - b.row.created.at_ms;
/** A2 before A10. */
const byNumber = (a: FindingView, b: FindingView): number =>
  a.number.localeCompare(b.number, "en", { numeric: true }) || byCreation(a, b);

/** Rows with whether the server verified the bytes each names. */
async function checked<T extends { space: string; sha256: string }>(rows: readonly Viewed[], shaped: (row: Viewed, isVerified: boolean) => T): Promise<T[]> {
  const key = ({ space, sha256 }: T): string => `blob/${blobId(space, sha256)}`;
  const verified = await viewedMany(rows.map((row) => key(shaped(row, false))));
  return rows.map((row) => shaped(row, verified.has(key(shaped(row, false)))));
}

const withVerified = (rows: readonly Viewed[]): Promise<PhotoView[]> => checked(rows, photoView);

/** The photos with these ids that are here, in the order given. */
export async function photos(ids: readonly string[]): Promise<PhotoView[]> {
  const found = await viewedMany(asked("photo", ids));
  return withVerified([...found.values()]);
}
export const photo = async (id: string): Promise<PhotoView | undefined> => (await photos([id]))[0];

/** Copies that were made of a photo, oldest first. */
export async function derivationsOf(photoId: string): Promise<DerivationView[]> {
  const row = (await viewed(`photo/${photoId}`))?.row;
  const found = await viewedMany(asked("derivation", row ? membersOf(row, "derivations") : []));
  return checked([...found.values()].sort(byCreation), derivationView);
}

/** The voice notes with these ids that are here, oldest first. */
export async function voices(ids: readonly string[]): Promise<VoiceView[]> {
  const found = await viewedMany(asked("voice", ids));
  return checked([...found.values()].sort(byCreation), voiceView);
}

async function withRecorded(rows: readonly Viewed[]): Promise<FindingView[]> {
  const ids = [...new Set(rows.map(({ row }) => textOf(row, "inspection")))];
  const found = await viewedMany(asked("inspection", ids));
  const recorded = new Set([...found.values()].flatMap(({ row }) => membersOf(row, "recorded_findings")));
  return rows.map((row) => findingView(row, recorded.has(row.id), today()));
}

export async function finding(id: string): Promise<FindingView | undefined> {
  const found = await viewed(`finding/${id}`);
  return found && (await withRecorded([found]))[0];
}

async function whole(head: Viewed): Promise<InspectionView> {
  const { id, row } = head;
  const [findingRows, photoRows, voiceRows, clipRows, recordRows, enterprise] = await Promise.all([
    viewedUnder("finding", id), viewedUnder("photo", id), viewedUnder("voice", id), viewedUnder("clip", id), viewedUnder("record", id),
    viewed(`enterprise/${textOf(row, "enterprise")}`),
  ]);
  const recorded = new Set(membersOf(row, "recorded_findings"));
  const findings = findingRows.map((one) => findingView(one, recorded.has(one.id), today())).sort(byNumber);
  const pictures = await withVerified(photoRows.sort(byCreation));
  const used = new Set(findings.flatMap((one) => [...one.photos, ...one.afterPhotos]));
  const given = new Set(findings.flatMap((one) => one.voices));
  const looseVoices = await checked(voiceRows.filter((one) => !given.has(one.id)).sort(byCreation), voiceView);
  const records = recordRows.sort(byCreation).map(recordView);
  const { signing, ...known } = facts(head);
  return {
    ...head, ...known, signing, signedBy: records.find((one) => one.id === signing)?.author ?? "", records, findings, photos: pictures, loosePhotos: pictures.filter((one) => !used.has(one.id)), looseVoices,
    clips: clipRows.sort(byCreation).map(clipView), enterpriseName: enterprise ? textOf(enterprise.row, "name") : "",
    unrecorded: hasRecord(head) ? findings.filter((one) => !one.recorded && isOpen(one.state)).map((one) => one.id) : [],
  };
}

const hasRecord = ({ row }: Viewed): boolean => row.fields["rendering"] !== undefined;

/** The part of an inspection that is in its own row. */
function facts({ row }: Viewed) {
  return {
    state: stateOf(row, "inspection"), approval: stateOf(row, "approval"), enterprise: textOf(row, "enterprise"),
    date: textOf(row, "date"), arrivedAtMs: numberOf(row, "arrived_at_ms"), officers: listOf(row, "officers"), content: textOf(row, "content"), space: row.space,
    orders: membersOf(row, "orders"), attestedBy: membersOf(row, "attested_by"), objectedBy: membersOf(row, "objected_by"),
    signing: row.fields["rendering"]?.op ?? "", // the op that bound the rendering, also after the inspection moved on
  };
}

/** One inspection with findings, photos and clips. */
export async function inspection(id: string): Promise<InspectionView | undefined> {
  const head = await viewed(`inspection/${id}`);
  return head && whole(head);
}

const UNDER_WAY = ["in_progress", "paused"];
const byDate = (a: InspectionView, b: InspectionView): number => b.date.localeCompare(a.date) || byCreation(b, a);

/** Inspections of a date (default: today, Beijing) in which the person is an officer, plus those still under way, newest first. */
export async function todaysInspections(person: string, date: string = today()): Promise<InspectionView[]> {
  const rows = await viewedInStates("inspection", Object.keys(machineOf("inspection").states));
  const own = rows.filter(({ row }) => {
    const isNow = textOf(row, "date") === date && stateOf(row, "inspection") !== "not_carried_out";
    return listOf(row, "officers").includes(person) && (isNow || UNDER_WAY.includes(stateOf(row, "inspection")));
  });
  return (await Promise.all(own.map(whole))).sort(byDate);
}

/** Inspections of the spaces here in one of these states (default: all), newest date first. */
export async function inspections(
  filter: { states?: readonly string[]; enterprise?: string; officer?: string; limit?: number } = {},
): Promise<InspectionView[]> {
  const rows = await viewedInStates("inspection", filter.states ?? Object.keys(machineOf("inspection").states));
  const fitting = rows.filter(
    ({ row }) =>
      (!filter.enterprise || textOf(row, "enterprise") === filter.enterprise) && (!filter.officer || listOf(row, "officers").includes(filter.officer)),
  );
  const newest = fitting.sort((a, b) => textOf(b.row, "date").localeCompare(textOf(a.row, "date")));
  return (await Promise.all(newest.slice(0, filter.limit ?? 200).map(whole))).sort(byDate);
}

function fits(row: FindingView, filter: FindingFilter): boolean {
  return (
    (!filter.space || row.row.space === filter.space) &&
    (!filter.enterprise || row.enterprise === filter.enterprise) &&
    (!filter.inspection || row.inspection === filter.inspection) &&
    (!filter.awaitingReinspection || awaitsReinspection(row.state))
  );
}

const NEVER = "9999-12-31";
const byUrgency = (a: FindingView, b: FindingView): number =>
  (a.deadline || NEVER).localeCompare(b.deadline || NEVER) || byNumber(a, b);

/** Open findings (lifecycle `open`, or `filter.states`), overdue first, then by deadline. */
export async function openFindings(filter: FindingFilter = {}): Promise<FindingView[]> {
  const rows = await viewedInStates("finding", filter.states ?? machineOf("finding").open!);
  const views = (await withRecorded(rows)).filter((row) => fits(row, filter)).sort(byUrgency);
  const urgent = [...views.filter((row) => row.overdue), ...views.filter((row) => !row.overdue)];
  return filter.limit === undefined ? urgent : urgent.slice(0, filter.limit);
}

export async function order(id: string): Promise<OrderView | undefined> {
  const found = await viewed(`order/${id}`);
  return found && orderView(found);
}

/** Reinspections of a finding, oldest first. */
export const reinspectionsOf = async (id: string): Promise<ReinspectionView[]> =>
  (await viewedUnder("reinspection", id)).sort(byCreation).map(reinspectionView);
export async function reinspection(id: string): Promise<ReinspectionView | undefined> {
  const found = await viewed(`reinspection/${id}`);
  return has(found) ? reinspectionView(found) : undefined;
}
