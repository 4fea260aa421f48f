// How much room there is on this phone, and what takes it. No camera opens where its photo would not fit.

import { blobsIn } from "./blobs.ts";
import { carriedBlobs } from "./carried.ts";
import { onDatabase } from "./db.ts";
import { StoreError } from "./errors.ts";
import type { BlobRecord } from "./schema.ts";
import { nowMs } from "./clock.ts";
import { RESERVE_BYTES, setAside, setAsideBytes } from "./reserve.ts";
import { oldOriginals } from "./retention.ts";

/** Below this a day's photos may not fit. */
export const LOW_BYTES = 500_000_000;
/** Below this no camera, album or microphone opens. */
export const FULL_BYTES = 40_000_000;
/** A photo as long as this phone has taken none. */
const USUAL_PHOTO_BYTES = 3_000_000;
/** Smaller ones are signatures and screenshots. */
const SMALL_BYTES = 300_000;

export interface Held {
  readonly count: number;
  readonly bytes: number;
}
export interface Room {
  readonly usedBytes: number;
  /** By the browser's estimate; -1 where it gives none, or where a write has disproved it. */
  readonly freeBytes: number;
  /** Set aside for what is being taken. */
  readonly reserved: number;
  readonly level: "unknown" | "roomy" | "low" | "full";
  /** About how many more photos fit, of the size of those taken here; -1 where that is not known. */
  readonly photosLeft: number;
  /** Originals that are safe nowhere else yet. */
  readonly waiting: Held;
  /** Originals that the server has verified and that are still here. */
  readonly verified: Held;
  /** Originals of colleagues that this phone carries. */
  readonly carried: Held;
}

export async function space(): Promise<{ usedBytes: number; freeBytes: number }> {
  const storage = globalThis.navigator?.storage;
  if (!storage?.estimate) return { usedBytes: 0, freeBytes: -1 };
  const { usage = 0, quota } = await storage.estimate();
  return { usedBytes: usage, freeBytes: quota === undefined ? -1 : Math.max(0, quota - usage) };
}

/** Before a camera, an album or a microphone opens. Rejects with StoreError `quota` while nothing is lost yet. */
export async function requireRoomToCapture(): Promise<void> {
  const { freeBytes } = await space();
  const isEnough = freeBytes < 0 || freeBytes >= FULL_BYTES;
  if (!isEnough || !(await setAside())) throw new StoreError("quota", `too little room to capture; the browser says ${freeBytes} bytes`);
}

function levelOf(freeBytes: number, isSetAside: boolean): Room["level"] {
  if (!isSetAside || (freeBytes >= 0 && freeBytes < FULL_BYTES)) return "full";
  if (freeBytes < 0) return "unknown";
  return freeBytes < LOW_BYTES ? "low" : "roomy";
}

function held(sizes: ReadonlyMap<string, number>): Held {
  return { count: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
}
const sizesOf = (blobs: readonly Pick<BlobRecord, "sha256" | "sizeBytes">[]): Map<string, number> =>
  new Map(blobs.map(({ sha256, sizeBytes }) => [sha256, sizeBytes]));

function usualPhoto(blobs: readonly BlobRecord[]): number {
  const photos = blobs.filter(({ mediaType, sizeBytes }) => mediaType.startsWith("image/") && sizeBytes > SMALL_BYTES);
  return photos.length === 0 ? USUAL_PHOTO_BYTES : photos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / photos.length;
}

export async function room(): Promise<Room> {
  const [{ usedBytes, freeBytes }, reserved, unsent, sent, verified, carried, kept] = await Promise.all([
    space(), setAsideBytes(), blobsIn("unsent"), blobsIn("sent"), blobsIn("verified"), carriedBlobs(), onDatabase((db) => db.getAllKeys("bytes")),
  ]);
  const here = new Set(kept);
  const waiting = sizesOf([...unsent, ...sent].filter(({ sha256 }) => here.has(sha256)));
  const safe = sizesOf(verified.filter(({ sha256 }) => here.has(sha256) && !waiting.has(sha256)));
  const isSetAside = reserved === RESERVE_BYTES;
  const level = levelOf(freeBytes, isSetAside);
  const fits = level === "full" ? 0 : Math.floor(Math.max(0, freeBytes - FULL_BYTES) / usualPhoto([...unsent, ...sent, ...verified]));
  return {
    usedBytes, freeBytes: isSetAside || freeBytes < FULL_BYTES ? freeBytes : -1, reserved, level, photosLeft: level === "unknown" ? -1 : fits,
    waiting: held(waiting), verified: held(safe), carried: held(sizesOf(carried)),
  };
}

/** What deleting the verified originals captured more than `days` ago would free. */
export async function freeable(days: number): Promise<Held> {
  const [old, verified] = await Promise.all([onDatabase((db) => oldOriginals(db.transaction(["ops", "blobs", "bytes"]), nowMs(), days)), blobsIn("verified")]);
  const sizes = sizesOf(verified);
  return held(new Map(old.map((sha256) => [sha256, sizes.get(sha256) ?? 0])));
}
