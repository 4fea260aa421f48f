// Room set aside on the disk. A browser's estimate of what is free is no measure (Chromium names a fixed figure), so
// that room for what is being taken is really there: it lies here as bytes, is let go when a write does not fit, and
// where it can't be set aside again this phone is full, before a camera opens and not after.

import { onDatabase, writing } from "./db.ts";
import { StoreError } from "./errors.ts";

/** For photos and recordings under way, and, behind it, for words and signatures. */
const SIZES = { originals: 24_000_000, words: 2_000_000 } as const;
export type Reserve = keyof typeof SIZES;
const NAMES = Object.keys(SIZES) as Reserve[];
export const RESERVE_BYTES = SIZES.originals + SIZES.words;
const keyOf = (name: Reserve): string => `reserve/${name}`;
const CHUNK = 65_536;

/** Bytes that no file system packs. */
function filler(size: number): ArrayBuffer {
  const bytes = new Uint8Array(size);
  const chance = crypto.getRandomValues(new Uint8Array(CHUNK));
  for (let at = 0; at < size; at += CHUNK) bytes.set(chance.subarray(0, Math.min(CHUNK, size - at)), at);
  return bytes.buffer;
}

/** Bytes that lie here set aside. */
export const setAsideBytes = async (): Promise<number> => {
  const there = await Promise.all(NAMES.map(async (name) => ((await isThere(name)) ? SIZES[name] : 0)));
  return there.reduce<number>((sum, size) => sum + size, 0);
};

const isThere = async (name: Reserve): Promise<boolean> => (await onDatabase((db) => db.getKey("meta", keyOf(name)))) !== undefined;
export const isFull = (error: unknown): error is StoreError => error instanceof StoreError && error.code === "quota";

/** Set aside what is missing, words first. False: there is no room for it. */
export async function setAside(): Promise<boolean> {
  for (const name of ["words", "originals"] as const) {
    if (await isThere(name)) continue;
    try {
      await writing(["meta"], async (tx) => void (await tx.objectStore("meta").put(filler(SIZES[name]), keyOf(name))));
    } catch (error) {
      if (!isFull(error)) throw error;
      return false;
    }
  }
  return true;
}

async function letGo(name: Reserve): Promise<boolean> {
  if (!(await isThere(name))) return false;
  await writing(["meta"], (tx) => tx.objectStore("meta").delete(keyOf(name)));
  return true;
}

/** Run a write; where it does not fit, once more for each reserve it may use. */
export async function fitting<T>(write: () => Promise<T>, uses: readonly Reserve[]): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const [name, ...more] = uses;
    if (!isFull(error) || !name) throw error;
    await letGo(name);
    return fitting(write, more);
  }
}
