// After a restore: what the log lost is handed back in the order it once had, with the old receipt and
// its proof, whoever's it is: carrier is not author, and the server took it in once already. So does
// what makes these chains valid, which a phone keeps for that (vouchers.ts).

import { holds } from "../protocol/epochs.ts";
import { heldOriginals, resendMissing } from "../store/blobs.ts";
import { carriedChains, noteCarriedReplies, openCarriedOps } from "../store/carried.ts";
import { allChains } from "../store/chains.ts";
import { nowMs } from "../store/clock.ts";
import { mustOffer, offered } from "../store/epochs.ts";
import { knownCheckpoint, knownOpenings } from "../store/identity.ts";
import { noteReplies, openOps, type Reply } from "../store/ownops.ts";
import type { Past } from "../store/schema.ts";
import { dropVouchers, heldOf, vouchersOf } from "../store/vouchers.ts";
import { LIMITS } from "../protocol/tables.ts";
import { askJson } from "./api.ts";
import { carriedReply } from "./carry/delivery.ts";
import { isHandedBack, type Pushed, type PushReply, sendAll, type Sendable } from "./push.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

type Proven = Required<Pick<Past, "receipt" | "proof">>;
interface Lost extends Sendable {
  readonly past: Proven;
}
const isProven = (past: Past | undefined): past is Proven => past?.receipt !== undefined && past.proof !== undefined;

/** Records of everybody here, and those this phone carries, that the log lost. */
async function lostRecords(): Promise<Lost[]> {
  const lost = [...(await openOps()), ...(await openCarriedOps())].filter(isHandedBack);
  return lost.flatMap(({ op, wire, past }) => (isProven(past?.at(-1)) ? [{ op, wire, past: past!.at(-1) as Proven }] : []));
}

/** Chains of this phone, or of records it carries, of whose kept enrolments and confirmations the log lost some; with these. */
async function lostVouchers(): Promise<Map<string, Lost[]>> {
  const [known, openings] = [await knownCheckpoint(), await knownOpenings()];
  const lost = new Map<string, Lost[]>();
  const chains = new Set([...(await allChains()).map(({ chain }) => chain), ...(await carriedChains())]);
  for (const chain of known ? chains : []) {
    const kept = ((await vouchersOf(chain)) ?? []).flatMap(({ op, wire, ...past }) => (isProven(past) ? [{ op, wire, past }] : []));
    const gone = kept.filter(({ past: { receipt } }) => !holds(receipt.origin, receipt.index, known!.origin, openings));
    if (gone.length > 0) lost.set(chain, gone);
  }
  return lost;
}

const AGAIN_MS = 60_000;
/** Each answer to the lane that holds the record; the other does not know it. */
async function noteBoth(replies: readonly Reply[]): Promise<void> {
  await noteReplies(replies);
  await noteCarriedReplies(replies.map((reply) => carriedReply(reply, nowMs() + AGAIN_MS)));
}

/** Hand back everything the log lost, in the old index order. Rejects with ApiError; what was answered until then is kept. */
export async function handBack(person: string): Promise<Pushed> {
  const vouchers = await lostVouchers();
  const all = [...(await lostRecords()), ...[...vouchers.values()].flat()];
  const once = [...new Map(all.map((one) => [one.op, one])).values()];
  const inOrder = once.sort((a, b) => a.past.receipt.index - b.past.receipt.index);
  const send = (ops: readonly Lost[]): Promise<PushReply> =>
    authorised((ask) => askJson<PushReply>("/handbacks", { ...ask, method: "POST", json: ops.map(({ wire, past }) => heldOf({ wire, ...past })), timeoutMs: 60_000 }), {}, person);
  const pushed = await sendAll(inOrder, send, noteBoth, LIMITS.batch_bytes / 2); // proofs need room, too
  if (!pushed.heldBack) for (const chain of vouchers.keys()) await dropVouchers(chain); // fetched anew, with their new receipts
  return pushed;
}

const OFFERED_AT_ONCE = 500;
/**
 * Ask the restored server which of the originals here it lacks, and send those again. Of spaces that are not read any
 * more nobody here may ask: all of theirs are sent again, and what the server has it takes without the bytes.
 */
export async function offerOriginals(spaces: readonly string[], person: string): Promise<void> {
  if (!(await mustOffer())) return;
  for (const [space, digests] of await heldOriginals()) {
    if (!spaces.includes(space)) {
      await resendMissing(space, digests);
      continue;
    }
    for (let at = 0; at < digests.length; at += OFFERED_AT_ONCE) {
      const json = { sha256: digests.slice(at, at + OFFERED_AT_ONCE) };
      const path = `/spaces/${space}/blobs/missing`;
      const reply = await authorised((ask) => askJson<{ missing: string[] }>(path, { ...ask, method: "POST", json }), {}, person);
      if (!Array.isArray(reply?.missing)) throw new ApiError("malformed_reply", 200);
      await resendMissing(space, reply.missing.filter((one) => json.sha256.includes(one)));
    }
  }
  await offered();
}
