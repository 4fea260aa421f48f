// What this phone carries for others: operations and originals of people who handed them over by file
// or by code. A lane of its own: nothing here is folded, counted or numbered among the phone's own.
// An arrival becomes visible in one transaction, after all of it was checked and its bytes lie here.

import type { HeldProof, Receipt, Ruling } from "../protocol/rows.ts";
import { announce } from "./changes.ts";
import { nowMs } from "./clock.ts";
import { onDatabase, writing, type WriteTransaction } from "./db.ts";
import { StoreError } from "./errors.ts";
import type { BlobRecord, CarriedBlobRecord, CarriedOpRecord } from "./schema.ts";
import { putGenesis, putVouchers, type Voucher, vouchersKey } from "./vouchers.ts";

const byOrder = (a: { order: number }, b: { order: number }): number => a.order - b.order;
const CHANGED = { entities: ["carried/"] };

/** Only one arrival or tidying at a time, over all tabs. */
export const holdingCarried = <T>(work: () => Promise<T>): Promise<T> => navigator.locks.request("liuhen-carried", work) as Promise<T>;

export const carriedOps = async (): Promise<CarriedOpRecord[]> => (await onDatabase((db) => db.getAll("carriedops"))).sort(byOrder);
export const openCarriedOps = async (): Promise<CarriedOpRecord[]> =>
  (await onDatabase((db) => db.getAllFromIndex("carriedops", "open", 1))).sort(byOrder);
/** Chains that records carried here are of. */
export const carriedChains = async (): Promise<string[]> => [...new Set((await carriedOps()).map(({ chain }) => chain))];
/** Those of which the service has received some. */
export const receivedChains = async (): Promise<string[]> =>
  [...new Set((await carriedOps()).filter(({ receipt }) => receipt).map(({ chain }) => chain))];
export const carriedBlobs = async (): Promise<CarriedBlobRecord[]> => (await onDatabase((db) => db.getAll("carriedblobs"))).sort(byOrder);
export const carriedBytes = (sha256: string): Promise<ArrayBuffer | undefined> =>
  onDatabase(async (db) => (await db.get("carriedbytes", sha256))?.bytes);
export const hasCarriedBytes = async (sha256: string): Promise<boolean> =>
  (await onDatabase((db) => db.getKey("carriedbytes", sha256))) !== undefined;

/** Put an original aside during an arrival. Until `keepArrival` names it nobody sees it, and a broken arrival's is swept away. */
export async function stageBytes(sha256: string, bytes: ArrayBuffer, mediaType: string): Promise<void> {
  await writing(["carriedbytes"], async (tx) => void (await tx.objectStore("carriedbytes").put({ sha256, bytes, mediaType })));
}

export type ArrivingOp = Omit<CarriedOpRecord, "order">;
export type ArrivingBlob = Pick<CarriedBlobRecord, "blob" | "sha256" | "space" | "mediaType" | "sizeBytes">;

/** What makes each chain valid, its genesis first. */
export type ArrivingVouchers = ReadonlyMap<string, readonly Voucher[]>;

/** Part of a transaction: keep what came of the chains that records here are of, carried or own. */
async function putArrivingVouchers(tx: WriteTransaction, vouchers: ArrivingVouchers): Promise<void> {
  const carried = (await tx.objectStore("carriedops").getAll()).map(({ chain }) => chain);
  const held = new Set([...carried, ...(await tx.objectStore("chains").getAllKeys())]);
  for (const [chain, [first, ...others]] of vouchers) {
    if (!held.has(chain) || !first) continue;
    const isAlone = others.length === 0; // an enrolment that nobody confirmed yet
    if (!isAlone) await putGenesis(tx, first);
    await putVouchers(tx, chain, isAlone ? [first] : others);
  }
}

