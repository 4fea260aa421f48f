// Does a body fit its kind, and which entities does it name (SPEC §2)? Compiled once per kind.

import { KINDS, type Kind, lookUp } from "./tables.ts";
import { type Found, objectOf, type Type } from "./types.ts";

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

/** Entities, ops and blobs a valid body names; sorted and without repeats but for the blobs. */
export interface Named {
  readonly entities: string[];
  readonly ops: string[];
  readonly blobs: string[];
}
export function namedIn(kind: string, body: unknown): Named {
  const found: Found = { entities: new Set(), ops: new Set(), blobs: [] };
  bodyType(kind).collect(body, found, "");
  return { entities: [...found.entities].sort(), ops: [...found.ops].sort(), blobs: found.blobs };
}

/** `kind/id` for every id in a valid body, sorted, without repeats. */
export const entitiesOf = (kind: string, body: unknown): string[] => namedIn(kind, body).entities;
