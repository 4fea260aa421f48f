// Session, sync engine, outbox and readiness, as the screens use them.

import { stayAwakeWhileSending } from "./awake.ts";
import { Engine } from "./engine.ts";
import { itemStatusWith, outboxWith, resendOriginals } from "./outbox.ts";
import type { OutboxItem, SyncStatus } from "./types.ts";

export type * from "./types.ts";
export { ApiError } from "./types.ts";
export { isGuessable } from "./pin.ts";
export {
  currentSession, deployment, ensureChain, lock, login, logout, redeemTicket, setPin, unlock,
} from "./session.ts";
export { fetchOriginal, fetchPreview, fetchScreenCopy, fetchSeen, fetchThumbnail, heldPage, opEntry, timeline } from "./fetches.ts";
export { originsOf, type Origin } from "./origins.ts";
export { devicesOf, drainCertificate } from "./inventory.ts";
export type * from "./recordings.ts";
export { bringManifest, holdList, holdsOf, recordingsOf, recordingsOfInspection } from "./recordings.ts";
export { peopleHere, type PersonHere } from "./people.ts";
export { readiness } from "./readiness.ts";
export { ParcelError } from "../protocol/parcel.ts";
export type { Arrival } from "./carry/arrival.ts";
export { carried, type CarriedFor, type CarriedItem, type CarriedStatus } from "./carry/delivery.ts";
export { type CarryFile, freshPassphrase, lookAtFile, packFile, PASSPHRASE_MIN, takeFile } from "./carry/file.ts";
export { type Grain, LightSink, type LightSource, lightSource } from "./carry/light.ts";
export { toHandOver } from "./carry/load.ts";
export { useAnyLink } from "./wifi.ts";
export { activateUpdate, watchUpdates } from "./updates.ts";

export interface SyncEngine {
  /** Start in this tab; only one tab leads. */
  start(): void;
  stop(): void;
  status(): SyncStatus;
  /** Called on every change; returns the function that ends it. */
  subscribe(listener: (status: SyncStatus) => void): () => void;
  /** A tap, or a new record: try now, backoff reset. */
  nudge(): void;
  /** One full round (push, rulings, pull, proofs, uploads); resolves when it ended, rejects with ApiError. */
  syncNow(): Promise<void>;
}
/** The engine of this page. */
export const engine: SyncEngine = new Engine();
stayAwakeWhileSending(engine.subscribe);

/** Own records, newest first, with one status and one action each. */
export const outbox = (): Promise<OutboxItem[]> => outboxWith(engine.status().uploads);
/** Send a record's originals once more after the server turned them away. */
export async function resend(op: string): Promise<void> {
  await resendOriginals(op);
  engine.nudge();
}
/** Status of one own op; undefined when it is not from this phone. */
export const itemStatus = (op: string): Promise<OutboxItem | undefined> => itemStatusWith(op, engine.status().uploads);
