// Signing in and out, the chain of this phone, PIN. Logging out or another person signing in never
// touches anybody's unsent work.

import { chainOf, ensureChainOf, isEnrolledElsewhere, replaceChain } from "../store/chains.ts";
import {
  currentAuthor, type Deployment, dropAuthor, knownDeployment, setAuthor, setDeployment,
} from "../store/identity.ts";
import { allCursors, dropSpace } from "../store/rowstore.ts";
import { announce } from "../store/changes.ts";
import { openOps } from "../store/ownops.ts";
import { stateOf } from "../protocol/rows.ts";
import { PROTOCOL_VERSION } from "../protocol/tables.ts";
import { viewed } from "../store/view.ts";
import { nowMs } from "../store/clock.ts";
import { askJson, askNothing } from "./api.ts";
import { hasPin, keepPin, lockScreen, needsPin, noteActive, tryPin, type Unlocked } from "./pin.ts";
import { authorised, dropSession, keepSession, type PersonReply, sessionRecord, type SessionReply } from "./tokens.ts";
import { ApiError, type SessionView } from "./types.ts";

interface DeploymentReply {
  readonly deployment: string;
  readonly name: string;
  readonly origin: string;
  readonly log_key: string;
  readonly now_ms: number;
  readonly demo: boolean;
  readonly protocol: { readonly min: number; readonly max: number };
}

const COMMON = "common";
export const spacesOf = (person: PersonReply): string[] => [...new Set([...person.spaces, COMMON])];

/** Ask the server who it is. Its log key is pinned on first contact; another key later is an alarm, not an update. */
export async function learnDeployment(): Promise<Deployment> {
  const reply = await askJson<DeploymentReply>("/deployment");
  const isReply = [reply?.deployment, reply?.origin, reply?.log_key].every((text) => typeof text === "string" && text !== "");
  const isRange = Number.isSafeInteger(reply?.protocol?.min) && Number.isSafeInteger(reply.protocol.max);
  if (!isReply || !isRange) throw new ApiError("malformed_reply", 200);
  const known = await knownDeployment();
  if (known && known.deployment !== reply.deployment) throw new ApiError("deployment_changed", 0);
  if (known && known.logKey !== reply.log_key) throw new ApiError("log_key_changed", 0);
  const { deployment, name, origin, demo, protocol } = reply;
  const learned = { deployment, name, origin, demo, protocol, logKey: reply.log_key, nowMs: reply.now_ms, learnedAtMs: nowMs() };
  await setDeployment(learned);
  return learned;
}

const HANDSHAKE_MS = 3_600_000;
/** Whether the server takes this app's protocol version; asked every hour, and always while it does not. */
export async function handshake(): Promise<boolean> {
  const known = await knownDeployment();
  const isFresh = known?.protocol !== undefined && nowMs() - (known.learnedAtMs ?? 0) < HANDSHAKE_MS;
  if (isFresh && takes(known)) return true;
  return takes(await learnDeployment());
}
const takes = ({ protocol }: Deployment): boolean => protocol !== undefined && protocol.min <= PROTOCOL_VERSION && PROTOCOL_VERSION <= protocol.max;

/** Rows this person may not read are taken off the phone; own operations stay. */
async function dropUnreadable(spaces: readonly string[]): Promise<void> {
  const gone = (await allCursors()).filter(({ space }) => !spaces.includes(space));
  for (const { space } of gone) await dropSpace(space);
  if (gone.length > 0) announce({ entities: ["*"] });
}

/** Keep who is signed in, with the chain they have on this phone. */
export async function keepPerson(person: PersonReply, deployment: string): Promise<void> {
  const { id, name, role, bureau, active = true } = person;
  const chain = (await chainOf(id))?.chain ?? "";
  const spaces = spacesOf(person);
  const known = await currentAuthor();
  const author = { person: id, name, role, bureau, spaces, deployment, chain, active };
  if (JSON.stringify(known) !== JSON.stringify(author)) await setAuthor(author);
  await dropUnreadable(spaces);
}

/** Sign in; keeps the session on the phone and makes the chain. Rejects with ApiError. */
export async function login(name: string, password: string): Promise<SessionView> {
  const { deployment } = await learnDeployment();
  const reply = await askJson<SessionReply>("/session", { method: "POST", json: { login: name, password } });
  await keepSession(reply);
  await keepPerson(reply.person, deployment);
  await noteActive(true);
  await ensureChain();
  announce({ entities: ["session/"] });
  return (await currentSession())!;
}

