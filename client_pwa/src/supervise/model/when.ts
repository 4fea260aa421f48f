// The interval a timeline's entry was made in, from what the service sent. Pure; for reading only, whether
// a text is exact and signed is what the receipt checks.

import { type Bracket, brackets } from "../../protocol/bracket.ts";
import { readHeader } from "../../protocol/ops.ts";
import type { TimelineEntry } from "../../sync/index.ts";

/** The bracket of each entry by its op id, narrowed by the other entries of the same phone. */
export function whenMade(entries: readonly TimelineEntry[]): Map<string, Bracket> {
  return brackets(entries.map(({ op, header, server_at_ms: loggedAtMs, seen_at_ms: seenAtMs }) => {
    const { chain, seq, time } = readHeader(header);
    return { op, chain: chain || op, seq, time, loggedAtMs, ...(seenAtMs === undefined ? {} : { seenAtMs }) };
  }));
}

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
/** What a person would say: minutes up to two hours, hours up to two days, then days. */
export function spanOf(ms: number): { readonly unit: "minutes" | "hours" | "days"; readonly count: number } {
  const size = Math.abs(ms);
  if (size < 2 * HOUR_MS) return { unit: "minutes", count: Math.round(size / MINUTE_MS) };
  return size < 2 * DAY_MS ? { unit: "hours", count: Math.round(size / HOUR_MS) } : { unit: "days", count: Math.round(size / DAY_MS) };
}
