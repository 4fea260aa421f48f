// Small registers that screens search while somebody types: enterprises, phrases, people, bureaus,
// phones. Read into memory once and again after a change of that kind.

import { fromBase64url } from "../protocol/bytes.ts";
import { pairingCode } from "../protocol/ids.ts";
import { kindOf, type Row, stateOf, textOf, valueOf } from "../protocol/rows.ts";
import { chainOf } from "./chains.ts";
import { subscribe } from "./changes.ts";
import { currentAuthor } from "./identity.ts";
import { enterpriseView, personView, phraseView } from "./shapes.ts";
import type { ChainView, EnterpriseView, PersonView, PhraseView, Viewed } from "./types.ts";
import { viewed, viewedInStates, viewedOfKind } from "./view.ts";

const registers = new Map<string, Promise<readonly unknown[]>>();

/** All of a kind in their screen's form, kept until one of them changes. */
function register<T>(kind: string, shape: (row: Viewed) => T): Promise<readonly T[]> {
  const known = registers.get(kind) as Promise<readonly T[]> | undefined;
  if (known) return known;
  const loading = viewedOfKind(kind).then((rows) => rows.map(shape));
  registers.set(kind, loading);
  loading.catch(() => registers.delete(kind));
  return loading;
}

subscribe(({ entities }) => {
  for (const entity of entities) {
    if (entity === "*") registers.clear();
    else registers.delete(kindOf(entity));
  }
});
/** Forget what was read (another database in tests). */
export const dropRegisters = (): void => registers.clear();

const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name, "zh-CN");

/** Enterprises whose name, address or credit code holds the text; "" gives the first ones. */
export async function enterprises(search: string, limit = 50): Promise<EnterpriseView[]> {
  const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const all = await register("enterprise", enterpriseView);
  const found = all.filter(({ name, address, creditCode }) => {
    const text = `${name} ${address} ${creditCode}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return found.sort(byName).slice(0, limit);
}
export async function enterprise(id: string): Promise<EnterpriseView | undefined> {
  const found = await viewed(`enterprise/${id}`);
  return found && enterpriseView(found);
}

const RANKS = 4;
/** 0 = the text begins with it … RANKS = no match. */
function rankOf(phrase: PhraseView, query: string): number {
  const letters = query.toLowerCase();
  if (phrase.text.startsWith(query)) return 0;
  if (phrase.initials.toLowerCase().startsWith(letters)) return 1;
  if (phrase.text.includes(query)) return 2;
  return phrase.initials.toLowerCase().includes(letters) ? 3 : RANKS;
}

/** Phrases of a trade (and of `any`) matching the text or its pinyin initials; "" gives all of the trade. */
export async function phrases(trade: string, query: string, limit = 50): Promise<PhraseView[]> {
  const all = await register("phrase", phraseView);
  const usable = all.filter((phrase) => trade === "" || phrase.trade === trade || phrase.trade === "any");
  const asked = query.trim();
  if (asked === "") return usable.slice(0, limit);
  const ranked = usable.map((phrase) => ({ phrase, rank: rankOf(phrase, asked) }));
  return ranked.filter(({ rank }) => rank < RANKS).sort((a, b) => a.rank - b.rank).slice(0, limit).map(({ phrase }) => phrase);
}

export async function people(filter: { bureau?: string; role?: string; active?: boolean } = {}): Promise<PersonView[]> {
  const all = await register("person", personView);
  const found = all.filter(
    (one) =>
      (filter.bureau === undefined || one.bureau === filter.bureau) &&
      (filter.role === undefined || one.role === filter.role) &&
      (filter.active === undefined || one.active === filter.active),
  );
  return found.sort(byName);
}
export async function person(id: string): Promise<PersonView | undefined> {
  const found = await viewed(`person/${id}`);
  return found && personView(found);
}

export interface Bureau {
  readonly code: string;
  readonly name: string;
}
/** Every bureau of the deployment, by code. */
export async function bureaus(): Promise<Bureau[]> {
  const all = await register("bureau", ({ id, row }): Bureau => ({ code: id, name: textOf(row, "name") || textOf(row, "city_name") || id }));
  return [...all].sort((a, b) => a.code.localeCompare(b.code));
}

/** Name of a bureau by its code, or the code itself. */
export async function bureauName(code: string): Promise<string> {
  const found = await viewed(`bureau/${code}`);
  return (found && (textOf(found.row, "name") || textOf(found.row, "city_name"))) || code;
}

/** Whether this is the bureau above all others. */
export async function isCitys(bureau: string): Promise<boolean> {
  const found = await viewed(`bureau/${bureau}`);
  return found !== undefined && textOf(found.row, "parent") === "";
}

function publicKeyOf(row: Row): string {
  const key = valueOf(row, "public_key") as { readonly key?: string } | undefined;
  return key?.key ?? "";
}

async function chainView({ id, row, pending }: Viewed): Promise<ChainView> {
  const owner = textOf(row, "person");
  return {
    id, row, pending, person: owner, personName: (await person(owner))?.name ?? owner, device: textOf(row, "device"),
    state: stateOf(row, "chain"), pairingCode: await pairingCode(id, fromBase64url(publicKeyOf(row))),
    enrolledAtMs: row.created.at_ms,
  };
}

/** Phones waiting for a countersignature, oldest first. */
export async function chainsWaiting(): Promise<ChainView[]> {
  const rows = await viewedInStates("chain", ["pending"]);
  const views = await Promise.all(rows.map(chainView));
  return views.sort((a, b) => a.enrolledAtMs - b.enrolledAtMs);
}

/** What each phone calls itself, by chain; also of pending and revoked ones. */
export const deviceNames = async (): Promise<ReadonlyMap<string, string>> =>
  new Map(await register("chain", ({ id, row }): [string, string] => [id, textOf(row, "device")]));

/** Phones that were confirmed, by person and then by age: those in use, and those revoked since, the newest first. */
export async function chainsKnown(): Promise<{ active: ChainView[]; revoked: ChainView[] }> {
  const rows = (await viewedInStates("chain", ["active", "revoked"])).filter(({ row }) => textOf(row, "person") !== "");
  const views = await Promise.all(rows.map(chainView));
  const byPerson = (a: ChainView, b: ChainView): number => a.personName.localeCompare(b.personName, "zh-CN") || a.enrolledAtMs - b.enrolledAtMs;
  const endedAtMs = ({ row }: ChainView): number => row.states["chain"]?.at_ms ?? 0;
  return {
    active: views.filter(({ state }) => state === "active").sort(byPerson),
    revoked: views.filter(({ state }) => state === "revoked").sort((a, b) => endedAtMs(b) - endedAtMs(a)),
  };
}

/** The chain of the signed-in person on this phone, with its pairing code; undefined before it was made. */
export async function ownChain(): Promise<ChainView | undefined> {
  const author = await currentAuthor();
  const chain = author && (await chainOf(author.person));
  const found = chain && (await viewed(`chain/${chain.chain}`));
  return found && chainView(found);
}
