// Originals, renderings and signatures of this phone, and small pictures for the screen. A blob's
// bytes are kept once per hash; its sending state once per space, for everybody here who captured it.

import type { BlobRef } from "../protocol/rows.ts";
import { announce } from "./changes.ts";
import { onDatabase, writing, type WriteTransaction } from "./db.ts";
import type { BlobRecord } from "./schema.ts";

export interface NewBlob {
  readonly ref: BlobRef;
  readonly bytes: ArrayBuffer;
}

export const blobId = (space: string, sha256: string): string => `${space}-${sha256}`;

/** Whether this person captured it, first or again. */
export const isBlobOf = (blob: BlobRecord, person: string): boolean => blob.person === person || (blob.others?.includes(person) ?? false);

/** Part of the strict transaction that saves an op. */
export async function putBlobs(
  tx: WriteTransaction, owner: { space: string; person: string; order: number }, blobs: readonly NewBlob[],
): Promise<void> {
  const { space, person, order } = owner;
  await Promise.all(blobs.map(async ({ ref, bytes }) => {
    const { sha256, media_type: mediaType, size_bytes: sizeBytes } = ref;
    const blob = blobId(space, sha256);
    const [, known] = await Promise.all([tx.objectStore("bytes").put({ sha256, bytes, mediaType }), tx.objectStore("blobs").get(blob)]);
    if (!known) await tx.objectStore("blobs").put({ blob, sha256, space, mediaType, sizeBytes, person, state: "unsent", order });
    else if (!isBlobOf(known, person)) await tx.objectStore("blobs").put({ ...known, others: [...(known.others ?? []), person] });
  }));
}

export const storedBytes = (sha256: string): Promise<ArrayBuffer | undefined> =>
  onDatabase(async (db) => (await db.get("bytes", sha256))?.bytes);

export const hasBytes = async (sha256: string): Promise<boolean> => (await onDatabase((db) => db.getKey("bytes", sha256))) !== undefined;

/** The original bytes, if this phone has them. */
export async function original(sha256: string): Promise<{ bytes: ArrayBuffer; mediaType: string } | undefined> {
  return onDatabase((db) => db.get("bytes", sha256));
}

export const blobsIn = (state: BlobRecord["state"]): Promise<BlobRecord[]> =>
  onDatabase((db) => db.getAllFromIndex("blobs", "state", state));
export const blobRecord = (blob: string): Promise<BlobRecord | undefined> => onDatabase((db) => db.get("blobs", blob));

/** Change what is known of a blob's sending. */
export async function noteBlob(blob: string, change: { readonly [member in "state" | "sentAtMs" | "uploadUrl" | "problem" | "previewed"]?: BlobRecord[member] | undefined }): Promise<void> {
  await writing(["blobs"], async (tx) => {
    const store = tx.objectStore("blobs");
    const record = await store.get(blob);
    const sent = change.state === "sent" ? { missing: undefined } : {};
    const present = Object.entries({ ...record, ...change, ...sent }).filter(([, value]) => value !== undefined);
    if (record) await store.put(Object.fromEntries(present) as unknown as BlobRecord);
  });
  if (change.state) announce({ entities: [`blob/${blob}`] });
}

/** After a pull: blobs for which the log has a `blob/` row are verified. */
export async function settleBlobs(): Promise<void> {
  const verified = await writing(["blobs", "rows"], async (tx) => {
    const store = tx.objectStore("blobs");
    const open = [...(await store.index("state").getAll("unsent")), ...(await store.index("state").getAll("sent"))];
    const done: string[] = [];
    for (const record of open) {
      if (record.missing || !(await tx.objectStore("rows").getKey(`blob/${record.blob}`))) continue;
      const { uploadUrl: _url, problem: _problem, sentAtMs: _at, ...rest } = record;
      await store.put({ ...rest, state: "verified" });
      done.push(record.blob);
    }
    return done;
  });
  if (verified.length > 0) announce({ entities: verified.map((blob) => `blob/${blob}`) });
}

