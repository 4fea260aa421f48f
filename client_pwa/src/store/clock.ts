// The phone's clocks, in one place so that tests can give their own. Clocks never order or refuse
// anything (the log does); they are stamped into records and shown.

import { beijingDate } from "../protocol/lifecycle.ts";
import { hex } from "../protocol/bytes.ts";
import type { PhoneTime } from "../protocol/rows.ts";

export interface PhoneClock {
  /** Milliseconds since 1970 by the phone's wall clock. */
  nowMs(): number;
  /** Milliseconds on a clock that never goes back within one boot id. */
  monoMs(): number;
}

const pageClock: PhoneClock = { nowMs: () => Date.now(), monoMs: () => performance.now() };
let current = pageClock;
const boot = hex(crypto.getRandomValues(new Uint8Array(8)));

/** Use another clock (tests); without an argument the page's own again. */
export function useClock(clock: PhoneClock = pageClock): void {
  current = clock;
}
export const nowMs = (): number => current.nowMs();
export const phoneTime = (): PhoneTime => ({
  boot,
  mono_ms: Math.max(0, Math.floor(current.monoMs())),
  wall_ms: Math.floor(current.nowMs()),
});
/** Today in Beijing as `YYYY-MM-DD`, by the phone's clock. */
export const today = (): string => beijingDate(nowMs());
