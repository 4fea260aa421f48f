// The board's model: which band a finding is in, how the board is ordered, filtered and counted.
// Pure: rows of the board and today's date in, lists and counts out. Overdue is derived here from
// the date, never stored (DOMAIN: an order is overdue after 24:00 Beijing time of its date).

import { daysUntil } from "../../screen/dates.ts";
import type { BoardItem } from "../../store/supervise.ts";

export const BANDS = ["overdue", "disputed", "contested", "to_close", "soon", "other", "done"] as const;
export type Band = (typeof BANDS)[number];

/** Due-date buckets, in the order they stand in the histogram; days left, both ends included. */
export const BUCKETS = [
  { name: "late31", from: -Infinity, until: -31 },
  { name: "late8", from: -30, until: -8 },
  { name: "late1", from: -7, until: -1 },
  { name: "today", from: 0, until: 0 },
  { name: "in7", from: 1, until: 7 },
  { name: "in30", from: 8, until: 30 },
  { name: "later", from: 31, until: Infinity },
] as const;
export type Bucket = (typeof BUCKETS)[number]["name"];

export interface BoardFilter {
  readonly space: string;
  readonly trade: string;
  readonly grade: string;
  readonly state: string;
  readonly band: Band | "";
  readonly due: Bucket | "";
  readonly text: string;
}

export const NO_FILTER: BoardFilter = {
  space: "", trade: "", grade: "", state: "", band: "", due: "", text: "",
};

const SOON_DAYS = 7;

/** Days until the deadline, negative when past; undefined when no deadline runs. */
export function daysLeft(item: BoardItem, today: string): number | undefined {
  if (!item.underDeadline || item.deadline === "") return undefined;
  return daysUntil(item.deadline, today);
}

/**
 * Every band a finding is in, the most urgent first. A disputed one whose date has passed is both, and so is one with two
 * wordings or one that is due soon: whoever looks for what to decide and whoever looks for a date must find it.
 */
export function bandsOf(item: BoardItem, today: string): Band[] {
  if (!item.open && !item.toClose) return ["done"];
  const left = daysLeft(item, today);
  const bands: Band[] = [];
  if (left !== undefined && left < 0) bands.push("overdue");
  if (item.state === "disputed") bands.push("disputed");
  if (item.contested) bands.push("contested");
  if (item.toClose) bands.push("to_close");
  if (left !== undefined && left >= 0 && left <= SOON_DAYS) bands.push("soon");
  return bands.length > 0 ? bands : ["other"];
}

/** The band that decides where a finding stands on the board. */
export const bandOf = (item: BoardItem, today: string): Band => bandsOf(item, today)[0]!;

/** The bucket of its date; none where no deadline runs. */
export function bucketsOf(item: BoardItem, today: string): Bucket[] {
  const left = daysLeft(item, today);
  if (left === undefined) return [];
  return BUCKETS.filter((bucket) => left >= bucket.from && left <= bucket.until).map(({ name }) => name);
}

/** Overdue first, then disputed, contested, to close, soon due, the rest, done; inside a band the nearest date first. */
export function inBoardOrder(items: readonly BoardItem[], today: string): BoardItem[] {
  const rank = new Map(items.map((item) => [item, BANDS.indexOf(bandOf(item, today))]));
  return [...items].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || byDate(a, b));
}

function byDate(a: BoardItem, b: BoardItem): number {
  const [x, y] = [a.deadline || "9999", b.deadline || "9999"];
  return x < y ? -1 : x > y ? 1 : b.recordedAtMs - a.recordedAtMs;
}

function holds(item: BoardItem, filter: BoardFilter, today: string): boolean {
  return (
    (filter.space === "" || item.space === filter.space) &&
    (filter.trade === "" || item.trade === filter.trade) &&
    (filter.grade === "" || item.grade === filter.grade) &&
    (filter.state === "" || item.state === filter.state) &&
    (filter.band === "" || bandsOf(item, today).includes(filter.band)) &&
    (filter.due === "" || bucketsOf(item, today).includes(filter.due)) &&
    textHolds(item, filter.text)
  );
}

function textHolds(item: BoardItem, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return true;
  const all = `${item.number} ${item.enterprise} ${item.place} ${item.text}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

export function filtered(items: readonly BoardItem[], filter: BoardFilter, today: string): BoardItem[] {
  return items.filter((item) => holds(item, filter, today));
}

/** How many items fall under each name `of` gives; an item may fall under several, or none. */
export function countBy<K extends string>(items: readonly BoardItem[], of: (item: BoardItem) => readonly K[]): Map<K, number> {
  const counts = new Map<K, number>();
  for (const name of items.flatMap(of)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
