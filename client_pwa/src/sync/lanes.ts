// One turn of the record lane of the leading tab. The upload lane (upload-turn.ts) runs beside it: a
// slow photo never holds up a record. Neither knows timers; engine.ts says when.

import { currentAuthor, knownDeployment } from "../store/identity.ts";
import { chainsOf } from "../store/chains.ts";
import { retryAfterUpdate } from "../store/ownops.ts";
import { nowMs } from "../store/clock.ts";
import { readMeta, writeMeta } from "../store/db.ts";
import { dropOldCarried, settleCarriedBlobs } from "../store/carried.ts";
import { preferences } from "../store/preferences.ts";
import { readRowsAgain } from "../store/rowstore.ts";
import { dropOldOriginals } from "../store/retention.ts";
import { ITEM_PROBLEMS } from "../protocol/tables.ts";
import { askJson, unlessUnknown } from "./api.ts";
import { proveCarried, pushCarried } from "./carry/delivery.ts";
import { askVerified } from "./originals.ts";
import { handBack, offerOriginals } from "./handback.ts";
import { tellInventory } from "./inventory.ts";
import { acceptCheckpoint, fetchCheckpoint, meetLog, prove } from "./proofs.ts";
import { pull } from "./pull.ts";
import { push } from "./push.ts";
import { fetchRulings } from "./rulings.ts";
import { ensureChain, handshake, keepPerson } from "./session.ts";
import { prefetchThumbnails } from "./fetches.ts";
import { authorised, type PersonReply } from "./tokens.ts";
import { keepCarriedVouchers, keepVouchers } from "./vouchers.ts";
import { ApiError, type SyncPhase } from "./types.ts";

const AFTER_UPDATE = Object.keys(ITEM_PROBLEMS).filter((code) => ITEM_PROBLEMS[code]!.retry === "after_update");

/** Once per app version: what only a newer app could send is sent again, and what it could not read is read. */
async function noticeUpdate(): Promise<void> {
  if ((await readMeta("version")) === __APP_VERSION__) return;
  await retryAfterUpdate(AFTER_UPDATE);
  await readRowsAgain();
  await writeMeta("version", __APP_VERSION__);
}

const DAY_MS = 86_400_000;
/** Once a day: make room. */
async function tidy(): Promise<void> {
  const last = (await readMeta<number>("tidied")) ?? 0;
  if (Math.abs(nowMs() - last) < DAY_MS) return; // a clock set back counts as a day
  await dropOldOriginals(nowMs(), (await preferences()).keptDays);
  await dropOldCarried(nowMs());
  await writeMeta("tidied", nowMs());
}

/** The person's role and spaces may have changed; nothing unsent is touched by that. */
async function refreshPerson(signedIn: string): Promise<void> {
  const reply = await authorised((ask) => askJson<PersonReply | { person: PersonReply }>("/session", ask), {}, signedIn);
  const person = "person" in reply ? reply.person : reply;
  const author = await currentAuthor();
  const isPerson = typeof person?.id === "string" && Array.isArray(person.spaces) && person.id === author?.person;
  if (!isPerson) throw new ApiError("malformed_reply", 200);
  await keepPerson(person, (await knownDeployment())!.deployment);
}

/**
 * Push, rulings, pull, proofs, all in the session the turn began with. Returns the code that holds some records back,
 * or "". Rejects with ApiError; what was done until then is kept.
 */
export async function recordTurn(say: (phase: SyncPhase) => void): Promise<string> {
  const author = await currentAuthor();
  if (!author) throw new ApiError("unauthenticated", 401);
  const isSpoken = await handshake();
  await noticeUpdate();
  await meetLog();
  say("pushing");
  await tellInventory(author.person);
  const heldBack = isSpoken ? await sendRecords(author.person) : "version_unsupported";
  say("pulling");
  await refreshPerson(author.person);
  for (const chain of await chainsOf(author.person)) await rulingsOf(chain.chain, author.person); // an older one may still be decided on
  const isActive = (await currentAuthor())?.active !== false; // a deactivated person learns what became of their own records, no more
  const read = isActive ? ((await currentAuthor())?.spaces ?? []) : [];
  if (isActive) await pull(read, author.person);
  await offerOriginals(read, author.person);
  await askVerified(read, author.person);
  await settleCarriedBlobs();
  const chain = await ensureChain();
  const checkpoint = await fetchCheckpoint();
  await prove(author.person, checkpoint);
  await proveCarried(author.person, checkpoint);
  if (isActive) await keepVouchers(chain, checkpoint, author.person);
  await tellInventory(author.person);
  await tidy();
  if (!heldBack && isActive) await prefetchThumbnails();
  return heldBack;
}

/** Own records and those carried for others. Returns the code that holds some back, or "". */
async function sendRecords(person: string): Promise<string> {
  const back = await handBack(person);
  const pushed = await push(person);
  await keepCarriedVouchers(person);
  await pushCarried(person);
  if (pushed.checkpoint) await acceptCheckpoint(pushed.checkpoint);
  return pushed.heldBack || back.heldBack;
}

/** Before the enrolment is admitted the server does not know the chain. */
async function rulingsOf(chain: string, person: string): Promise<void> {
  await unlessUnknown(() => fetchRulings(chain, person));
}