/** Keep a checked arrival at once. What is here already stays as it is. Returns the ids of what is new. */
export async function keepArrival(
  ops: readonly ArrivingOp[], blobs: readonly ArrivingBlob[], vouchers: ArrivingVouchers,
): Promise<{ ops: string[]; blobs: string[] }> {
  const added = await writing(["meta", "chains", "carriedops", "carriedblobs", "carriedbytes"], async (tx) => {
    const [opStore, blobStore] = [tx.objectStore("carriedops"), tx.objectStore("carriedblobs")];
    const known = await opStore.getAll();
    let order = known.reduce((most, one) => Math.max(most, one.order), 0);
    const here = new Set(known.map(({ op }) => op));
    const fresh = ops.filter(({ op }) => !here.has(op));
    for (const op of fresh) await opStore.put({ ...op, order: ++order });
    const freshBlobs: string[] = [];
    for (const blob of blobs) {
      if (await blobStore.getKey(blob.blob)) continue;
      if (!(await tx.objectStore("carriedbytes").getKey(blob.sha256))) throw new StoreError("readback", "an original is not there any more");
      await blobStore.put({ ...blob, state: "unsent", order: ++order });
      freshBlobs.push(blob.blob);
    }
    await putArrivingVouchers(tx, vouchers);
    return { ops: fresh.map(({ op }) => op), blobs: freshBlobs };
  });
  announce(CHANGED);
  return added;
}

/** Take away bytes that no kept arrival names: those of one that broke off. Call while holding the lane. */
export function sweepStaged(): Promise<void> {
  return writing(["carriedblobs", "carriedbytes"], async (tx) => {
    const named = new Set((await tx.objectStore("carriedblobs").getAll()).map(({ sha256 }) => sha256));
    const store = tx.objectStore("carriedbytes");
    for (const sha256 of await store.getAllKeys()) if (!named.has(sha256)) await store.delete(sha256);
  });
}

export interface CarriedReply {
  readonly op: string;
  readonly receipt?: Receipt;
  readonly ruling?: Ruling;
  readonly rejection?: { readonly code: string; readonly field?: string; readonly isFinal: boolean };
  readonly nextTryAtMs: number;
}

const closed = (): { readonly open: 0; readonly closedAtMs: number } => ({ open: 0, closedAtMs: nowMs() });

function replied(record: CarriedOpRecord, { receipt, ruling, rejection, nextTryAtMs }: CarriedReply): CarriedOpRecord {
  if (receipt && ruling) {
    const { rejection: _over, ...rest } = record;
    return { ...rest, receipt: record.receipt ?? receipt, ruling, sending: record.sending === "proved" ? "proved" : "admitted" };
  }
  if (!rejection || record.receipt) return record;
  const { isFinal, ...said } = rejection;
  const left = { ...record, rejection: said, tries: record.tries + 1, nextTryAtMs };
  return isFinal ? { ...left, sending: "rejected", ...closed() } : { ...left, sending: "unsent", open: 1 };
}

async function changeOps(ops: readonly string[], change: (record: CarriedOpRecord) => CarriedOpRecord): Promise<void> {
  await writing(["carriedops"], async (tx) => {
    const store = tx.objectStore("carriedops");
    for (const op of ops) {
      const record = await store.get(op);
      if (record) await store.put(change(record));
    }
  });
  if (ops.length > 0) announce(CHANGED);
}

/** Note the server's answers. The receipts are kept here as an own op's are. */
export function noteCarriedReplies(replies: readonly CarriedReply[]): Promise<void> {
  const byOp = new Map(replies.map((reply) => [reply.op, reply]));
  return changeOps([...byOp.keys()], (record) => replied(record, byOp.get(record.op)!));
}
export const noteCarriedProved = (ops: readonly string[], proof?: HeldProof): Promise<void> =>
  changeOps(ops, (record) => (record.receipt ? { ...record, ...(proof ? { proof } : {}), sending: "proved", ...closed() } : record));

