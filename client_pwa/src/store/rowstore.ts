// The server's rows as pulled. A row of a kind this version does not know is kept like any other; one whose shape it
// does not know is kept as it came and found by nobody, until a newer version reads all rows again.

import { kindOf, type Row, stateOf, textOf } from "../protocol/rows.ts";
import { onDatabase, writing, type WriteTransaction } from "./db.ts";
import type { CursorRecord, RowRecord } from "./schema.ts";

export interface PulledRow {
  readonly index: number;
  readonly row: Row;
}
/** A row that is no longer of the space it is pulled from. */
export interface LeftRow {
  readonly index: number;
  readonly left: string;
}
export type Pulled = PulledRow | LeftRow;
export const isLeft = (one: Pulled): one is LeftRow => "left" in one;
/** The entity that a line of a page is about. */
export const entityOf = (one: Pulled): string => (isLeft(one) ? one.left : one.row.entity);

const UNREAD = "";
const PARTS = ["created", "fields", "sets", "states", "disputes"] as const;
const isReadable = (row: Row): boolean => PARTS.every((part) => typeof row[part] === "object" && row[part] !== null);

/** How a row is kept and found. */
export function recordOf({ index, row }: PulledRow): RowRecord {
  const { entity, space } = row;
  if (!isReadable(row)) return { entity, space, kind: UNREAD, state: "", parent: "", index, row };
  const kind = kindOf(row.entity);
  const parent = textOf(row, kind === "reinspection" ? "finding" : "inspection");
  return { entity, space, kind, state: stateOf(row, kind), parent, index, row };
}

const readable = (record: RowRecord | undefined): Row | undefined => (record?.kind === UNREAD ? undefined : record?.row);

export const serverRow = async (entity: string): Promise<Row | undefined> => readable(await onDatabase((db) => db.get("rows", entity)));

/** Rows by entity; the ones that are not here are missing from the map. */
export function serverRows(entities: readonly string[]): Promise<Map<string, Row>> {
  return onDatabase(async (db) => {
    const store = db.transaction("rows").store;
    const found = await Promise.all(entities.map((entity) => store.get(entity)));
    const rows = found.flatMap((record) => readable(record) ?? []);
    return new Map(rows.map((row) => [row.entity, row] as const));
  });
}

export const rowsOfKind = async (kind: string): Promise<Row[]> =>
  (await onDatabase((db) => db.getAllFromIndex("rows", "kind", kind))).map((record) => record.row);

export function rowsInStates(kind: string, states: readonly string[]): Promise<Row[]> {
  return onDatabase(async (db) => {
    const index = db.transaction("rows").store.index("kind_state");
    const pages = await Promise.all(states.map((state) => index.getAll([kind, state])));
    return pages.flat().map((record) => record.row);
  });
}

export const rowsUnder = async (kind: string, parent: string): Promise<Row[]> =>
  (await onDatabase((db) => db.getAllFromIndex("rows", "kind_parent", [kind, parent]))).map((record) => record.row);

export const countRows = (kind: string): Promise<number> => onDatabase((db) => db.countFromIndex("rows", "kind", kind));

/**
 * Keep one page of a pull and its cursor in one transaction. What left the space goes, unless another space has brought
 * it since. A row that cannot be kept fails the whole page; the requests made before it are waited for, too, so that none
 * of them fails unheard. The page that completes a fetch sweeps what it did not bring.
 */
export function putPage(rows: readonly Pulled[], cursor: CursorRecord): Promise<void> {
  const mark = cursor.fetched ? { fetched: cursor.fetched } : {};
  return writing(["rows", "cursors"], async (tx) => {
    const [store, cursors] = [tx.objectStore("rows"), tx.objectStore("cursors")];
    const before = await cursors.get(cursor.space);
    const [left, here] = [rows.filter(isLeft), rows.filter((one): one is PulledRow => !isLeft(one))];
    const keep = async (one: PulledRow): Promise<unknown> => store.put({ ...recordOf(one), ...mark });
    await Promise.all([...here.map(keep), (async () => cursors.put(cursor))()]);
    await Promise.all(left.map((one) => letGo(tx, one, cursor.space)));
    if (cursor.fetched && cursor.completeThrough > 0 && before?.completeThrough === 0) await sweep(tx, cursor);
  });
}

/** Take out a row that left a space, unless it came back later or another space has brought it. */
async function letGo(tx: WriteTransaction, { left, index }: LeftRow, space: string): Promise<void> {
  const store = tx.objectStore("rows");
  const known = await store.get(left);
  if (known?.space === space && known.index <= index) await store.delete(left);
}

const READ_AT_ONCE = 500;
/** After an update: find every row by what this version reads in it. The rows themselves stay as they came. */
export async function readRowsAgain(): Promise<void> {
  for (let last: string | undefined = ""; last !== undefined; ) last = await readSomeAgain(last);
}

/** Read some rows after an entity again; the last one's entity, or undefined at the end. */
const readSomeAgain = (after: string): Promise<string | undefined> =>
  writing(["rows"], async (tx) => {
    const store = tx.objectStore("rows");
    const records = await store.getAll(IDBKeyRange.lowerBound(after, true), READ_AT_ONCE);
    const changed = records.map((record) => ({ ...record, ...recordOf(record) })).filter((record, at) => isFoundOtherwise(record, records[at]!));
    await Promise.all(changed.map(async (record) => store.put(record)));
    return records.at(-1)?.entity;
  });

const isFoundOtherwise = (one: RowRecord, other: RowRecord): boolean =>
  one.kind !== other.kind || one.state !== other.state || one.parent !== other.parent;

/** Delete the rows of the space that are left from an earlier fetch. */
async function sweep(tx: WriteTransaction, { space, fetched }: CursorRecord): Promise<void> {
  const store = tx.objectStore("rows");
  const stale = (await store.index("space").getAll(space)).filter((record) => record.fetched !== fetched);
  await Promise.all(stale.map(({ entity }) => store.delete(entity)));
}

/** Part of a transaction: a space is fetched from its beginning; the rows stay until the new ones are complete. */
export async function restart(tx: WriteTransaction, space: string): Promise<void> {
  const cursors = tx.objectStore("cursors");
  const fetched = ((await cursors.get(space))?.fetched ?? 0) + 1;
  await cursors.put({ space, afterIndex: -1, afterEntity: "", completeThrough: 0, pulledAtMs: 0, fetched });
}
/** Fetch a space from its beginning (410). */
export const restartSpace = (space: string): Promise<void> => writing(["cursors"], (tx) => restart(tx, space));

export const cursorOf = (space: string): Promise<CursorRecord | undefined> => onDatabase((db) => db.get("cursors", space));
export const allCursors = (): Promise<CursorRecord[]> => onDatabase((db) => db.getAll("cursors"));

/** Forget a space's rows (no longer readable). Own operations are untouched. */
export function dropSpace(space: string): Promise<void> {
  return writing(["rows", "cursors"], async (tx) => {
    const keys = await tx.objectStore("rows").index("space").getAllKeys(space);
    await Promise.all([...keys.map((key) => tx.objectStore("rows").delete(key)), tx.objectStore("cursors").delete(space)]);
  });
}
