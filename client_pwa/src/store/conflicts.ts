// Whether a conflict an own op ran into is still there: one of a field's versions, or a claim of a dispute. Once somebody
// has chosen or decided, its author has nothing left to do.

import type { Row } from "../protocol/rows.ts";
import type { OpRecord } from "./schema.ts";
import { viewedMany } from "./view.ts";

function isIn({ fields, disputes }: Row, op: string): boolean {
  const contested = Object.values(fields).some((field) => field.others && (field.op === op || field.others.some((other) => other.op === op)));
  return contested || Object.values(disputes).some(({ claims }) => claims.some((claim) => claim.op === op));
}

/** Of these own ops, those ruled a conflict that stands in the rows as this phone sees them. */
export async function standingConflicts(records: readonly OpRecord[]): Promise<Set<string>> {
  const asked = records.filter(({ ruling, replacedBy }) => ruling?.outcome === "conflict" && !replacedBy);
  if (asked.length === 0) return new Set();
  const rows = await viewedMany([...new Set(asked.flatMap((record) => record.entities))]);
  const stands = ({ op, entities }: OpRecord): boolean => entities.some((entity) => rows.has(entity) && isIn(rows.get(entity)!.row, op));
  return new Set(asked.filter(stands).map(({ op }) => op));
}
