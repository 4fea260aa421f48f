// The phone believes the log only as far as it verified it: the checkpoint's signature, that each
// newer checkpoint extends the last one, and that each receipt's entry is in the tree.

import { equalBytes, fromHex, hex } from "../protocol/bytes.ts";
import { verifyConsistency } from "../protocol/merkle.ts";
import { type Checkpoint, openCheckpoint, readVerifierKey } from "../protocol/note.ts";
import { verifyReceipt } from "../protocol/receipts.ts";
import { knownCheckpoint, type KnownCheckpoint, knownDeployment, setCheckpoint } from "../store/identity.ts";
import { noteProved, openOps } from "../store/ownops.ts";
import type { Receipt } from "../protocol/rows.ts";
import { askJson, askText } from "./api.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

const AT_ONCE = 4;

async function verified(note: string): Promise<Checkpoint> {
  const deployment = await knownDeployment();
  if (!deployment) throw new ApiError("checkpoint_invalid", 0);
  try {
    return await openCheckpoint(note, await readVerifierKey(deployment.logKey));
  } catch (error) {
    if (error instanceof RangeError) throw new ApiError("checkpoint_invalid", 0);
    throw error;
  }
}

const hashesOf = (hashes: unknown): Uint8Array[] => {
  if (!Array.isArray(hashes)) throw new ApiError("malformed_reply", 200);
  try {
    return hashes.map((one) => fromHex(String(one)));
  } catch {
    throw new ApiError("malformed_reply", 200);
  }
};

/** Whether the tree of the smaller size is a beginning of the larger one, by the server's proof. */
async function extend(small: { size: number; root: Uint8Array }, large: { size: number; root: Uint8Array }): Promise<boolean> {
  if (small.size === 0) return true;
  if (small.size === large.size) return equalBytes(small.root, large.root);
  const path = `/log/consistency?from=${small.size}&size=${large.size}`;
  const reply = await authorised((ask) => askJson<{ hashes: unknown }>(path, ask));
  return verifyConsistency(small.size, large.size, small.root, large.root, hashesOf(reply.hashes));
}

/**
 * Take over a checkpoint the server sent. Rejects with ApiError `checkpoint_invalid` (not signed by the
 * log) or `log_rewound` (does not extend what this phone saw); the known one is kept then.
 */
export async function acceptCheckpoint(note: string): Promise<KnownCheckpoint> {
  const fresh = await verified(note);
  const known = await knownCheckpoint();
  if (!known || known.size === 0) return keep(fresh);
  if (known.origin !== fresh.origin) throw new ApiError("log_rewound", 0);
  const old = { size: known.size, root: fromHex(known.root) };
  const isLarger = fresh.size >= old.size;
  const holds = isLarger ? await extend(old, fresh) : await extend(fresh, old);
  if (!holds) throw new ApiError("log_rewound", 0);
  return isLarger && fresh.size > old.size ? keep(fresh) : known;
}

async function keep({ origin, size, root, note }: Checkpoint): Promise<KnownCheckpoint> {
  const checkpoint = { origin, size, root: hex(root), note };
  await setCheckpoint(checkpoint);
  return checkpoint;
}

/** Fetch and take over the newest checkpoint. */
export const fetchCheckpoint = async (): Promise<KnownCheckpoint> => acceptCheckpoint(await askText("/log/checkpoint"));

/** Whether this receipt's entry is in the tree of a checkpoint that covers it; asked in the session of `person`. */
export async function isIncluded(
  { op, receipt, person }: { op: string; receipt?: Receipt; person: string }, checkpoint: KnownCheckpoint,
): Promise<boolean> {
  const path = `/log/proof/${receipt!.index}?size=${checkpoint.size}`;
  const reply = await authorised((ask) => askJson<{ hashes: unknown }>(path, ask), {}, person);
  const tree = { origin: checkpoint.origin, size: checkpoint.size, root: fromHex(checkpoint.root) };
  return verifyReceipt(receipt!, op, tree, hashesOf(reply.hashes));
}

/** Prove own receipts the checkpoint covers. A receipt that is not in the tree rejects with `proof_invalid`. */
export async function prove(person: string, checkpoint: KnownCheckpoint): Promise<number> {
  const covered = (await openOps()).filter(
    ({ person: author, sending, receipt }) => author === person && sending === "admitted" && receipt !== undefined && receipt.index < checkpoint.size,
  );
  for (let at = 0; at < covered.length; at += AT_ONCE) {
    const some = covered.slice(at, at + AT_ONCE);
    const proved = await Promise.all(some.map((record) => isIncluded(record, checkpoint)));
    await noteProved(some.filter((_, one) => proved[one]).map(({ op }) => op));
    if (proved.includes(false)) throw new ApiError("proof_invalid", 0);
  }
  return covered.length;
}
