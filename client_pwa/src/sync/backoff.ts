// How long to wait after a failure: doubling, with full jitter, so that a valley full of phones does
// not come back at once. Reset by going online, returning to the page or a tap. Pure.

const FIRST_MS = 2_000;
export const LONGEST_MS = 5 * 60_000;

/** Milliseconds to wait after the `failures`-th failure in a row (from 1). `chance` in [0, 1). */
export function backoffMs(failures: number, chance: number, retryAfterMs = 0): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(30, failures - 1));
  return Math.max(retryAfterMs, Math.round(ceiling / 2 + (ceiling / 2) * chance));
}
