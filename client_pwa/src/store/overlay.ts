// Own pending operations folded on top of the server's rows, kept in memory. A new op is folded
// onto what is there; anything else (a pull that touched these rows, a ruling) folds all again.
// The phone never arbitrates: what does not fold here (stale, refused) is left to the server.

import { fold, type FoldOp } from "../protocol/fold.ts";
import type { Row } from "../protocol/rows.ts";
import { kindNamed } from "../protocol/kinds.ts";
import { subscribe } from "./changes.ts";
import { currentAuthor } from "./identity.ts";
import { followedFoldOp, placeOf } from "./mends.ts";
import { pendingOps } from "./ownops.ts";
import { serverRows } from "./rowstore.ts";
import type { OpRecord } from "./schema.ts";

export interface OverlayRow {
  readonly row: Row;
  /** Own ops folded into it, oldest first. */
  readonly pending: readonly string[];
}

interface Overlay {
  /** Rows that own ops made or changed. */
  readonly rows: Map<string, OverlayRow>;
  /** Server rows the pending ops name (and so may change). */
  readonly under: Map<string, Row>;
  /** Op ids folded so far, also those that changed nothing. */
  readonly folded: Set<string>;
}

let current: Promise<Overlay> | undefined;
let generation = 0;

function foldInto(overlay: Overlay, op: FoldOp): void {
  overlay.folded.add(op.op);
  const read = (entity: string): Row | undefined => overlay.rows.get(entity)?.row ?? overlay.under.get(entity);
  const { changed } = fold(read, op, true);
  for (const [entity, row] of changed) {
    const before = overlay.rows.get(entity)?.pending ?? [];
    overlay.rows.set(entity, { row, pending: [...before, op.op] });
  }
}

/** Rows an op names and the one it makes of itself, which a pull may have brought already. */
const namedBy = (record: OpRecord): string[] => {
  const made = kindNamed(record.kind)?.effects.filter((effect) => effect.id === "@op") ?? [];
  return [...record.entities, ...made.map((effect) => `${effect.entity}/${record.op}`)];
};

/** In the order in which their author meant them. */
async function inPlace(records: readonly OpRecord[]): Promise<OpRecord[]> {
  const placed = await Promise.all(records.map(async (record) => ({ record, place: await placeOf(record) })));
  return placed.sort((a, b) => a.place - b.place || a.record.order - b.record.order).map(({ record }) => record);
}

async function build(): Promise<Overlay> {
  const author = await currentAuthor();
  const isReadable = ({ person, space }: OpRecord): boolean => person === author?.person || (author?.spaces.includes(space) ?? false);
  const records = await inPlace((await pendingOps()).filter((record) => isReadable(record) && kindNamed(record.kind)));
  const under = await serverRows([...new Set(records.flatMap(namedBy))]);
  const overlay: Overlay = { rows: new Map(), under, folded: new Set() };
  for (const record of records) foldInto(overlay, await followedFoldOp(record));
  return overlay;
}

/** The overlay as it stands; built again when something it rests on changed. */
export async function overlayRows(): Promise<ReadonlyMap<string, OverlayRow>> {
  for (;;) {
    const started = generation;
    current ??= build();
    try {
      const overlay = await current;
      if (started === generation) return overlay.rows;
    } catch (error) {
      current = undefined;
      throw error;
    }
  }
}

/** Forget the overlay; the next reader builds it again. */
export function dropOverlay(): void {
  generation += 1;
  current = undefined;
}

/** Fold one just-saved op on top, without building everything again; a mend changes what came after it. */
export async function extendOverlay(record: OpRecord): Promise<void> {
  if (!current) return;
  if ((await placeOf(record)) !== record.order) return dropOverlay();
  const started = generation;
  const overlay = await current;
  const missing = namedBy(record).filter((entity) => !overlay.under.has(entity));
  const rows = await serverRows(missing);
  if (started !== generation) return;
  for (const [entity, row] of rows) overlay.under.set(entity, row);
  const op = await followedFoldOp(record);
  if (started === generation && !overlay.folded.has(record.op)) foldInto(overlay, op);
}

/** Own appends extend the overlay and announce themselves with this mark. */
let isExtending = false;
export function whileExtending(work: () => void): void {
  isExtending = true;
  try {
    work();
  } finally {
    isExtending = false;
  }
}

subscribe(() => {
  if (!isExtending) dropOverlay();
});
