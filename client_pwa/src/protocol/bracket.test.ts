// The interval in which an op was made, and its grounds. No phone's wall clock has a part in it.

import { expect, test } from "vitest";
import { brackets, type Stamped } from "./bracket.ts";

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const T = 1_790_000_000_000;
const stamped = (op: string, seq: number, more: Partial<Stamped> & { wall?: number; mono?: number; boot?: string } = {}): Stamped => ({
  op, chain: "c", seq, loggedAtMs: T + 10 * HOUR, time: { boot: more.boot ?? "b1", mono_ms: more.mono ?? 0, wall_ms: more.wall ?? T }, ...more,
});

test("an op by itself lies between the checkpoint it had seen and the log", () => {
  expect(brackets([stamped("a", 1, { seenAtMs: T - HOUR })]).get("a")).toEqual({
    notBeforeMs: T - HOUR, notBefore: "checkpoint", notAfterMs: T + 10 * HOUR, notAfter: "log", wallOffMs: 0, contradicts: false,
  });
  expect(brackets([stamped("a", 0)]).get("a")).toMatchObject({ notBeforeMs: undefined, notBefore: "none" });
});

test("neighbours in the chain narrow it, and the running clock further; a restart of the phone ends that", () => {
  const found = brackets([
    stamped("c", 3, { mono: 7 * HOUR, seenAtMs: T, loggedAtMs: T + 9 * HOUR }),
    stamped("a", 1, { mono: 1 * HOUR, seenAtMs: T }),
    stamped("b", 2, { mono: 4 * HOUR, seenAtMs: T }),
    stamped("d", 4, { mono: 5, boot: "b2", seenAtMs: T }),
  ]);
  expect(found.get("a")).toMatchObject({ notBeforeMs: T, notBefore: "checkpoint", notAfterMs: T + 3 * HOUR, notAfter: "clock" });
  expect(found.get("b")).toMatchObject({ notBeforeMs: T + 3 * HOUR, notBefore: "clock", notAfterMs: T + 6 * HOUR, notAfter: "clock" });
  expect(found.get("c")).toMatchObject({ notBeforeMs: T + 6 * HOUR, notBefore: "clock", notAfterMs: T + 9 * HOUR, notAfter: "log" });
  expect(found.get("d")).toMatchObject({ notBeforeMs: T + 6 * HOUR, notBefore: "chain", notAfterMs: T + 10 * HOUR, notAfter: "log" });
});

test.each([["an hour ahead", HOUR], ["a year ahead", YEAR], ["a year behind", -YEAR], ["before 1970", -T - YEAR]])(
  "a wall clock %s moves no bound; how far it is off at least is told", (_what, off) => {
    const right = brackets([stamped("a", 1, { seenAtMs: T - 60_000, loggedAtMs: T + 60_000 }), stamped("b", 2, { seenAtMs: T, loggedAtMs: T + 60_000 })]);
    const wrong = brackets([stamped("a", 1, { seenAtMs: T - 60_000, loggedAtMs: T + 60_000, wall: T + off }), stamped("b", 2, { seenAtMs: T, loggedAtMs: T + 60_000 })]);
    const { wallOffMs, ...bounds } = wrong.get("a")!;
    expect({ ...bounds, wallOffMs: 0 }).toEqual(right.get("a"));
    expect(wallOffMs).toBe(off > 0 ? off - 60_000 : off + 60_000);
  });

test("a running clock that says what can't have been is told of and left out", () => {
  const found = brackets([stamped("a", 1, { mono: 0, seenAtMs: T }), stamped("b", 2, { mono: 20 * HOUR, seenAtMs: T, loggedAtMs: T + HOUR })]);
  expect(found.get("b")).toMatchObject({ contradicts: true, notBeforeMs: T, notAfterMs: T + HOUR });
});

test("chains do not bound each other, nor two ops at one number", () => {
  const found = brackets([stamped("a", 1, { seenAtMs: T }), stamped("x", 2, { chain: "other", loggedAtMs: T + HOUR }), stamped("f", 1, { loggedAtMs: T + HOUR })]);
  expect(found.get("a")!.notAfterMs).toBe(T + 10 * HOUR);
  expect(found.get("x")!.notBeforeMs).toBeUndefined();
  expect(found.get("f")!.notBeforeMs).toBeUndefined();
});