/** Part of a transaction: what a restore lost is to be delivered again, with the receipts it had. */
export async function reopenCarried(tx: WriteTransaction, isKept: (receipt: Receipt) => boolean): Promise<void> {
  const [ops, blobs] = [tx.objectStore("carriedops"), tx.objectStore("carriedblobs")];
  for (const record of await ops.getAll()) {
    const { receipt, proof, ruling, closedAtMs: _closed, past = [], ...rest } = record;
    if (!receipt || isKept(receipt)) continue;
    const was = { receipt, ...(proof ? { proof } : {}), ...(ruling ? { ruling } : {}) };
    await ops.put({ ...rest, sending: "unsent", open: 1, tries: 0, nextTryAtMs: 0, past: [...past, was] });
  }
  const here = new Set(await tx.objectStore("carriedbytes").getAllKeys());
  for (const blob of await blobs.getAll()) if (here.has(blob.sha256) && !blob.problem) await blobs.put({ ...blob, state: "unsent" });
}

type Noted = { readonly [member in "state" | "sentAtMs" | "uploadUrl" | "problem"]?: BlobRecord[member] | undefined };
/** Change what is known of a carried original's sending. */
export async function noteCarriedBlob(blob: string, change: Noted): Promise<void> {
  await writing(["carriedblobs"], async (tx) => {
    const store = tx.objectStore("carriedblobs");
    const record = await store.get(blob);
    const present = Object.entries({ ...record, ...change }).filter(([, value]) => value !== undefined);
    if (record) await store.put(Object.fromEntries(present) as unknown as CarriedBlobRecord);
  });
  if (change.state) announce(CHANGED);
}

/** After a pull: carried originals whose row is here are verified. A space that is not read here says nothing. */
export async function settleCarriedBlobs(): Promise<void> {
  const count = await writing(["carriedblobs", "rows"], async (tx) => {
    const store = tx.objectStore("carriedblobs");
    let settled = 0;
    for (const record of await store.getAll()) {
      if (record.state === "verified" || !(await tx.objectStore("rows").getKey(`blob/${record.blob}`))) continue;
      const { uploadUrl: _url, problem: _problem, ...rest } = record;
      await store.put({ ...rest, state: "verified" });
      settled += 1;
    }
    return settled;
  });
  if (count > 0) announce(CHANGED);
}

/** Whether everything of this op that came here has been delivered. */
export const isDelivered = ({ sending }: CarriedOpRecord, blobs: readonly CarriedBlobRecord[]): boolean =>
  sending === "proved" && blobs.every(({ state }) => state !== "unsent");

const KEPT_MS = 30 * 86_400_000;
/**
 * A month after it was delivered (or refused for good) what was carried leaves this phone; its author's has it. With a
 * chain's last record goes what was kept to make it valid.
 */
export async function dropOldCarried(atMs: number): Promise<void> {
  await writing(["meta", "chains", "carriedops", "carriedblobs", "carriedbytes"], async (tx) => {
    const [ops, blobs] = [await tx.objectStore("carriedops").getAll(), await tx.objectStore("carriedblobs").getAll()];
    const unsent = new Set(blobs.filter(({ state, problem }) => state === "unsent" && !problem).map(({ sha256 }) => sha256));
    const isOld = (op: CarriedOpRecord): boolean => op.open === 0 && atMs - (op.closedAtMs ?? op.receivedAtMs) >= KEPT_MS && !op.blobs.some((sha256) => unsent.has(sha256));
    const old = ops.filter(isOld);
    const stay = ops.filter((op) => !isOld(op));
    const held = new Set(stay.flatMap((op) => op.blobs));
    for (const { op } of old) await tx.objectStore("carriedops").delete(op);
    const needed = new Set([...stay.map(({ chain }) => chain), ...(await tx.objectStore("chains").getAllKeys())]);
    for (const { chain } of old) if (!needed.has(chain)) await tx.objectStore("meta").delete(vouchersKey(chain));
    for (const { blob, sha256 } of blobs) {
      if (held.has(sha256)) continue;
      await tx.objectStore("carriedblobs").delete(blob);
      await tx.objectStore("carriedbytes").delete(sha256);
    }
  });
}
