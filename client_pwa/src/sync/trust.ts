// Looking at what is said to make a chain valid (protocol/vouchers.ts) with what this phone knows of the deployment: its
// name, the key of its log, and the genesis, the first leaf of that log, which is asked for once.

import { readVerifierKey } from "../protocol/note.ts";
import type { WireOp } from "../protocol/rows.ts";
import { type HeldOp, inOrder, lookAtVouchers, type Vouching } from "../protocol/vouchers.ts";
import { type KnownCheckpoint, knownDeployment } from "../store/identity.ts";
import { heldOf, isWhole, knownGenesis, setGenesis, type Voucher } from "../store/vouchers.ts";
import { askJson } from "./api.ts";
import { proofOf } from "./proofs.ts";
import { ApiError, type TimelineEntry } from "./types.ts";

/** What is kept of a chain, in the order in which it can be checked, behind the genesis; an enrolment alone needs none. */
export function inForm(vouchers: readonly Voucher[], genesis: Voucher | undefined): HeldOp[] | undefined {
  if (isWhole(vouchers) && !genesis) return undefined;
  const held = inOrder(isWhole(vouchers) ? [genesis!, ...vouchers] : vouchers).map(heldOf);
  return held.every((one) => one !== undefined) ? held : undefined;
}

/** Whether they make `chain` valid. */
export async function lookAt(chain: string, vouchers: readonly HeldOp[]): Promise<Vouching> {
  const [here, genesis] = [await knownDeployment(), await knownGenesis()];
  if (!here) return { is: "wrong", what: "deployment" };
  const known = { deployment: here.deployment, logKey: await readVerifierKey(here.logKey) };
  return lookAtVouchers(chain, vouchers, genesis ? { ...known, genesis: genesis.op } : known);
}

/** The genesis, asked for when it is not here yet and kept once it is proved. Rejects with ApiError `proof_invalid`. */
export async function genesis(checkpoint: KnownCheckpoint, person: string): Promise<Voucher> {
  const known = await knownGenesis();
  if (known) return known;
  const { op, header, body, salt, sig, receipt } = await askJson<TimelineEntry & WireOp>("/log/genesis");
  const { holds, proof } = await proofOf(op, receipt, checkpoint, person);
  const met: Voucher = { op, wire: { header, body, salt, sig }, receipt, proof };
  if (!holds || (await lookAt(op, [heldOf(met)!])).is === "wrong") throw new ApiError("proof_invalid", 0);
  await setGenesis(met);
  return met;
}
