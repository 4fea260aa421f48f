// Following the log into a new epoch, after a restore lost its newest leaves: in one transaction the
// new checkpoint becomes the known one, and everything that only the lost leaves said is open again.
// Nothing is thrown away: what an op had before stays with it as its past.

import { holds, kept, type Openings, readOrigin } from "../protocol/epochs.ts";
import { reopenCarried } from "./carried.ts";
import { announce } from "./changes.ts";
import { dropMeta, readMeta, writing, type WriteTransaction } from "./db.ts";
import { type KnownCheckpoint, putCheckpoint } from "./identity.ts";
import { settled } from "./ownops.ts";
import { restart } from "./rowstore.ts";
import type { OpRecord, Past } from "./schema.ts";

export interface Following {
  readonly checkpoint: KnownCheckpoint;
  /** All openings this phone knows now. */
  readonly openings: Openings;
  /** Origin of the checkpoint known until now. */
  readonly from: string;
}

/** What an op is after the restore; the same record when nothing about it was lost. Pure. */
export function afterRestore(record: OpRecord, { checkpoint, openings, from }: Following): OpRecord {
  const { receipt, ruling, proof, past = [], ...rest } = record;
  const limit = kept(openings, readOrigin(from)?.epoch ?? 1) ?? Number.POSITIVE_INFINITY;
  const isLost = receipt !== undefined && !holds(receipt.origin, receipt.index, checkpoint.origin, openings);
  if (isLost) {
    const was: Past = { receipt, ...(proof ? { proof } : {}), ...(ruling ? { ruling } : {}) };
    return settled({ ...rest, sending: "unsent", tries: 0, past: [...past, was] }, 0);
  }
  if (!ruling || ruling.index < limit) return record;
  const stays = { ...(receipt ? { receipt } : {}), ...(proof ? { proof } : {}) };
  return settled({ ...rest, ...stays, past: [...past, { ruling }] }, 0);
}

async function reopenOps(tx: WriteTransaction, following: Following): Promise<string[]> {
  const store = tx.objectStore("ops");
  const changed: string[] = [];
  for (const record of await store.getAll()) {
    const next = afterRestore(record, following);
    if (next === record) continue;
    await store.put(next);
    changed.push(next.op);
  }
  return changed;
}

/** What the server had verified is to be confirmed again by its rows; what has left this phone cannot be. */
async function reopenBlobs(tx: WriteTransaction, nowMs: number): Promise<void> {
  const store = tx.objectStore("blobs");
  const here = new Set(await tx.objectStore("bytes").getAllKeys());
  for (const blob of await store.index("state").getAll("verified")) {
    if (here.has(blob.sha256)) await store.put({ ...blob, state: "sent", sentAtMs: nowMs });
  }
}

const STORES = ["meta", "ops", "cursors", "blobs", "bytes", "carriedops", "carriedblobs", "carriedbytes"] as const;
/** Take over the checkpoint of a later epoch whose opening was verified. */
export async function beginEpoch(following: Following, nowMs: number): Promise<void> {
  const { checkpoint, openings } = following;
  const changed = await writing(STORES, async (tx) => {
    const meta = tx.objectStore("meta");
    await putCheckpoint(tx, checkpoint);
    await meta.put([...openings], "openings");
    await meta.put(true, OFFER);
    for (const key of await meta.getAllKeys()) if (key.startsWith("rulings:")) await meta.delete(key);
    for (const space of await tx.objectStore("cursors").getAllKeys()) await restart(tx, space);
    await reopenBlobs(tx, nowMs);
    await reopenCarried(tx, ({ origin, index }) => holds(origin, index, checkpoint.origin, openings));
    return reopenOps(tx, following);
  });
  announce({ ops: changed, entities: ["*"] });
}

/** Whether the originals here are still to be offered to the restored server. */
const OFFER = "offer_originals";
export const mustOffer = async (): Promise<boolean> => (await readMeta<boolean>(OFFER)) === true;
export const offered = (): Promise<void> => dropMeta(OFFER);
