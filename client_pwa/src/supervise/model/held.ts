// Records without effect, from several spaces as one list. Pure, but for the pages it asks for.

import type { HeldEntry, HeldOutcome, HeldPage } from "../../sync/index.ts";

export const HELD = ["quarantined", "waiting", "refused"] as const satisfies readonly HeldOutcome[];
export type Counts = Readonly<Record<HeldOutcome, number>>;
export const NO_COUNTS: Counts = { quarantined: 0, waiting: 0, refused: 0 };

/** What was fetched so far of one kind of outcome; `next` has the spaces that have more, each with its cursor. */
export interface HeldList {
  readonly entries: readonly HeldEntry[];
  readonly counts: Counts;
  readonly next: ReadonlyMap<string, number>;
}
export const NOTHING_HELD: HeldList = { entries: [], counts: NO_COUNTS, next: new Map() };

type Ask = (space: string, before?: number) => Promise<HeldPage>;

function sum(pages: readonly HeldPage[]): Counts {
  const of = (outcome: HeldOutcome): number => pages.reduce((all, page) => all + page.counts[outcome], 0);
  return { quarantined: of("quarantined"), waiting: of("waiting"), refused: of("refused") };
}

function joined(known: readonly HeldEntry[], pages: readonly HeldPage[]): HeldEntry[] {
  const byOp = new Map([...known, ...pages.flatMap((page) => page.entries)].map((entry) => [entry.op, entry]));
  return [...byOp.values()].sort((a, b) => b.ruling.index - a.ruling.index);
}

const cursors = (spaces: readonly string[], pages: readonly HeldPage[]): Map<string, number> =>
  new Map(spaces.flatMap((space, at) => (pages[at]?.next === undefined ? [] : [[space, pages[at].next] as const])));

/** The first page of every space, the newest ruling first. */
export async function firstHeld(spaces: readonly string[], ask: Ask): Promise<HeldList> {
  const pages = await Promise.all(spaces.map((space) => ask(space)));
  return { entries: joined([], pages), counts: sum(pages), next: cursors(spaces, pages) };
}

/** One more page of every space that has more. */
export async function moreHeld(list: HeldList, ask: Ask): Promise<HeldList> {
  const spaces = [...list.next.keys()];
  const pages = await Promise.all(spaces.map((space) => ask(space, list.next.get(space))));
  return { ...list, entries: joined(list.entries, pages), next: cursors(spaces, pages) };
}

/** Nothing is left to do about a refused record: its author took it back, it was declined, or a later one mends it. */
export const isSettled = ({ ruling, mended_by }: HeldEntry): boolean =>
  mended_by !== "" || ruling.code === "withdrawn_by_author" || ruling.code === "declined";
