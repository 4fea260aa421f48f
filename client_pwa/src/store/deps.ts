// Which ops must be in effect first (SPEC §2 `deps`): those the body builds on by name, and the op
// that created each entity it writes to, as far as this phone knows them.

import { kindNamed } from "../protocol/kinds.ts";
import type { Body, Json, Row } from "../protocol/rows.ts";
import { LIMITS } from "../protocol/tables.ts";

const NAMES_OPS = new Set(["base", "chosen", "signing", "replaces"]);
const isOp = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

function collectNamed(value: Json, into: Set<string>): void {
  if (typeof value !== "object") return;
  if (Array.isArray(value)) return value.forEach((part) => collectNamed(part as Json, into));
  for (const [name, part] of Object.entries(value as Body)) {
    if (NAMES_OPS.has(name)) [part].flat().filter(isOp).forEach((op) => into.add(op));
    else collectNamed(part, into);
  }
}

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
 * Deps of a new op. `rows` are the viewed rows it writes to; `ownOrder` gives the order of own ops that no completed
 * pull has covered. Above the limit only those are named, the newest first.
 */
export function depsOf(body: Body, rows: Iterable<Row>, ownOrder: ReadonlyMap<string, number>): string[] {
  const deps = new Set<string>();
  collectNamed(body, deps);
  for (const row of rows) deps.add(row.created.op);
  const all = [...deps].filter(isOp);
  if (all.length <= LIMITS.deps) return all.sort();
  const own = all.filter((op) => ownOrder.has(op)).sort((a, b) => ownOrder.get(b)! - ownOrder.get(a)!);
  return own.slice(0, LIMITS.deps).sort();
}
