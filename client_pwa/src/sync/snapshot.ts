// Snapshots: pages of a pull that the server made ahead as immutable files. The phone's cursor is the only progress:
// a phone that was cut off, or meets a newer snapshot, goes on with the parts beyond its cursor. A part that is gone or
// whose hash differs is no failure: the ordinary pull goes on from there.

import { sha256Hex } from "../protocol/bytes.ts";
import { nowMs } from "../store/clock.ts";
import { cursorOf, entityOf, putPage } from "../store/rowstore.ts";
import type { CursorRecord } from "../store/schema.ts";
import { askBytes, askJson } from "./api.ts";
import { AFTER_ALL, isPlace, isRow, type PlaceInRows, type RowsPage } from "./pages.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

interface Part {
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly last: PlaceInRows;
}
interface Snapshot {
  readonly complete_through: number;
  /** Of what left the space up to here, no part tells any more: an older cursor begins anew. */
  readonly forgotten: number;
  readonly parts: readonly Part[];
}

const isPart = (part: Part): boolean => /^[0-9a-f]{64}$/.test(part?.sha256) && isPlace(part.last);

/** The newest snapshot of a space, or undefined when there is none. */
async function fetchSnapshot(space: string, person: string): Promise<Snapshot | undefined> {
  const found = await foundOrNone(authorised((ask) => askJson<Snapshot>(`/spaces/${space}/snapshot`, ask), {}, person));
  const fits = found === undefined || (Number.isSafeInteger(found?.complete_through) && Number.isSafeInteger(found.forgotten) && Array.isArray(found.parts) && found.parts.every(isPart));
  if (!fits) throw new ApiError("malformed_reply", 200);
  return found;
}

async function foundOrNone<T>(work: Promise<T>, noneToo = ""): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError && (error.code === "not_found" || error.code === noneToo)) return undefined;
    throw error;
  }
}

const isBeyond = (last: PlaceInRows, cursor: CursorRecord | undefined): boolean =>
  cursor === undefined || last.after_index > cursor.afterIndex || (last.after_index === cursor.afterIndex && last.after_entity > cursor.afterEntity);

/** The parts to take: none when only a piece of the last one is new, which the pull brings with fewer bytes. */
function partsBeyond(snapshot: Snapshot, cursor: CursorRecord | undefined): readonly Part[] {
  const rest = snapshot.parts.filter(({ last }) => isBeyond(last, cursor));
  const isWhole = rest.length === snapshot.parts.length;
  return rest.length > 1 || isWhole ? rest : [];
}

/** The rows of a part, or undefined when it is gone or is not what the manifest names. */
async function fetchPart(space: string, { sha256, rows }: Part, person: string): Promise<RowsPage["rows"] | undefined> {
  const path = `/spaces/${space}/snapshot/parts/${sha256}`;
  const found = await foundOrNone(authorised((ask) => askBytes(path, ask), {}, person), "malformed_reply");
  if (!found || (await sha256Hex(found.bytes)) !== sha256) return undefined;
  const page = JSON.parse(new TextDecoder().decode(found.bytes)) as RowsPage;
  return page.rows.length === rows && page.rows.every((row) => isRow(row, space)) ? page.rows : undefined;
}

/** Keep one part with the cursor after it, in one transaction; the last one says the rows are complete. */
async function keepPart(space: string, rows: RowsPage["rows"], snapshot: Snapshot, { last }: Part): Promise<void> {
  const before = await cursorOf(space);
  const through = snapshot.complete_through;
  const isLast = last === snapshot.parts.at(-1)!.last;
  const after = isLast
    ? { afterIndex: through - 1, afterEntity: AFTER_ALL, completeThrough: through }
    : { afterIndex: last.after_index, afterEntity: last.after_entity, completeThrough: before?.completeThrough ?? 0 };
  const fetched = before?.fetched === undefined ? {} : { fetched: before.fetched };
  await putPage(rows, { space, ...after, ...fetched, pulledAtMs: nowMs() });
}

/** Go on from the cursor through a snapshot's parts, as far as they serve. Returns the entities that came. */
export async function takeSnapshot(space: string, person: string): Promise<string[]> {
  const snapshot = await fetchSnapshot(space, person);
  if (!snapshot) return [];
  const changed: string[] = [];
  const cursor = await cursorOf(space);
  if (cursor && cursor.afterIndex >= 0 && cursor.afterIndex < snapshot.forgotten) throw new ApiError("cursor_gone", 410);
  for (const part of partsBeyond(snapshot, cursor)) {
    const rows = await fetchPart(space, part, person);
    if (!rows) break;
    await keepPart(space, rows, snapshot, part);
    changed.push(...rows.map(entityOf));
  }
  return changed;
}
