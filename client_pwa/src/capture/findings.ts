// Hazards: recording, completing, confirming, and the steps that end them.

import type { Field, Json, Row } from "../protocol/rows.ts";
import { enterprise } from "../store/lookups.ts";
import { textOf } from "../protocol/rows.ts";
import { KINDS } from "../protocol/tables.ts";
import { listOf } from "../store/shapes.ts";
import { viewedUnder } from "../store/view.ts";
import { position } from "./position.ts";
import { freshId, record, rowOf, savedOf, stepOn, writingAs } from "./scribe.ts";
import { type Basis, CaptureError, type FindingEdit, type FindingInput, type Option, type Saved, type SeenVersions } from "./types.ts";

const LETTERS = "ABCDEFGH";

/** A1, A2, … for the first officer of the inspection, B1, … for the second. */
async function nextNumber(inspection: Row, author: string): Promise<string> {
  const letter = LETTERS[listOf(inspection, "officers").indexOf(author)];
  if (!letter) throw new CaptureError("officer_not_listed");
  const siblings = await viewedUnder("finding", inspection.entity.slice("inspection/".length));
  const used = siblings.map(({ row }) => textOf(row, "number")).filter((number) => number.startsWith(letter));
  return `${letter}${Math.max(0, ...used.map((number) => Number(number.slice(1)) || 0)) + 1}`;
}

const text = (value: string | undefined): string | undefined => (value?.trim() ? value : undefined);

/** Record a hazard; a photo or a text is enough. The number is allotted here. */
export function saveFinding(input: FindingInput, option: Option = {}): Promise<Saved & { finding: string; number: string }> {
  return writingAs(async (author) => {
    const inspection = await rowOf(`inspection/${input.inspection}`);
    const photos = [...(input.photos ?? [])];
    if (photos.length === 0 && !text(input.description)) throw new CaptureError("body_invalid", "description");
    const [finding, number] = [freshId(), await nextNumber(inspection, author.person)];
    const body = {
      finding, inspection: input.inspection, enterprise: textOf(inspection, "enterprise"), number, grade: input.grade ?? "general",
      place: text(input.place), description: text(input.description), requirement: text(input.requirement),
      criterion: text(input.criterion), basis: input.basis, phrase: input.phrase, photos, voices: input.voices?.length ? [...input.voices] : undefined, position: position(),
    };
    const saved = await record(author, { kind: "finding.create", space: inspection.space, body, mends: option.mends });
    return { ...savedOf(saved), finding, number };
  });
}

const versionsOf = (field: Field | undefined): string[] =>
  field ? [field.op, ...(field.others ?? []).map((version) => version.op)] : [];

function saveChanges(
  entity: string, kind: string, idMember: string,
  changes: (row: Row) => { field: string; value: string; replaces: string[] }[], mends?: string,
): Promise<Saved> {
  return writingAs(async (author) => {
    const row = await rowOf(entity);
    const made = changes(row);
    if (made.length === 0) throw new CaptureError("nothing_changed");
    const body = { [idMember]: entity.slice(entity.indexOf("/") + 1), changes: made };
    return savedOf(await record(author, { kind, space: row.space, body, mends }));
  });
}

/** Changes to the fields that differ from what is shown; each replaces the version the author saw, by default the one shown. */
function changesTo(row: Row, edit: { readonly [field: string]: string | undefined }, seen: SeenVersions = {}) {
  return Object.entries(edit).flatMap(([field, value]) => {
    if (value === undefined || value === textOf(row, field)) return [];
    return [{ field, value, replaces: [...(seen[field] ?? versionsOf(row.fields[field]).slice(0, 1))] }];
  });
}

/** Change texts; each change names the version it replaces, so that a colleague's newer one is never overwritten unseen. */
export const editFinding = (finding: string, edit: FindingEdit, option: Option & { readonly seen?: SeenVersions } = {}): Promise<Saved> =>
  saveChanges(`finding/${finding}`, "finding.edit", "finding", (row) => changesTo(row, { ...edit }, option.seen), option.mends);

/** Settle a contested field with the given value: all versions shown are replaced. */
export function resolveField(finding: string, field: string, value: Json): Promise<Saved> {
  if (!KINDS["finding.edit"]!.editable!.includes(field)) {
    return classified(finding, { [field]: value }, (row) => versionsOf(row.fields[field]));
  }
  return saveChanges(`finding/${finding}`, "finding.edit", "finding", settling(field, value));
}

