// Viewed rows: the server's row with this phone's own pending operations folded on top. Everything
// a screen shows and every capture builds on comes through here.

import { idOf, kindOf, type Row, stateOf, textOf } from "../protocol/rows.ts";
import { type OverlayRow, overlayRows } from "./overlay.ts";
import { rowsInStates, rowsOfKind, rowsUnder, serverRow, serverRows } from "./rowstore.ts";
import type { Viewed } from "./types.ts";

const asViewed = (row: Row, pending: readonly string[] = []): Viewed => ({ id: idOf(row.entity), row, pending });
const fromOverlay = (found: OverlayRow): Viewed => asViewed(found.row, found.pending);

/** One viewed row by `kind/id`, or undefined. */
export async function viewed(entity: string): Promise<Viewed | undefined> {
  const found = (await overlayRows()).get(entity);
  if (found) return fromOverlay(found);
  const row = await serverRow(entity);
  return row && asViewed(row);
}

/** Viewed rows by entity; unknown ones are missing. */
export async function viewedMany(entities: readonly string[]): Promise<Map<string, Viewed>> {
  const overlay = await overlayRows();
  const rest = await serverRows(entities.filter((entity) => !overlay.has(entity)));
  const all = new Map<string, Viewed>();
  for (const entity of entities) {
    const own = overlay.get(entity);
    const row = rest.get(entity);
    if (own) all.set(entity, fromOverlay(own));
    else if (row) all.set(entity, asViewed(row));
  }
  return all;
}

/** Server rows with the overlay's rows of that kind that fit put over them. */
async function merged(kind: string, rows: readonly Row[], fits: (row: Row) => boolean): Promise<Viewed[]> {
  const overlay = await overlayRows();
  const untouched = rows.filter((row) => !overlay.has(row.entity)).map((row) => asViewed(row));
  const own = [...overlay.values()].filter(({ row }) => kindOf(row.entity) === kind && fits(row));
  return [...untouched, ...own.map(fromOverlay)];
}

export const viewedOfKind = async (kind: string): Promise<Viewed[]> => merged(kind, await rowsOfKind(kind), () => true);

export const viewedInStates = async (kind: string, states: readonly string[]): Promise<Viewed[]> =>
  merged(kind, await rowsInStates(kind, states), (row) => states.includes(stateOf(row, kind)));

/** Rows of a kind that belong to an inspection (for `reinspection`: to a finding). */
export const viewedUnder = async (kind: string, parent: string): Promise<Viewed[]> =>
  merged(kind, await rowsUnder(kind, parent), (row) => textOf(row, kind === "reinspection" ? "finding" : "inspection") === parent);