/** The server's word on originals of spaces whose rows this person no longer reads. */
export async function noteVerified(blobs: readonly string[]): Promise<void> {
  for (const blob of blobs) await noteBlob(blob, { state: "verified", uploadUrl: undefined, problem: undefined, sentAtMs: undefined });
}

/** Originals whose bytes are here and which the server says it has, by space. */
export async function heldOriginals(): Promise<Map<string, string[]>> {
  const [kept, sent, verified] = await Promise.all([onDatabase((db) => db.getAllKeys("bytes")), blobsIn("sent"), blobsIn("verified")]);
  const here = new Set(kept);
  const held = new Map<string, string[]>();
  for (const { space, sha256 } of [...sent, ...verified]) if (here.has(sha256)) held.set(space, [...(held.get(space) ?? []), sha256]);
  return held;
}

/** The server lacks the bytes of these: they are sent again. */
export async function resendMissing(space: string, digests: readonly string[]): Promise<void> {
  await writing(["blobs"], async (tx) => {
    const store = tx.objectStore("blobs");
    for (const sha256 of digests) {
      const record = await store.get(blobId(space, sha256));
      if (!record) continue;
      const { sentAtMs: _at, uploadUrl: _url, problem: _problem, ...rest } = record;
      await store.put({ ...rest, state: "unsent", missing: true });
    }
  });
  announce({ entities: digests.map((sha256) => `blob/${blobId(space, sha256)}`) });
}

/** How long the server may take to say that it verified what it has. */
const VERIFIED_WITHIN_MS = 10 * 60_000;

/**
 * After the pull and `settleBlobs`: what counts as sent, but of which a pull that covers its record says nothing after
 * so long, is no longer on the server (it was restored, or lost the file) and is sent again. Returns how many.
 */
export async function resendLostBlobs(nowMs: number): Promise<number> {
  const lost = await writing(["blobs", "ops", "cursors"], async (tx) => {
    const store = tx.objectStore("blobs");
    const due = (await store.index("state").getAll("sent")).filter(({ sentAtMs = 0 }) => Math.abs(nowMs - sentAtMs) >= VERIFIED_WITHIN_MS);
    if (due.length === 0) return [];
    const covered = await coveredBlobs(tx);
    const again = due.filter(({ blob }) => covered.has(blob));
    for (const { sentAtMs: _at, uploadUrl: _url, ...rest } of again) await store.put({ ...rest, state: "unsent" });
    return again;
  });
  if (lost.length > 0) announce({ entities: lost.map(({ blob }) => `blob/${blob}`) });
  return lost.length;
}

/** Ids of the blobs whose record is in the log below what a completed pull has covered. */
async function coveredBlobs(tx: WriteTransaction): Promise<Set<string>> {
  const [ops, cursors] = await Promise.all([tx.objectStore("ops").getAll(), tx.objectStore("cursors").getAll()]);
  const through = new Map(cursors.map((cursor) => [cursor.space, cursor.completeThrough]));
  const covered = ops.filter(({ receipt, space }) => receipt !== undefined && receipt.index < (through.get(space) ?? 0));
  return new Set(covered.flatMap(({ space, blobs }) => blobs.map((sha256) => blobId(space, sha256))));
}

/** A 320 px picture for a photo's hash: made here or fetched before; undefined when neither. */
export async function thumbnail(sha256: string): Promise<Blob | undefined> {
  const found = await onDatabase((db) => db.get("thumbs", sha256));
  return found && new Blob([found.bytes], { type: found.mediaType });
}
export const hasThumbnail = async (sha256: string): Promise<boolean> =>
  (await onDatabase((db) => db.getKey("thumbs", sha256))) !== undefined;

/** Keep a small picture; it can be made again, so this write may be relaxed. */
export async function putThumbnail(sha256: string, bytes: ArrayBuffer, mediaType: string): Promise<void> {
  await writing(["thumbs"], async (tx) => void (await tx.objectStore("thumbs").put({ sha256, bytes, mediaType })), "relaxed");
  announce({ entities: [`thumb/${sha256}`] });
}
