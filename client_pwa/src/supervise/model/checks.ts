// What a browser can check about one operation by itself: that the texts give the op's id and the
// commitment, that the chain's key signed it, and that the log's receipt is about these very bytes
// and stands in a tree whose signed head this browser verified (SPEC §§2, 3, 7).
// Gets everything as arguments; reads nothing.

import { fromBase64url, fromHex, sha256Hex } from "../../protocol/bytes.ts";
import { decode } from "../../protocol/canonical.ts";
import { holds, type Openings } from "../../protocol/epochs.ts";
import { entryOf, leafHash, verifyInclusion } from "../../protocol/merkle.ts";
import { commitment, opId, type PublicKey, readHeader, verifyOp } from "../../protocol/ops.ts";
import type { Receipt, WireOp } from "../../protocol/rows.ts";
import { readBody } from "../../protocol/upcast.ts";

export const CHECKS = ["op_id", "commitment", "signature", "leaf", "included"] as const;
export type CheckName = (typeof CHECKS)[number];
/** undefined: could not be checked here and now (e.g. no verified tree covers it yet). */
export type Checked = Readonly<Record<CheckName, boolean | undefined>>;

export interface Evidence extends WireOp {
  readonly op: string;
  readonly receipt: Receipt;
}
/** A head of the log this browser has verified, and the path from the receipt's entry to it. */
export interface Proof {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly hashes: readonly string[];
  /** Later epochs and what they kept, for receipts of earlier ones. */
  readonly openings?: Openings;
}

/** The key that must have signed: an enrolment's own, else the chain's. */
export const signingKey = (evidence: Evidence, chainKey: PublicKey | undefined): PublicKey | undefined =>
  readHeader(evidence.header).chain === "" ? (readBody(evidence)["public_key"] as unknown as PublicKey) : chainKey;

const isCommitted = async (evidence: Evidence): Promise<boolean> =>
  (await commitment(fromBase64url(evidence.salt), evidence.body)) === readHeader(evidence.header).body.commitment;

async function isLeafAbout(evidence: Evidence): Promise<boolean> {
  const leaf = decode(evidence.receipt.leaf) as { readonly op?: string; readonly sig?: string };
  return leaf.op === evidence.op && leaf.sig === (await sha256Hex(fromBase64url(evidence.sig)));
}

async function isIncluded(receipt: Receipt, proof: Proof): Promise<boolean> {
  if (!holds(receipt.origin, receipt.index, proof.origin, proof.openings ?? new Map())) return false;
  const leaf = await leafHash(await entryOf(receipt.leaf));
  return verifyInclusion(receipt.index, proof.size, leaf, proof.hashes.map(fromHex), fromHex(proof.root));
}

/** A check whose material is malformed has failed; it does not take the others with it. */
async function held(check: () => Promise<boolean>): Promise<boolean> {
  try {
    return await check();
  } catch {
    return false;
  }
}

/** Run every check. `chainKey`: when the chain is known here. */
export async function checked(evidence: Evidence, chainKey: PublicKey | undefined, proof: Proof | undefined): Promise<Checked> {
  const key = signingKey(evidence, chainKey);
  return {
    op_id: await held(async () => (await opId(evidence.header)) === evidence.op),
    commitment: await held(() => isCommitted(evidence)),
    signature: key === undefined ? undefined : await held(() => verifyOp(evidence, key)),
    leaf: await held(() => isLeafAbout(evidence)),
    included: proof === undefined ? undefined : await held(() => isIncluded(evidence.receipt, proof)),
  };
}
