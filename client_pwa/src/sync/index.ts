// Session, sync engine, outbox and readiness, as the screens use them.

import type { Check, OutboxItem, SessionView, SyncStatus, TimelineEntry } from "./types.ts";

export type * from "./types.ts";
export { ApiError } from "./types.ts";

const notBuilt = (): never => {
  throw new Error("not built yet");
};

// --- session
/** Sign in; keeps the session on the phone and makes the chain. Rejects with ApiError (`wrong_credentials`, `account_locked`, `network`…). */
export async function login(_login: string, _password: string): Promise<SessionView> { return notBuilt(); }
/** Sign out; unsent records stay and go on when somebody signs in. */
export async function logout(): Promise<void> { return notBuilt(); }
export async function currentSession(): Promise<SessionView | undefined> { return notBuilt(); }
/** Make the enrolment of (person, this installation) if there is none; login does this too. */
export async function ensureChain(): Promise<string> { return notBuilt(); }
/** Set the PIN for unlocking offline: 4 to 12 digits. */
export async function setPin(_pin: string): Promise<void> { return notBuilt(); }
/** Unlock with the PIN. ok=false: `waitMs` says how long until the next try (0 = now), `triesLeft` how many before a wait. */
export async function unlock(_pin: string): Promise<{ ok: boolean; triesLeft: number; waitMs: number }> { return notBuilt(); }
export function lock(): void { return notBuilt(); }
/** First supervisor of a deployment: redeem the enrolment ticket printed by the server. */
export async function redeemTicket(_ticket: string): Promise<void> { return notBuilt(); }
export interface DeploymentView { readonly deployment: string; readonly name: string; readonly demo: boolean; readonly nowMs: number }
/** What the server says about itself (kept for offline), or undefined before the first contact. */
export async function deployment(): Promise<DeploymentView | undefined> { return notBuilt(); }

// --- engine
export interface SyncEngine {
  /** Start in this tab; only one tab leads. */
  start(): void;
  stop(): void;
  status(): SyncStatus;
  subscribe(listener: (status: SyncStatus) => void): () => void;
  /** A tap, or a new record: try now, backoff reset. */
  nudge(): void;
  /** One full round (push, rulings, pull, proofs, uploads); resolves when it ended, rejects with ApiError. */
  syncNow(): Promise<void>;
}
/** The engine of this page. */
export const engine: SyncEngine = {
  start: notBuilt, stop: notBuilt, status: notBuilt, subscribe: notBuilt, nudge: notBuilt, syncNow: notBuilt,
};
/** Own records, newest first, with one status and one action each. */
export async function outbox(): Promise<OutboxItem[]> { return notBuilt(); }
/** Status of one own op; undefined when it is not from this phone. */
export async function itemStatus(_op: string): Promise<OutboxItem | undefined> { return notBuilt(); }
/** Everything of this phone not yet on the server, as one file to save elsewhere. */
export async function rescueFile(): Promise<Blob> { return notBuilt(); }

// --- looking things up on the server (needs a connection)
/** All ops that touched `kind/id`, in log order. */
export async function timeline(_entity: string): Promise<TimelineEntry[]> { return notBuilt(); }
export async function opEntry(_op: string): Promise<TimelineEntry & { sig: string; salt: string }> { return notBuilt(); }
/** Thumbnail from the phone, else from the server (then kept). Undefined when there is none yet. */
export async function fetchThumbnail(_space: string, _sha256: string): Promise<Blob | undefined> { return notBuilt(); }
export async function fetchOriginal(_space: string, _sha256: string): Promise<Blob> { return notBuilt(); }

// --- before leaving, and updates
/** 出发检查: each check with its figures. Uses only what is on the phone. */
export async function readiness(): Promise<Check[]> { return notBuilt(); }
/** Register the service worker; the listener hears when a newer version waits. */
export async function watchUpdates(_onWaiting: () => void): Promise<void> { return notBuilt(); }
/** Switch to the waiting version and reload. Call on the person's tap when no form is dirty. */
export async function activateUpdate(): Promise<void> { return notBuilt(); }
