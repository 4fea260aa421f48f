// Body cameras: what a file's name tells, and which stretches of time no recording covers. The same
// rules as sync_protocol/cameras.py; vectors/cameras.json holds them together.

import { CAMERAS } from "./tables.ts";

const BEIJING_MS = 8 * 3_600_000;
const PATTERNS = CAMERAS.patterns.map((one) => new RegExp(one.pattern));

export type Span = readonly [from: number, until: number];

/** What a name says: the camera, the officer (empty where the maker leaves it out), the start by the camera's clock. */
export interface NamedFile {
  readonly camera: string;
  readonly officer: string;
  readonly startedAtMs: number;
}

/** By the first pattern that fits; undefined for an unknown name. */
export function fileNamed(name: string): NamedFile | undefined {
  for (const pattern of PATTERNS) {
    const told = pattern.exec(name)?.groups;
    const started = told ? localMs(told as Parts) : undefined;
    if (told && started !== undefined) return { camera: told["camera"]!, officer: told["officer"] ?? "", startedAtMs: started };
  }
  return undefined;
}

type Parts = { readonly [part in "year" | "month" | "day" | "hour" | "minute" | "second"]: string };

/** A moment in Beijing as milliseconds since 1970; undefined when there is no such moment. */
function localMs({ year, month, day, hour, minute, second }: Parts): number | undefined {
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const ms = Date.parse(text);
  // Some engines roll 30 February over; what does not come back as written is no moment.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== text) return undefined;
  return ms >= BEIJING_MS ? ms - BEIJING_MS : undefined;
}

/** Stretches of `whole` longer than the tolerance that none of the spans covers. */
export function uncovered(whole: Span, spans: readonly Span[], toleranceMs: number): Span[] {
  const found: Span[] = [];
  const [, end] = whole;
  let [start] = whole;
  for (const [first, last] of [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const until = Math.min(first, end);
    if (until - start > toleranceMs) found.push([start, until]);
    start = Math.max(start, last);
  }
  if (end - start > toleranceMs) found.push([start, end]);
  return found;
}
