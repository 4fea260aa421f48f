// Before a restore: whoever holds records of a chain keeps what makes it valid, proved, to hand it back with them. A
// phone does so for its own chain once that is in use, and for those it carries records of before it delivers any.

import type { Ruling, WireOp } from "../protocol/rows.ts";
import { stateOf } from "../protocol/rows.ts";
import { noteCarriedProved, noteCarriedReplies, openCarriedOps, receivedChains } from "../store/carried.ts";
import { type KnownCheckpoint, knownCheckpoint } from "../store/identity.ts";
import { viewed } from "../store/view.ts";
import { isWhole, keepVouchersOf, knownGenesis, type Voucher, vouchersOf } from "../store/vouchers.ts";
import { askJson, unlessUnknown } from "./api.ts";
import { isDue } from "./carry/delivery.ts";
import { fetchCheckpoint, proofOf } from "./proofs.ts";
import { authorised } from "./tokens.ts";
import { genesis, inForm, lookAt } from "./trust.ts";
import type { TimelineEntry } from "./types.ts";
import { ApiError } from "./types.ts";

type Entry = TimelineEntry & WireOp & { readonly ruling: Ruling };

/** Once a chain of this person is in use. */
export async function keepVouchers(chain: string, checkpoint: KnownCheckpoint, person: string): Promise<void> {
  const row = (await viewed(`chain/${chain}`))?.row;
  if (!row || stateOf(row, "chain") !== "active" || (isWhole(await vouchersOf(chain)) && (await knownGenesis()))) return;
  const entries = await fetchVouchers(chain, person);
  if (entries) await keep(chain, entries, checkpoint, person); // with the next checkpoint, when this one is too small
}

/** For every chain whose records are about to be delivered, or were before anybody confirmed it. */
export async function keepCarriedVouchers(person: string): Promise<void> {
  const due = (await openCarriedOps()).filter(isDue);
  for (const chain of new Set([...due.map((record) => record.chain), ...(await receivedChains())])) {
    const isEnrolmentHere = due.some(({ op }) => op === chain);
    if (isEnrolmentHere || !isWhole(await vouchersOf(chain))) await keepCarried(chain, isEnrolmentHere, person);
  }
}

async function keepCarried(chain: string, isEnrolmentHere: boolean, person: string): Promise<void> {
  const entries = await fetchVouchers(chain, person);
  const known = await knownCheckpoint();
  if (!entries) return; // its author has not brought the enrolment yet
  const isCovered = known !== undefined && entries.every(({ receipt }) => receipt.index < known.size);
  const kept = await keep(chain, entries, isCovered ? known : await fetchCheckpoint(), person);
  if (isEnrolmentHere) await settleEnrolment(chain, entries, kept);
}

/** An enrolment that is carried here, and that its author has brought meanwhile. */
async function settleEnrolment(chain: string, entries: readonly Entry[], kept: readonly Voucher[]): Promise<void> {
  const [entry, proof] = [entries.find(({ op }) => op === chain), kept.find(({ op }) => op === chain)?.proof];
  if (!entry || !proof) return;
  await noteCarriedReplies([{ op: chain, receipt: entry.receipt, ruling: entry.ruling, nextTryAtMs: 0 }]);
  await noteCarriedProved([chain], proof);
}

/** Prove them all, check their signatures, and keep them. Returns none when the checkpoint does not cover them yet. */
async function keep(chain: string, entries: readonly Entry[], checkpoint: KnownCheckpoint, person: string): Promise<readonly Voucher[]> {
  if (!entries.every(({ receipt }) => receipt.index < checkpoint.size)) return [];
  const kept: Voucher[] = [];
  for (const { op, header, body, salt, sig, receipt } of entries) {
    const { holds: isIn, proof } = await proofOf(op, receipt, checkpoint, person);
    if (!isIn) throw new ApiError("proof_invalid", 0);
    kept.push({ op, wire: { header, body, salt, sig }, receipt, proof });
  }
  const found = await lookAt(chain, inForm(kept, await genesis(checkpoint, person))!);
  if (found.is === "wrong") throw new ApiError("proof_invalid", 0);
  await keepVouchersOf(chain, kept);
  return kept;
}

const isEntry = ({ receipt, header, ruling }: Entry): boolean =>
  typeof header === "string" && Number.isSafeInteger(receipt?.index) && typeof ruling?.outcome === "string";

async function fetchVouchers(chain: string, person: string): Promise<Entry[] | undefined> {
  const ask = (): Promise<{ ops: Entry[] }> => authorised((one) => askJson<{ ops: Entry[] }>(`/chains/${encodeURIComponent(chain)}/vouchers`, one), {}, person);
  const reply = await unlessUnknown(ask);
  if (reply === undefined) return undefined;
  if (!Array.isArray(reply.ops) || !reply.ops.every(isEntry)) throw new ApiError("malformed_reply", 200);
  return reply.ops;
}
