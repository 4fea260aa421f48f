// The store's public face: what screens may read, and the small durable things they may write.
// Every read is of viewed rows (server row + own pending ops); nothing here talks to the network.

import type { Row } from "../protocol/rows.ts";
import type {
  Author, Change, ChainView, EnterpriseView, FindingFilter, FindingView, Gap, Health, InspectionView,
  OrderView, PersonView, PhotoView, PhraseView, Place, ReinspectionView, Viewed,
} from "./types.ts";

export type * from "./types.ts";
export { idOf, kindOf, membersOf, stateOf, textOf, valueOf } from "../protocol/rows.ts";
export type { Json, Row } from "../protocol/rows.ts";

const notBuilt = (): never => {
  throw new Error("not built yet");
};

/** One viewed row by `kind/id`, or undefined. */
export async function viewed(_entity: string): Promise<Viewed | undefined> { return notBuilt(); }
/** Inspections of a date (default: today, Beijing) in which the person is an officer, plus those still in progress or paused, newest first. */
export async function todaysInspections(_person: string, _date?: string): Promise<InspectionView[]> { return notBuilt(); }
/** Every inspection of the readable spaces in one of these states (default: all), newest date first. */
export async function inspections(_filter?: { states?: readonly string[]; enterprise?: string; limit?: number }): Promise<InspectionView[]> { return notBuilt(); }
/** One inspection with findings, photos and clips. */
export async function inspection(_id: string): Promise<InspectionView | undefined> { return notBuilt(); }
export async function finding(_id: string): Promise<FindingView | undefined> { return notBuilt(); }
/** Open findings (lifecycle `open`, or `filter.states`), overdue first, then by deadline. */
export async function openFindings(_filter?: FindingFilter): Promise<FindingView[]> { return notBuilt(); }
export async function photo(_id: string): Promise<PhotoView | undefined> { return notBuilt(); }
export async function photos(_ids: readonly string[]): Promise<PhotoView[]> { return notBuilt(); }
export async function order(_id: string): Promise<OrderView | undefined> { return notBuilt(); }
/** Reinspections of a finding, oldest first. */
export async function reinspectionsOf(_finding: string): Promise<ReinspectionView[]> { return notBuilt(); }
export async function enterprise(_id: string): Promise<EnterpriseView | undefined> { return notBuilt(); }
/** Enterprises whose name, address or credit code holds the text; "" gives the first ones. */
export async function enterprises(_search: string, _limit?: number): Promise<EnterpriseView[]> { return notBuilt(); }
/** Phrases of a trade (and of `any`) matching ≥ 2 characters of the text or its pinyin initials; "" gives all of the trade. */
export async function phrases(_trade: string, _query: string, _limit?: number): Promise<PhraseView[]> { return notBuilt(); }
export async function people(_filter?: { bureau?: string; role?: string; active?: boolean }): Promise<PersonView[]> { return notBuilt(); }
export async function person(_id: string): Promise<PersonView | undefined> { return notBuilt(); }
/** Name of a bureau by its code, or the code itself. */
export async function bureauName(_code: string): Promise<string> { return notBuilt(); }
/** Phones waiting for a countersignature, oldest first. */
export async function chainsWaiting(): Promise<ChainView[]> { return notBuilt(); }
/** The chain of this person on this phone, with its pairing code; undefined before ensureChain(). */
export async function ownChain(): Promise<ChainView | undefined> { return notBuilt(); }
/** Who is signed in on this phone (also offline and while locked), or undefined. */
export async function currentAuthor(): Promise<Author | undefined> { return notBuilt(); }

/** A 320 px picture for a photo's sha256: made here or fetched before; undefined when neither. */
export async function thumbnail(_sha256: string): Promise<Blob | undefined> { return notBuilt(); }
/** The original bytes, if this phone has them. */
export async function original(_sha256: string): Promise<{ bytes: ArrayBuffer; mediaType: string } | undefined> { return notBuilt(); }

/** Autosaved form drafts; `save` resolves only when it is durable (await it before opening a camera). */
export const drafts = {
  async save(_key: string, _value: unknown): Promise<void> { return notBuilt(); },
  async load<T>(_key: string): Promise<T | undefined> { return notBuilt(); },
  async drop(_key: string): Promise<void> { return notBuilt(); },
  async keys(): Promise<string[]> { return notBuilt(); },
};
/** Remember where the person is; cheap enough for every route change and focus. */
export async function rememberPlace(_place: Place): Promise<void> { return notBuilt(); }
/** Where to reopen, or undefined. */
export async function restorePoint(): Promise<Place | undefined> { return notBuilt(); }

/** What a finding still lacks (the server's guard `findings_complete`). */
export function missingFor(_finding: Row): Gap[] { return notBuilt(); }
/** Called after each durable change, in this tab or another. Returns the function that ends it. */
export function subscribe(_listener: (change: Change) => void): () => void { return notBuilt(); }
/** Secure context, database, persistence, space. */
export async function health(): Promise<Health> { return notBuilt(); }
/** Ask the browser to keep this site's data; true when granted. */
export async function askPersistence(): Promise<boolean> { return notBuilt(); }
/** Today in Beijing as `YYYY-MM-DD`, by the phone's clock. */
export function today(): string { return notBuilt(); }

/** A durable write failed. `code`: `quota` (storage full), `readback` (bytes differ), `closed` (database lost), `failed`. */
export class StoreError extends Error {
  constructor(readonly code: "quota" | "readback" | "closed" | "failed", message: string) {
    super(message);
  }
}
