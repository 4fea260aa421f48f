// This phone's own operations: reading them, and noting what the server said. Nothing here deletes
// one; a refused or withdrawn op stays readable to its author.

import type { HeldProof, Receipt, Ruling } from "../protocol/rows.ts";
import type { FoldOp } from "../protocol/fold.ts";
import { readHeader } from "../protocol/ops.ts";
import { readBody } from "../protocol/upcast.ts";
import { announce } from "./changes.ts";
import { onDatabase, writing, type WriteTransaction } from "./db.ts";
import type { OpRecord } from "./schema.ts";
import type { Author, OwnOp } from "./types.ts";

const byOrder = (a: OpRecord, b: OpRecord): number => a.order - b.order;

export const opRecord = (op: string): Promise<OpRecord | undefined> => onDatabase((db) => db.get("ops", op));
export const pendingOps = async (): Promise<OpRecord[]> =>
  (await onDatabase((db) => db.getAllFromIndex("ops", "pending", 1))).sort(byOrder);
/** Ops about which something is still to be done: sending, proving, a person's answer. */
export const openOps = async (): Promise<OpRecord[]> =>
  (await onDatabase((db) => db.getAllFromIndex("ops", "open", 1))).sort(byOrder);
export const allOps = (): Promise<OpRecord[]> => onDatabase((db) => db.getAllFromIndex("ops", "order"));

/** An op as fold() takes it. */
export function foldOpOf(record: OpRecord): FoldOp {
  const { time } = readHeader(record.wire.header);
  const by = record.person;
  return { op: record.op, kind: record.kind, space: record.space, by, at_ms: time.wall_ms, body: readBody(record.wire) };
}

/** An op for the screens. */
export function ownOpOf(record: OpRecord): OwnOp {
  const { op, chain, person, seq, kind, space, entities, savedAtMs, ruling, rejection } = record;
  return {
    op, chain, person, seq, kind, space, entities, savedAtMs, body: readBody(record.wire),
    ...(ruling ? { ruling } : {}), ...(rejection ? { rejection } : {}),
  };
}

/** Whether the ruling says that the op's effects will never come. */
export const isDead = (ruling: Ruling | undefined): boolean => ruling?.outcome === "refused";
const isEffective = (ruling: Ruling): boolean => ["applied", "merged", "conflict"].includes(ruling.outcome);

/** The one refusal its author need not be told of; any other stays open until it is mended or withdrawn. */
export const WITHDRAWN = "withdrawn_by_author";

/** Recompute what is derived of an op: still folded on top? still something to do? */
export function settled(record: OpRecord, completeThrough: number): OpRecord {
  const { ruling } = record;
  const isCovered = ruling !== undefined && isEffective(ruling) && ruling.index < completeThrough;
  const pending = isCovered || isDead(ruling) || record.replacedBy !== undefined ? 0 : 1;
  const isAnswered = !isDead(ruling) || record.replacedBy !== undefined || ruling?.code === WITHDRAWN;
  const isFinal = record.sending === "proved" && ruling?.outcome !== "conflict" && ruling !== undefined && (isDead(ruling) || isEffective(ruling)) && isAnswered && pending === 0;
  const isGivenUp = record.sending === "rejected" && record.replacedBy !== undefined;
  return { ...record, pending, open: isFinal || isGivenUp ? 0 : 1 };
}

/** How far pulled rows cover an op's space; one its author no longer reads shows nothing more, so it covers all. */
async function coverage(tx: WriteTransaction): Promise<(record: OpRecord) => number> {
  const cursors = await tx.objectStore("cursors").getAll();
  const author = (await tx.objectStore("meta").get("author")) as Author | undefined;
  const through = new Map(cursors.map((cursor) => [cursor.space, cursor.completeThrough]));
  const isLeft = ({ person, space }: OpRecord): boolean => author?.person === person && !author.spaces.includes(space);
  return (record) => (isLeft(record) ? Number.POSITIVE_INFINITY : (through.get(record.space) ?? 0));
}

