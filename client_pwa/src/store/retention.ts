// The phone is a buffer, not an archive: originals the server has verified leave it after the days its people chose,
// or sooner when a person asks for room. Nothing unverified is ever touched, and operations stay (they are small,
// and may be handed back to a restored server).

import type { IDBPTransaction } from "idb";
import { announce } from "./changes.ts";
import { writing } from "./db.ts";
import type { LiuhenSchema, StoreName } from "./schema.ts";

const DAY_MS = 86_400_000;

type Reading = IDBPTransaction<LiuhenSchema, StoreName[], "readonly" | "readwrite">;

/** Hashes of the originals here that are verified in every space and were captured more than `keptDays` ago. */
export async function oldOriginals(tx: Reading, nowMs: number, keptDays: number): Promise<string[]> {
  const [ops, blobs, kept] = await Promise.all([tx.objectStore("ops").getAll(), tx.objectStore("blobs").getAll(), tx.objectStore("bytes").getAllKeys()]);
  const young = new Set(ops.filter((op) => nowMs - op.savedAtMs < keptDays * DAY_MS).flatMap((op) => op.blobs));
  const unverified = new Set(blobs.filter((blob) => blob.state !== "verified").map((blob) => blob.sha256));
  return kept.filter((sha256) => !young.has(sha256) && !unverified.has(sha256));
}

/** Delete their bytes. Returns how many. */
export async function dropOldOriginals(nowMs: number, keptDays: number): Promise<number> {
  const dropped = await writing(["ops", "blobs", "bytes"], async (tx) => {
    const old = await oldOriginals(tx, nowMs, keptDays);
    await Promise.all(old.map((sha256) => tx.objectStore("bytes").delete(sha256)));
    return old;
  });
  if (dropped.length > 0) announce({ entities: ["bytes/"] });
  return dropped.length;
}
