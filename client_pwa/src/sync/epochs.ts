// Meeting a later epoch of the log (SPEC §7, Epochs). It is followed only when the log's own key signed
// it and its tree holds the announcement; everything else is another history and is refused.

import { equalBytes, fromBase64url, fromHex } from "../protocol/bytes.ts";
import { decode } from "../protocol/canonical.ts";
import { holds, type Openings, readOrigin } from "../protocol/epochs.ts";
import { validateBody } from "../protocol/kinds.ts";
import { verifyConsistency } from "../protocol/merkle.ts";
import type { Checkpoint } from "../protocol/note.ts";
import { commitment, opId, readHeader } from "../protocol/ops.ts";
import { verifyReceipt } from "../protocol/receipts.ts";
import type { Receipt, WireOp } from "../protocol/rows.ts";
import { readBody } from "../protocol/upcast.ts";
import type { KnownCheckpoint } from "../store/identity.ts";
import { type Ask, askJson, unlessUnknown } from "./api.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
}
interface Entry extends WireOp {
  readonly op: string;
  readonly receipt: Receipt;
}
interface Opening {
  readonly epoch: number;
  readonly old: { readonly origin: string; readonly size: number; readonly root: string };
  readonly size: number;
  readonly root: string;
}

export const hashesOf = (hashes: unknown): Uint8Array[] => {
  if (!Array.isArray(hashes)) throw new ApiError("malformed_reply", 200);
  try {
    return hashes.map((one) => fromHex(String(one)));
  } catch {
    throw new ApiError("malformed_reply", 200);
  }
};
const askHashes = async (path: string, person?: string): Promise<Uint8Array[]> =>
  hashesOf((await authorised((ask: Ask) => askJson<{ hashes: unknown }>(path, ask), {}, person)).hashes);

/** The server's inclusion proof of a leaf. */
export const inclusion = (index: number, size: number, person?: string): Promise<Uint8Array[]> =>
  askHashes(`/log/proof/${index}?size=${size}`, person);

/** Whether the tree of the smaller size is a beginning of the larger one, by the server's proof. Rejects with `not_found` where its log does not reach that far. */
async function extendsBy(small: Head, large: Head): Promise<boolean> {
  if (small.size === 0) return true;
  if (small.size === large.size) return equalBytes(small.root, large.root);
  const hashes = await askHashes(`/log/consistency?from=${small.size}&size=${large.size}`);
  return verifyConsistency(small.size, large.size, small.root, large.root, hashes);
}
/** The same; a log that does not reach that far has no such tree. */
export const extend = async (small: Head, large: Head): Promise<boolean> => (await unlessUnknown(() => extendsBy(small, large))) ?? false;

/**
 * Whether a head that the server has just signed goes on from one this phone knew. Where its log does not reach that far
 * any more, a restore came between: nothing is known until its next head is asked for (ApiError `unavailable`).
 */
export async function goesOn(known: Head, fresh: Head): Promise<boolean> {
  const does = await unlessUnknown(() => extendsBy(known, fresh));
  if (does === undefined) throw new ApiError("unavailable", 0);
  return does;
}

const rewound = (): ApiError => new ApiError("log_rewound", 0);

/** What an opening says, when its texts are those that its id and commitment name. */
async function readOpening({ op, header, body, salt }: Entry): Promise<Opening> {
  if ((await opId(header)) !== op || readHeader(header).kind !== "epoch.open") throw rewound();
  if ((await commitment(fromBase64url(salt), body)) !== readHeader(header).body.commitment) throw rewound();
  const said = readBody({ header, body }) as { readonly [member: string]: string | number };
  if (validateBody("epoch.open", said) !== undefined || !/^[1-9][0-9]{0,8}$/.test(String(said["epoch"]))) throw rewound();
  const old = { origin: String(said["old_origin"]), size: Number(said["old_size"]), root: String(said["old_root"]) };
  return { epoch: Number(said["epoch"]), old, size: Number(said["size"]), root: String(said["root"]) };
}

/** Whether the log's tree holds this opening as its epoch's first leaf, over the leaves it says were kept. */
async function isInTree(entry: Entry, opening: Opening, fresh: Checkpoint, openings: Openings): Promise<boolean> {
  const { index, leaf } = entry.receipt;
  const isFirst = index === opening.size && readOrigin(entry.receipt.origin)?.epoch === opening.epoch;
  if (!isFirst || (decode(leaf) as { outcome?: unknown }).outcome !== "applied") return false;
  if (!(await verifyReceipt(entry.receipt, entry.op, fresh, await inclusion(index, fresh.size), openings))) return false;
  return extend({ size: opening.size, root: fromHex(opening.root) }, fresh);
}

/** Nothing announced about the head this phone knew may contradict what it verified then. */
const agrees = ({ old }: Opening, known: KnownCheckpoint | undefined): boolean =>
  known === undefined || old.origin !== known.origin || old.size !== known.size || old.root === known.root;

async function entries(): Promise<Entry[]> {
  const reply = await askJson<{ epochs: Entry[] }>("/log/epochs");
  const texts = ({ op, header, body, salt, receipt }: Entry): unknown[] => [op, header, body, salt, receipt?.leaf, receipt?.origin];
  const isList = Array.isArray(reply?.epochs) && reply.epochs.every((one) => texts(one).every((text) => typeof text === "string"));
  if (!isList) throw new ApiError("malformed_reply", 200);
  return reply.epochs;
}

/** Every opening in the log of a fresh checkpoint, verified; rejects with `log_rewound` unless its own epoch is among them. */
export async function provenOpenings(fresh: Checkpoint, known: KnownCheckpoint | undefined): Promise<Openings> {
  const listed = await entries();
  const read = await Promise.all(listed.map(readOpening)).catch((error: unknown) => {
    throw error instanceof ApiError ? error : rewound(); // a text that is none of ours
  });
  const openings = new Map(read.map(({ epoch, size }) => [epoch, size]));
  const newest = readOrigin(fresh.origin)?.epoch ?? 0;
  if (!openings.has(newest) || Math.max(...openings.keys()) > newest) throw rewound();
  for (const [at, opening] of read.entries()) {
    if (!agrees(opening, known) || !(await isInTree(listed[at]!, opening, fresh, openings))) throw rewound();
  }
  return openings;
}

/** Whether the newest head this phone verified within the kept leaves is a beginning of the fresh tree. */
export async function keepsHistory(fresh: Checkpoint, openings: Openings, verified: readonly KnownCheckpoint[]): Promise<boolean> {
  const kept = verified.filter(({ origin, size }) => size > 0 && holds(origin, size - 1, fresh.origin, openings));
  const last = kept.reduce<KnownCheckpoint | undefined>((best, one) => (best && best.size >= one.size ? best : one), undefined);
  return last === undefined || extend({ size: last.size, root: fromHex(last.root) }, fresh);
}
