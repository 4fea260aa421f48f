// What the supervisor's board reads: every finding of the readable spaces as one small digest, and
// what of an inspection is still in the field. Read in slices, so that ten thousand rows never hold
// the page up. Reads viewed rows (server row + own pending ops); decides nothing, talks to nobody.

import { awaitsClosing, isOpen, isUnderDeadline } from "../protocol/lifecycle.ts";
import { idOf, kindOf, membersOf, type Row, stateOf, textOf } from "../protocol/rows.ts";
import { onDatabase } from "./db.ts";
import { overlayRows } from "./overlay.ts";

const SLICE_ROWS = 500;

/** One finding as the board needs it: everything a filter, the order or a line reads. */
export interface BoardItem {
  readonly id: string;
  readonly number: string;
  readonly space: string;
  readonly state: string;
  readonly grade: string;
  readonly trade: string;
  readonly enterprise: string;
  readonly text: string;
  readonly place: string;
  /** Beijing date `YYYY-MM-DD`, `""` when nothing was ordered yet. */
  readonly deadline: string;
  /** Whether the lifecycle holds the deadline against the enterprise in this state. */
  readonly underDeadline: boolean;
  readonly open: boolean;
  /** A supervisor has to close it: passed is not closed. */
  readonly toClose: boolean;
  /** Fields that keep two versions until somebody chooses. */
  readonly contested: boolean;
  /** Own records on top of it that the server has not ruled on. */
  readonly pending: boolean;
  readonly recordedAtMs: number;
}

/** Rows of a kind in entity order, a slice at a time. */
async function* slices(kind: string): AsyncGenerator<Row[]> {
  let after = `${kind}/`;
  for (;;) {
    const range = IDBKeyRange.bound(after, `${kind}/~`, true);
    const records = await onDatabase((db) => db.getAll("rows", range, SLICE_ROWS));
    if (records.length > 0) yield records.map((record) => record.row);
    if (records.length < SLICE_ROWS) return;
    after = records[records.length - 1]!.entity;
  }
}

/** Every viewed row of a kind: the server's, with own pending ops on top, and own new ones. */
async function viewedOfKind<T>(kind: string, digest: (row: Row, pending: boolean) => T): Promise<T[]> {
  const overlay = await overlayRows();
  const made = new Map([...overlay].filter(([entity]) => kindOf(entity) === kind));
  const found: T[] = [];
  for await (const rows of slices(kind)) {
    for (const row of rows) {
      const own = made.get(row.entity);
      made.delete(row.entity);
      found.push(digest(own?.row ?? row, own !== undefined));
    }
  }
  for (const own of made.values()) found.push(digest(own.row, true));
  return found;
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly trade: string;
}
const namedOf = (row: Row): Named => ({ id: idOf(row.entity), name: textOf(row, "name"), trade: textOf(row, "trade") });

function digestOf(row: Row, pending: boolean, enterprises: ReadonlyMap<string, Named>): BoardItem {
  const enterprise = enterprises.get(textOf(row, "enterprise"));
  const state = stateOf(row, "finding");
  return {
    id: idOf(row.entity), number: textOf(row, "number"), space: row.space, state, pending,
    grade: textOf(row, "grade"), trade: enterprise?.trade ?? "", enterprise: enterprise?.name ?? "",
    text: textOf(row, "description"), place: textOf(row, "place"), deadline: textOf(row, "deadline"),
    underDeadline: isUnderDeadline(state), open: isOpen(state), toClose: awaitsClosing(state), recordedAtMs: row.created.at_ms,
    contested: Object.values(row.fields).some((field) => (field.others?.length ?? 0) > 0),
  };
}

/** Every finding this person may read, in no particular order. */
export async function boardItems(): Promise<BoardItem[]> {
  const enterprises = await viewedOfKind("enterprise", namedOf);
  const byId = new Map(enterprises.map((one) => [one.id, one]));
  return viewedOfKind("finding", (row, pending) => digestOf(row, pending, byId));
}

/** An inspection in one line; the photos are counted, not read. */
export interface InspectionLine {
  readonly id: string;
  readonly space: string;
  readonly state: string;
  readonly approval: string;
  readonly enterprise: string;
  readonly date: string;
  readonly officers: readonly string[];
  readonly reviewers: readonly string[];
  readonly reason: string;
  readonly findings: number;
  readonly photos: number;
  /** Announced photos whose original the server has verified. */
  readonly photosVerified: number;
  /** The body camera is on: a clip without an end. */
  readonly recording: boolean;
  readonly attested: number;
  readonly objected: number;
  readonly startedAtMs: number;
}

const listOf = (row: Row, field: string): string[] => {
  const value = row.fields[field]?.v;
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
};

/** Which photos (by inspection) are announced, and how many of them are verified. */
async function photoCounts(): Promise<Map<string, { all: number; verified: number }>> {
  const blobs = new Set(await viewedOfKind("blob", (row) => idOf(row.entity)));
  const counts = new Map<string, { all: number; verified: number }>();
  await viewedOfKind("photo", (row) => {
    const of = textOf(row, "inspection");
    const count = counts.get(of) ?? { all: 0, verified: 0 };
    const blob = row.fields["blob"]?.v as { sha256?: string } | undefined;
    const isVerified = blobs.has(`${row.space}-${blob?.sha256 ?? ""}`);
    counts.set(of, { all: count.all + 1, verified: count.verified + (isVerified ? 1 : 0) });
  });
  return counts;
}

async function runningRecorders(): Promise<Set<string>> {
  const open = await viewedOfKind("clip", (row) => (row.fields["stopped_at_ms"] ? "" : textOf(row, "inspection")));
  return new Set(open);
}

/** Every inspection this person may read, the newest date first. */
export async function inspectionLines(): Promise<InspectionLine[]> {
  const [enterprises, photos, recording] = await Promise.all([
    viewedOfKind("enterprise", namedOf), photoCounts(), runningRecorders(),
  ]);
  const names = new Map(enterprises.map((one) => [one.id, one.name]));
  const lines = await viewedOfKind("inspection", (row): InspectionLine => {
    const id = idOf(row.entity);
    const count = photos.get(id);
    return {
      id, space: row.space, state: stateOf(row, "inspection"), approval: stateOf(row, "approval"),
      enterprise: names.get(textOf(row, "enterprise")) ?? "", date: textOf(row, "date"),
      officers: listOf(row, "officers"), reviewers: membersOf(row, "reviewers"), reason: textOf(row, "reason"),
      findings: membersOf(row, "findings").length, photos: count?.all ?? 0, photosVerified: count?.verified ?? 0,
      recording: recording.has(id), attested: membersOf(row, "attested_by").length,
      objected: membersOf(row, "objected_by").length, startedAtMs: row.states["inspection"]?.at_ms ?? row.created.at_ms,
    };
  });
  return lines.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : b.startedAtMs - a.startedAtMs));
}
