// Does a body fit its kind, and which entities does it name (SPEC §2)? Compiled once per kind.

import { KINDS, type Kind, lookUp } from "./tables.ts";
import { objectOf, type Type } from "./types.ts";

const compiled = new Map<string, Type>();

export function kindNamed(kind: string): Kind | undefined {
  return lookUp(KINDS, kind);
}

function bodyType(kind: string): Type {
  const known = compiled.get(kind);
  if (known) return known;
  const table = kindNamed(kind);
  if (!table) throw new Error(`no kind ${kind}`);
  const type = objectOf(table.body);
  compiled.set(kind, type);
  return type;
}

/** Path of the first member that does not fit (`""` = the body itself), undefined when all fits. */
export const validateBody = (kind: string, body: unknown): string | undefined => bodyType(kind).check(body, "");

/** `kind/id` for every id in a valid body, sorted, without repeats. */
export function entitiesOf(kind: string, body: unknown): string[] {
  const found = new Set<string>();
  bodyType(kind).collect(body, found);
  return [...found].sort();
}
