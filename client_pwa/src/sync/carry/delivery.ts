// Delivering what this phone carries: pushed in the session of whoever is signed in, under its
// author's signature; receipts are kept and proved. Whoever comes second is told that it is there already.

import { blobId } from "../../store/blobs.ts";
import {
  carriedBlobs, carriedBytes, carriedOps, type CarriedReply, isDelivered, noteCarriedBlob, noteCarriedProved, noteCarriedReplies, openCarriedOps,
} from "../../store/carried.ts";
import { nowMs } from "../../store/clock.ts";
import type { KnownCheckpoint } from "../../store/identity.ts";
import type { Reply } from "../../store/ownops.ts";
import type { CarriedBlobRecord, CarriedOpRecord } from "../../store/schema.ts";
import { ITEM_PROBLEMS, lookUp } from "../../protocol/tables.ts";
import { backoffMs, LONGEST_MS } from "../backoff.ts";
import { proofOf } from "../proofs.ts";
import { batchesOf, isHandedBack, postAs, sendHalving } from "../push.ts";
import { ApiError } from "../types.ts";
import type { Shelf } from "../uploads.ts";

export const carriedShelf: Shelf = { bytes: carriedBytes, note: noteCarriedBlob };

/** Only a newer app may know a kind: what is carried waits for it. */
const isFinal = (code: string): boolean => lookUp(ITEM_PROBLEMS, code)?.retry === "never";
/** What an answer means for a record that is carried. */
export const carriedReply = ({ rejection, ...reply }: Reply, nextTryAtMs: number): CarriedReply =>
  ({ ...reply, nextTryAtMs, ...(rejection ? { rejection: { ...rejection, isFinal: isFinal(rejection.code) } } : {}) });

/** Also when it lies further away than any pause: the clock was set back. */
const isTime = (atMs: number): boolean => atMs <= nowMs() || atMs - nowMs() > LONGEST_MS;

/** What a push of what is carried would send now. */
export const isDue = (record: CarriedOpRecord): boolean => record.sending === "unsent" && isTime(record.nextTryAtMs) && !isHandedBack(record);

/** Send what is due in the session of `person`. A rejection makes only that record wait. Rejects with ApiError. */
export async function pushCarried(person: string): Promise<void> {
  const due = (await openCarriedOps()).filter(isDue);
  const tries = new Map(due.map((record) => [record.op, record.tries]));
  for (const batch of batchesOf(due)) {
    const { replies } = await sendHalving(batch, postAs(person));
    await noteCarriedReplies(replies.map((reply) => carriedReply(reply, nowMs() + backoffMs(tries.get(reply.op)! + 1, Math.random()))));
  }
}

/** Prove carried receipts that the checkpoint covers, as own ones are. */
export async function proveCarried(person: string, checkpoint: KnownCheckpoint): Promise<void> {
  for (const record of await openCarriedOps()) {
    if (record.sending !== "admitted" || !record.receipt || record.receipt.index >= checkpoint.size) continue;
    const { holds, proof } = await proofOf(record.op, record.receipt, checkpoint, person);
    if (!holds) throw new ApiError("proof_invalid", 0);
    await noteCarriedProved([record.op], proof);
  }
}

/** Originals that may go now: the server takes one of a space that is not the carrier's only once a record there names it. */
export async function dueCarriedBlobs(): Promise<CarriedBlobRecord[]> {
  const unsent = (await carriedBlobs()).filter(({ state, problem }) => state === "unsent" && !problem);
  if (unsent.length === 0) return [];
  const arrived = (await carriedOps()).filter(({ receipt }) => receipt !== undefined);
  const announced = new Set(arrived.flatMap(({ space, blobs }) => blobs.map((sha256) => blobId(space, sha256))));
  return unsent.filter(({ blob }) => announced.has(blob));
}

const blobsOf = (record: CarriedOpRecord, blobs: readonly CarriedBlobRecord[]): CarriedBlobRecord[] =>
  blobs.filter(({ space, sha256 }) => space === record.space && record.blobs.includes(sha256));

/** How many carried records are not delivered with all that came with them. */
export async function carriedLeft(): Promise<number> {
  const [ops, blobs] = [await carriedOps(), await carriedBlobs()];
  const open = blobs.filter(({ state, problem }) => state === "unsent" && !problem);
  return ops.filter((op) => op.sending !== "rejected" && !isDelivered(op, blobsOf(op, open))).length;
}

export type CarriedStatus = "saved" | "received" | "verified" | "refused";
export interface CarriedItem {
  readonly op: string;
  readonly kind: string;
  readonly receivedAtMs: number;
  readonly status: CarriedStatus;
  /** Why it is not there yet, when the server said so. */
  readonly reason: string;
}
/** What is carried for one person. */
export interface CarriedFor {
  readonly person: string;
  readonly name: string;
  /** Every signature was checked here against the chain the server confirmed. */
  readonly checked: boolean;
  readonly items: readonly CarriedItem[];
  readonly opsLeft: number;
  readonly blobsLeft: number;
  readonly bytesLeft: number;
}

function statusOf(record: CarriedOpRecord, blobs: readonly CarriedBlobRecord[]): CarriedStatus {
  if (record.sending === "rejected") return "refused";
  if (isDelivered(record, blobs)) return "verified";
  return record.sending === "unsent" ? "saved" : "received";
}
const itemOf = (record: CarriedOpRecord, blobs: readonly CarriedBlobRecord[]): CarriedItem => ({
  op: record.op, kind: record.kind, receivedAtMs: record.receivedAtMs, status: statusOf(record, blobs), reason: record.rejection?.code ?? "",
});

/** Everything this phone carries, by person. */
export async function carried(): Promise<CarriedFor[]> {
  const [ops, blobs] = [await carriedOps(), await carriedBlobs()];
  const people = new Map<string, CarriedOpRecord[]>();
  for (const op of ops) people.set(op.person, [...(people.get(op.person) ?? []), op]);
  return [...people].map(([person, records]) => {
    const own = new Map(records.flatMap((record) => blobsOf(record, blobs)).map((blob) => [blob.blob, blob]));
    const left = [...own.values()].filter(({ state, problem }) => state === "unsent" && !problem);
    return {
      person, name: records.at(-1)!.name || person, checked: records.every(({ checked }) => checked),
      items: records.map((record) => itemOf(record, blobsOf(record, blobs))).reverse(),
      opsLeft: records.filter(({ sending }) => sending === "unsent").length, blobsLeft: left.length,
      bytesLeft: left.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
  });
}
