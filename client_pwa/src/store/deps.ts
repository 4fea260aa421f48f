// Which ops must be in effect first (SPEC §2 `deps`): those the body builds on by name, and the op
// that created each entity it writes to, as far as this phone knows them. A photo is none: it may come later than the
// hazard that shows it.

import { kindNamed, namedIn } from "../protocol/kinds.ts";
import type { Body, Row } from "../protocol/rows.ts";
import { LIMITS } from "../protocol/tables.ts";

/** `kind/id` of every existing row the kind's effects write to. */
export function writtenBy(kind: string, body: Body): string[] {
  const written = new Set<string>();
  for (const effect of kindNamed(kind)!.effects) {
    if (effect.do === "create" || effect.id === "@op") continue;
    const items = effect.each ? (body[effect.each] as readonly Body[]) : [body];
    for (const item of items) {
      const id = item[effect.id] ?? body[effect.id];
      if (typeof id === "string") written.add(`${effect.entity}/${id}`);
    }
  }
  return [...written];
}

/**
 * Deps of a new op. `rows` are the viewed rows it writes to, and what it names that no pull has brought yet. Above the limit only own ops that no completed pull has
 * covered are named, the newest first; `ownOrder` gives their order and is asked only then. What it mends is no dep.
 */
export async function depsOf(
  write: { readonly kind: string; readonly body: Body; readonly mends?: string | undefined },
  rows: Iterable<Row>, ownOrder: () => Promise<ReadonlyMap<string, number>>,
): Promise<string[]> {
  const deps = new Set(namedIn(write.kind, write.body).ops);
  for (const row of rows) deps.add(row.created.op);
  const all = [...deps].filter((op) => op !== write.mends);
  if (all.length <= LIMITS.deps) return all.sort();
  const order = await ownOrder();
  const own = all.filter((op) => order.has(op)).sort((a, b) => order.get(b)! - order.get(a)!);
  return own.slice(0, LIMITS.deps).sort();
}
