// The form of what a pull brings: rows of a space in the order of (index, entity), and where the next ones begin.

import { isLeft, type Pulled } from "../store/rowstore.ts";
import { ApiError } from "./types.ts";

/** Sorts after every entity. */
export const AFTER_ALL = "~";

export interface PlaceInRows {
  readonly after_index: number;
  readonly after_entity: string;
}
export interface RowsPage {
  readonly complete_through: number;
  readonly next?: PlaceInRows;
  readonly rows: readonly Pulled[];
}

export const isPlace = (place: PlaceInRows | undefined): boolean =>
  Number.isSafeInteger(place?.after_index) && typeof place?.after_entity === "string";

const isEntity = (entity: unknown): boolean => typeof entity === "string" && entity.includes("/");

/** A row says whose it is; what else it holds may be a newer version's, and is kept as it came. Of one that left only the name is told. */
export const isRow = (one: Pulled, space: string): boolean =>
  Number.isSafeInteger(one?.index) && (isLeft(one) ? isEntity(one.left) : isEntity(one.row?.entity) && one.row.space === space);

/** Check that a page has the form of one; throws ApiError(malformed_reply). */
export function readPage(page: RowsPage, space: string): RowsPage {
  const fits = Number.isSafeInteger(page?.complete_through) && Array.isArray(page.rows) && page.rows.every((row) => isRow(row, space)) &&
    (page.next === undefined || isPlace(page.next));
  if (!fits) throw new ApiError("malformed_reply", 200);
  return page;
}