/** Sign out; unsent records stay and go on when their author signs in again. */
export async function logout(): Promise<void> {
  try {
    await authorised((ask) => askNothing("/session", { ...ask, method: "DELETE" }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // offline: the tokens are forgotten here, the server's expire
  }
  await dropSession();
  await dropAuthor();
  announce({ entities: ["session/"] });
}

/** Who is signed in on this phone, also offline and while locked. */
export async function currentSession(): Promise<SessionView | undefined> {
  const [author, record] = [await currentAuthor(), await sessionRecord()];
  if (!author || !record) return undefined;
  const { person, name, role, bureau, spaces } = author;
  return {
    person, name, role, bureau, spaces, refreshExpiresMs: record.refreshExpiresMs,
    needsLogin: record.needsLogin || record.refreshExpiresMs <= nowMs(),
    hasPin: await hasPin(person), locked: await needsPin(person),
  };
}

/** A name a supervisor recognises: platform and browser, by their own names; every Android also says Linux. */
export function deviceName(agent: string = globalThis.navigator?.userAgent ?? ""): string {
  const first = (names: readonly string[]): string => names.find((name) => agent.includes(name)) ?? "";
  const system = first(["HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"]);
  const browser = first(["MicroMessenger", "Edg", "Firefox", "Chrome", "Safari"]).replace(/^Edg$/, "Edge");
  return [system, browser].filter(Boolean).join(" ") || "未知设备";
}

/** What a ruling says of its chain when its row is in a bureau its person no longer reads. */
const OVER: ReadonlySet<string> = new Set(["chain_revoked", "chain_revoked_unseen"]);

/** A revoked or forked chain, or one that never began, takes no new records; what it still has to send is sent. */
async function isChainOver(chain: string): Promise<boolean> {
  if (await isEnrolledElsewhere(chain)) return true;
  const row = (await viewed(`chain/${chain}`))?.row;
  if (row && stateOf(row, "chain") === "revoked") return true;
  return (await openOps()).some(({ ruling, ...record }) => record.chain === chain && ruling !== undefined && (ruling.flags.includes("fork") || OVER.has(ruling.code)));
}

/**
 * Make the enrolment of (person, this installation) if there is none, or a new one that names its predecessor when the
 * old chain is over. Login and every sync do this too. A new chain waits for a supervisor's countersignature.
 */
export async function ensureChain(): Promise<string> {
  const chain = await ensureChainOf(deviceName());
  return (await isChainOver(chain)) ? replaceChain(chain, deviceName()) : chain;
}

async function signedIn(): Promise<string> {
  const author = await currentAuthor();
  if (!author) throw new ApiError("unauthenticated", 401);
  return author.person;
}

/** Set the PIN for unlocking offline: 4 to 12 digits (RangeError otherwise). */
export async function setPin(pin: string): Promise<void> {
  await keepPin(await signedIn(), pin);
  announce({ entities: ["session/"] });
}
/** Unlock with the PIN. `waitMs` says how long until the next try, `triesLeft` how many before a wait. */
export async function unlock(pin: string): Promise<Unlocked> {
  const result = await tryPin(await signedIn(), pin);
  if (result.ok) announce({ entities: ["session/"] });
  return result;
}
/** Ask for the PIN from now on. */
export async function lock(): Promise<void> {
  await lockScreen();
  announce({ entities: ["session/"] });
}

/** First supervisor of a deployment: redeem the enrolment ticket printed by the server. */
export async function redeemTicket(ticket: string): Promise<void> {
  const author = await currentAuthor();
  if (!author) throw new ApiError("unauthenticated", 401);
  await authorised((ask) => askNothing("/enrolments/ticket", { ...ask, method: "POST", json: { chain: author.chain, ticket } }));
}

/** What the server said about itself (kept for offline), or undefined before the first contact. */
export async function deployment(): Promise<{ deployment: string; name: string; demo: boolean; nowMs: number } | undefined> {
  const known = await knownDeployment();
  return known ?? (await learnDeployment().catch((error: unknown) => {
    if (error instanceof ApiError) return undefined; // not reachable: nothing is known yet
    throw error;
  }));
}
