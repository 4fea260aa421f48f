// The phone believes the log only as far as it verified it: the checkpoint's signature, that each
// newer checkpoint extends the last one, and that each receipt's entry is in the tree.

import { fromHex, hex } from "../protocol/bytes.ts";
import { readOrigin } from "../protocol/epochs.ts";
import { type Checkpoint, openCheckpointOfAny, readVerifierKey } from "../protocol/note.ts";
import { verifyReceipt } from "../protocol/receipts.ts";
import type { HeldProof, Receipt } from "../protocol/rows.ts";
import { nowMs } from "../store/clock.ts";
import { beginEpoch } from "../store/epochs.ts";
import {
  knownCheckpoint, type KnownCheckpoint, knownDeployment, knownOpenings, setCheckpoint, setOpenings, verifiedCheckpoints,
} from "../store/identity.ts";
import { noteProved, openOps } from "../store/ownops.ts";
import { askNothing, askText } from "./api.ts";
import { extend, goesOn, inclusion, keepsHistory, provenOpenings } from "./epochs.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

const AT_ONCE = 4;

async function verified(note: string): Promise<Checkpoint> {
  const deployment = await knownDeployment();
  if (!deployment) throw new ApiError("checkpoint_invalid", 0);
  try {
    return await openCheckpointOfAny(note, await readVerifierKey(deployment.logKey));
  } catch (error) {
    if (error instanceof RangeError) throw new ApiError("checkpoint_invalid", 0);
    throw error;
  }
}

/**
 * Take over a checkpoint the server sent; a properly announced later epoch is followed. Rejects with ApiError
 * `checkpoint_invalid` (not signed by the log) or `log_rewound` (does not extend what this phone saw); the known one is
 * kept then, and nothing else changes.
 */
export async function acceptCheckpoint(note: string): Promise<KnownCheckpoint> {
  const fresh = await verified(note);
  const known = await knownCheckpoint();
  if (!known || known.size === 0) return firstMet(fresh);
  if (known.origin !== fresh.origin) return follow(fresh, known);
  const old = { size: known.size, root: fromHex(known.root) };
  const isLarger = fresh.size >= old.size;
  const holds = isLarger ? await goesOn(old, fresh) : await extend(fresh, old);
  if (!holds) throw new ApiError("log_rewound", 0);
  return isLarger && fresh.size > old.size ? keep(fresh) : known;
}

/** Nothing is known yet that it could contradict; which leaves belong to which epoch is learned at once. */
async function firstMet(fresh: Checkpoint): Promise<KnownCheckpoint> {
  if ((readOrigin(fresh.origin)?.epoch ?? 1) > 1) await setOpenings(await provenOpenings(fresh, undefined));
  return keep(fresh);
}

async function follow(fresh: Checkpoint, known: KnownCheckpoint): Promise<KnownCheckpoint> {
  const [from, to] = [readOrigin(known.origin), readOrigin(fresh.origin)];
  if (!from || !to || to.epoch < from.epoch) throw new ApiError("log_rewound", 0);
  const openings = await provenOpenings(fresh, known);
  const history = [...(await verifiedCheckpoints()), known];
  if (!(await keepsHistory(fresh, openings, history))) throw new ApiError("log_rewound", 0);
  const checkpoint = knownOf(fresh);
  await beginEpoch({ checkpoint, openings, from: known.origin }, nowMs());
  return checkpoint;
}

const knownOf = ({ origin, size, root, note }: Checkpoint): KnownCheckpoint => ({ origin, size, root: hex(root), note });

async function keep(fresh: Checkpoint): Promise<KnownCheckpoint> {
  const checkpoint = knownOf(fresh);
  await setCheckpoint(checkpoint);
  return checkpoint;
}

/** Fetch and take over the newest checkpoint. */
export const fetchCheckpoint = async (): Promise<KnownCheckpoint> => acceptCheckpoint(await askText("/log/checkpoint"));

/**
 * Before anything is sent: is it still the log this phone knows? One that is not is shown what it signed, so that it
 * stops, and nothing is sent to it.
 */
export async function meetLog(): Promise<void> {
  try {
    await fetchCheckpoint();
  } catch (error) {
    if (error instanceof ApiError && error.code === "log_rewound") await showLog();
    throw error;
  }
}

async function showLog(): Promise<void> {
  const known = await knownCheckpoint();
  if (!known) return;
  try {
    await authorised((ask) => askNothing("/log/checkpoint", { ...ask, method: "POST", json: { checkpoint: known.note } }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // it is told again at the next turn
  }
}

export interface Proved {
  readonly holds: boolean;
  readonly proof: HeldProof;
}
/** Whether a receipt's leaf is in the tree of a verified checkpoint, and what shows it. */
export async function proofOf(op: string, receipt: Receipt, checkpoint: KnownCheckpoint, person?: string): Promise<Proved> {
  const hashes = await inclusion(receipt.index, checkpoint.size, person);
  const tree = { origin: checkpoint.origin, size: checkpoint.size, root: fromHex(checkpoint.root) };
  const holds = await verifyReceipt(receipt, op, tree, hashes, await knownOpenings());
  return { holds, proof: { note: checkpoint.note, hashes: hashes.map(hex) } };
}

/** Prove own receipts the checkpoint covers. A receipt that is not in the tree rejects with `proof_invalid`. */
export async function prove(person: string, checkpoint: KnownCheckpoint): Promise<number> {
  const covered = (await openOps()).filter(
    ({ person: author, sending, receipt }) => author === person && sending === "admitted" && receipt !== undefined && receipt.index < checkpoint.size,
  );
  for (let at = 0; at < covered.length; at += AT_ONCE) {
    const some = covered.slice(at, at + AT_ONCE);
    const proved = await Promise.all(some.map(({ op, receipt }) => proofOf(op, receipt!, checkpoint, person)));
    const good = some.flatMap(({ op }, one) => (proved[one]!.holds ? [[op, proved[one]!.proof] as const] : []));
    await noteProved(good.map(([op]) => op), new Map(good));
    if (good.length < some.length) throw new ApiError("proof_invalid", 0);
  }
  return covered.length;
}