/** The same of what is registered about an enterprise. */
export const resolveEnterpriseField = (enterprise: string, field: string, value: Json): Promise<Saved> =>
  saveChanges(`enterprise/${enterprise}`, "enterprise.edit", "enterprise", settling(field, value));

const settling = (field: string, value: Json) => (row: Row) => [{ field, value: String(value), replaces: versionsOf(row.fields[field]) }];

export const editEnterprise = (
  enterprise: string, edit: { name?: string; address?: string; head?: string; post?: string; phone?: string },
): Promise<Saved> => saveChanges(`enterprise/${enterprise}`, "enterprise.edit", "enterprise", (row) => changesTo(row, edit));

/** Grade and ground a hazard; like a text, each member given replaces the version its author saw, by default the one shown. */
export function classifyFinding(
  finding: string, input: { grade?: "general" | "major"; criterion?: string; basis?: Basis },
  option: Option & { readonly seen?: SeenVersions } = {},
): Promise<Saved> {
  const members = { grade: input.grade, criterion: text(input.criterion), basis: input.basis };
  const given = Object.entries(members).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  const seen = (row: Row): string[] => given.flatMap((field) => [...(option.seen?.[field] ?? versionsOf(row.fields[field]).slice(0, 1))]);
  return classified(finding, members, seen, option.mends);
}

function classified(finding: string, members: { readonly [field: string]: unknown }, replaced: (row: Row) => string[], mends?: string): Promise<Saved> {
  return writingAs(async (author) => {
    const row = await rowOf(`finding/${finding}`);
    const body = { finding, ...members, replaces: [...new Set(replaced(row))].sort() };
    return savedOf(await record(author, { kind: "finding.classify", space: row.space, body, mends }));
  });
}

const step = (finding: string, kind: string, members = {}): Promise<Saved> =>
  stepOn(`finding/${finding}`, "finding", kind, "finding", members);

export const confirmFinding = (finding: string): Promise<Saved> => step(finding, "finding.confirm");
export const fixOnSpot = (finding: string, input: { note: string; photos: readonly string[] }): Promise<Saved> =>
  step(finding, "finding.fix_on_spot", { note: input.note, photos: [...input.photos] });
export const takeMeasures = (finding: string, measures: string): Promise<Saved> =>
  step(finding, "finding.take_measures", { measures });
/** Withdraw a hazard with a reason (撤销). */
export const withdraw = (finding: string, reason: string): Promise<Saved> => step(finding, "finding.withdraw", { reason });
export const markDuplicate = (finding: string, input: { duplicateOf: string; reason: string }): Promise<Saved> =>
  step(finding, "finding.mark_duplicate", { duplicate_of: input.duplicateOf, reason: input.reason });
export const proposeClose = (finding: string, reason: string): Promise<Saved> =>
  step(finding, "finding.propose_close", { reason });
export const closeFinding = (finding: string, reason?: string): Promise<Saved> => step(finding, "finding.close", { reason });
/** Decide a dispute: `chosen` is the op id of one of its claims. */
export const decideDispute = (finding: string, input: { chosen: string; reason: string }): Promise<Saved> =>
  step(finding, "finding.decide", input);
export const transferFinding = (finding: string, input: { authority: string; reason: string }): Promise<Saved> =>
  step(finding, "finding.transfer", input);
/** Hand a hazard over to another bureau; it learns whose it is from what is known here. */
export function handOverFinding(finding: string, input: { to: string; reason: string }): Promise<Saved> {
  return writingAs(async (author) => {
    const row = await rowOf(`finding/${finding}`);
    const company = await enterprise(textOf(row, "enterprise"));
    const body = {
      finding, to: input.to, reason: input.reason,
      enterprise_name: company?.name ?? textOf(row, "enterprise_name"), enterprise_address: company?.address ?? textOf(row, "enterprise_address"),
    };
    return savedOf(await record(author, { kind: "finding.hand_over", space: row.space, body }));
  });
}
export const enterpriseCeased = (finding: string, reason: string): Promise<Saved> =>
  step(finding, "finding.enterprise_ceased", { reason });
