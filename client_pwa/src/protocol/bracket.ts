// When was an op made? An interval with its grounds (SPEC §8), never the phone's word alone: not before
// the newest checkpoint it had seen, not after it was logged; and since each op of a chain names the one
// before it, neighbours narrow it. A clock that runs since the same start (boot) narrows it further: at
// least so much time lies between two ops as it counted, more where the phone slept. Pure.

import type { PhoneTime } from "./rows.ts";

export interface Stamped {
  readonly op: string;
  readonly chain: string;
  readonly seq: number;
  readonly time: PhoneTime;
  /** When the last leaf of the checkpoint it had seen was logged; undefined when nothing is known. */
  readonly seenAtMs?: number;
  readonly loggedAtMs: number;
}
/** `chain`: the op before (after) it in its chain; `clock`: that, and the phone's running clock. */
export type Ground = "none" | "checkpoint" | "log" | "chain" | "clock";
export interface Bracket {
  /** Undefined when nothing bounds it. */
  readonly notBeforeMs: number | undefined;
  readonly notBefore: Ground;
  readonly notAfterMs: number;
  readonly notAfter: Ground;
  /** At least so much the phone's wall clock was ahead (positive) or behind; 0 when it fits the interval. */
  readonly wallOffMs: number;
  /** The running clock says what can't have been; it is left out of the interval. */
  readonly contradicts: boolean;
}

interface Bounds {
  before: number;
  beforeBy: Ground;
  after: number;
  afterBy: Ground;
}
const own = ({ seenAtMs, loggedAtMs }: Stamped): Bounds => ({
  before: seenAtMs ?? Number.NEGATIVE_INFINITY, beforeBy: seenAtMs === undefined ? "none" : "checkpoint", after: loggedAtMs, afterBy: "log",
});

/** What the running clock counted between two ops of a chain; 0 over a restart, or when it says nothing. */
const counted = (a: Stamped, b: Stamped): number => (a.time.boot === b.time.boot ? Math.max(0, b.time.mono_ms - a.time.mono_ms) : 0);
const groundOf = (known: Ground, ms: number): Ground => (known === "none" ? "none" : ms > 0 ? "clock" : "chain");

/** Bounds of one chain's ops, in the order of their numbers. */
function narrowed(ops: readonly Stamped[], useClock: boolean): Bounds[] {
  const bounds = ops.map(own);
  const between = (a: number, b: number): number => (useClock ? counted(ops[a]!, ops[b]!) : 0);
  for (let at = 1; at < ops.length; at++) {
    const ms = between(at - 1, at);
    const [earlier, one] = [bounds[at - 1]!, bounds[at]!];
    if (ops[at]!.seq > ops[at - 1]!.seq && earlier.before + ms > one.before) Object.assign(one, { before: earlier.before + ms, beforeBy: groundOf(earlier.beforeBy, ms) });
  }
  for (let at = ops.length - 2; at >= 0; at--) {
    const ms = between(at, at + 1);
    const [later, one] = [bounds[at + 1]!, bounds[at]!];
    if (ops[at]!.seq < ops[at + 1]!.seq && later.after - ms < one.after) Object.assign(one, { after: later.after - ms, afterBy: groundOf(later.afterBy, ms) });
  }
  return bounds;
}

function bracketOf({ time }: Stamped, { before, beforeBy, after, afterBy }: Bounds, contradicts: boolean): Bracket {
  const wallOffMs = time.wall_ms > after ? time.wall_ms - after : time.wall_ms < before ? time.wall_ms - before : 0;
  return { notBeforeMs: Number.isFinite(before) ? before : undefined, notBefore: beforeBy, notAfterMs: after, notAfter: afterBy, wallOffMs, contradicts };
}

/** The interval of each op, by its id. Ops of other chains never bound each other here. */
export function brackets(all: readonly Stamped[]): Map<string, Bracket> {
  const found = new Map<string, Bracket>();
  for (const chain of new Set(all.map((one) => one.chain))) {
    const ops = all.filter((one) => one.chain === chain).sort((a, b) => a.seq - b.seq);
    const withClock = narrowed(ops, true);
    const contradicts = withClock.some(({ before, after }) => before > after);
    const bounds = contradicts ? narrowed(ops, false) : withClock;
    ops.forEach((one, at) => found.set(one.op, bracketOf(one, bounds[at]!, contradicts)));
  }
  return found;
}
