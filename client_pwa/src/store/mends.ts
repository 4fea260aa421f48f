// What waits for a refused op goes on with the op that mended it (SPEC §6). On this phone that are the author's own
// mends: where a pending op names one that was mended, it is folded as naming the mend, and the mend takes the place in
// the order that the mended op had.

import type { FoldOp } from "../protocol/fold.ts";
import { namedIn } from "../protocol/kinds.ts";
import { readHeader } from "../protocol/ops.ts";
import type { Json } from "../protocol/rows.ts";
import { NAMES_OPS } from "../protocol/types.ts";
import { readBody } from "../protocol/upcast.ts";
import { foldOpOf, opRecord } from "./ownops.ts";
import type { OpRecord } from "./schema.ts";

const mendsOf = (record: OpRecord): string => readHeader(record.wire.header).mends;

/** The own op that mended this one, itself or by a mend of the mend; undefined when nothing did. */
async function mendOf(op: string): Promise<OpRecord | undefined> {
  const record = await opRecord(op);
  const by = record?.replacedBy && record.replacedBy !== op ? await opRecord(record.replacedBy) : undefined;
  if (!by || mendsOf(by) !== op) return undefined;
  return (await mendOf(by.op)) ?? by;
}

function renamed(value: Json, names: ReadonlyMap<string, string>, member = ""): Json {
  if (Array.isArray(value)) return value.map((part: Json) => renamed(part, names, member));
  if (typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, renamed(part, names, name)]));
  return NAMES_OPS.has(member) ? (names.get(String(value)) ?? value) : value;
}

/** An op as fold() takes it, naming the mends of what it named. */
export async function followedFoldOp(record: OpRecord): Promise<FoldOp> {
  const names = new Map<string, string>();
  for (const op of namedIn(record.kind, readBody(record.wire)).ops) {
    const mend = await mendOf(op);
    if (mend) names.set(op, mend.op);
  }
  const plain = foldOpOf(record);
  return names.size > 0 ? { ...plain, body: renamed(plain.body, names) as FoldOp["body"] } : plain;
}

/** The place of an op in its author's order: a mend stands where the first op that it makes good stood. */
export async function placeOf(record: OpRecord): Promise<number> {
  const mended = mendsOf(record);
  const before = mended ? await opRecord(mended) : undefined;
  return before ? placeOf(before) : record.order;
}