/** Change some own ops in one transaction. `change` returns the new record, or the same one for no change. */
async function changeOps(ops: readonly string[], change: (record: OpRecord) => OpRecord): Promise<void> {
  const changed = await writing(["ops", "cursors", "meta"], async (tx) => {
    const through = await coverage(tx);
    const store = tx.objectStore("ops");
    const done: OpRecord[] = [];
    for (const op of ops) {
      const record = await store.get(op);
      if (!record) continue;
      const next = settled(change(record), through(record));
      if (JSON.stringify(next) === JSON.stringify(record)) continue;
      await store.put(next);
      done.push(next);
    }
    return done;
  });
  if (changed.length === 0) return;
  announce({ ops: changed.map((record) => record.op), entities: [...new Set(changed.flatMap((record) => record.entities))] });
}

export interface Reply {
  readonly op: string;
  readonly receipt?: Receipt;
  readonly ruling?: Ruling;
  readonly rejection?: { readonly code: string; readonly field?: string; readonly isFinal: boolean };
}

function replied(record: OpRecord, reply: Reply): OpRecord {
  if (reply.receipt && reply.ruling) {
    const { rejection: _over, ...rest } = record;
    const sending = record.sending === "proved" ? "proved" : "admitted";
    return { ...rest, sending, receipt: record.receipt ?? reply.receipt, ruling: newer(record.ruling, reply.ruling) };
  }
  if (!reply.rejection || record.receipt) return { ...record, tries: record.tries + 1 };
  const { isFinal, ...rejection } = reply.rejection;
  return { ...record, tries: record.tries + 1, rejection, sending: isFinal ? "rejected" : "unsent" };
}

const newer = (known: Ruling | undefined, ruling: Ruling): Ruling => (known && known.index > ruling.index ? known : ruling);

/** Note the server's answers to pushed ops. */
export function noteReplies(replies: readonly Reply[]): Promise<void> {
  const byOp = new Map(replies.map((reply) => [reply.op, reply]));
  return changeOps([...byOp.keys()], (record) => replied(record, byOp.get(record.op)!));
}

/** Note rulings from the author's feed. */
export function noteRulings(rulings: readonly (Ruling & { readonly op: string })[]): Promise<void> {
  const newest = new Map<string, Ruling>();
  for (const { op, ...ruling } of rulings) newest.set(op, newer(newest.get(op), ruling));
  return changeOps([...newest.keys()], (record) => ({ ...record, ruling: newer(record.ruling, newest.get(record.op)!) }));
}

/** Note ops whose inclusion in a verified checkpoint was proved, with what proved it. */
export const noteProved = (ops: readonly string[], proofs: ReadonlyMap<string, HeldProof> = new Map()): Promise<void> =>
  changeOps(ops, (record) => {
    const proof = proofs.get(record.op);
    return record.receipt ? { ...record, sending: "proved", ...(proof ? { proof } : {}) } : record;
  });

/**
 * Give up an op that the server rejected: the log has never seen it, so there is nothing to withdraw there. It stays
 * readable here; its originals are no longer sent unless another op needs them, and their bytes stay with it.
 */
export async function giveUp(op: string): Promise<void> {
  const entities = await writing(["ops", "blobs"], async (tx) => {
    const store = tx.objectStore("ops");
    const record = await store.get(op);
    if (record?.sending !== "rejected") return [];
    await store.put({ ...record, replacedBy: op, pending: 0, open: 0 });
    const others = (await store.getAll()).filter((other) => other.op !== op && other.space === record.space);
    const needed = new Set(others.flatMap((other) => other.blobs));
    for (const sha256 of record.blobs) if (!needed.has(sha256)) await tx.objectStore("blobs").delete(`${record.space}-${sha256}`);
    return record.entities;
  });
  announce({ ops: [op], entities });
}

/** Rejected ops that an app update may cure are tried again. */
export async function retryAfterUpdate(codes: readonly string[]): Promise<void> {
  const held = (await openOps()).filter((record) => record.sending === "rejected" && codes.includes(record.rejection?.code ?? ""));
  await changeOps(held.map((record) => record.op), (record) => ({ ...record, sending: "unsent" }));
}

/** After a pull: ops the rows now include are no longer folded on top. */
export async function settleAgainstCursors(): Promise<void> {
  const open = await openOps();
  await changeOps(open.map((record) => record.op), (record) => record);
}
