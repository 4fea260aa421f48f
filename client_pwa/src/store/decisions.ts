// What this device's person decided on records of others: acceptances and refusals, as kept here.

import type { Ruling } from "../protocol/rows.ts";
import { readBody } from "../protocol/upcast.ts";
import { currentAuthor } from "./identity.ts";
import { allOps } from "./ownops.ts";

export interface Decision {
  /** Op id of the record decided on. */
  readonly target: string;
  readonly accepts: boolean;
  readonly reason: string;
  readonly atMs: number;
  /** What became of the decision itself; absent until the server has ruled on it. */
  readonly ruling?: Ruling;
}

const KINDS = new Set(["ruling.accept", "ruling.decline"]);

/** The newest decision on each record, the newest first. */
export async function ownDecisions(): Promise<Decision[]> {
  const author = await currentAuthor();
  const own = (await allOps()).filter((record) => record.person === author?.person && KINDS.has(record.kind)).reverse();
  const decisions = own.map((record): Decision => {
    const { op, reason } = readBody(record.wire);
    const { ruling, kind, savedAtMs } = record;
    return { target: String(op), reason: String(reason), accepts: kind === "ruling.accept", atMs: savedAtMs, ...(ruling ? { ruling } : {}) };
  });
  return decisions.filter((one, at) => decisions.findIndex(({ target }) => target === one.target) === at);
}
