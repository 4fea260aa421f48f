// The phone is a buffer, not an archive: originals the server has verified leave it after the days its people chose.
// Nothing unverified is ever touched, and operations stay (they are small, and may be handed back
// to a restored server).

import { writing } from "./db.ts";

const DAY_MS = 86_400_000;

/** Delete the bytes of originals that are verified and were captured more than `keptDays` ago. Returns how many. */
export function dropOldOriginals(nowMs: number, keptDays: number): Promise<number> {
  return writing(["ops", "blobs", "bytes"], async (tx) => {
    const ops = await tx.objectStore("ops").getAll();
    const blobs = await tx.objectStore("blobs").getAll();
    const held = new Set(ops.filter((op) => nowMs - op.savedAtMs < keptDays * DAY_MS).flatMap((op) => op.blobs));
    const unverified = new Set(blobs.filter((blob) => blob.state !== "verified").map((blob) => blob.sha256));
    const kept = await tx.objectStore("bytes").getAllKeys();
    const old = kept.filter((sha256) => !held.has(sha256) && !unverified.has(sha256));
    await Promise.all(old.map((sha256) => tx.objectStore("bytes").delete(sha256)));
    return old.length;
  });
}
