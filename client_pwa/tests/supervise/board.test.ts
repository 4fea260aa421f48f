// The board's order, bands, filters and buckets; steps offered; what a receipt's checks say.

import { describe, expect, it } from "vitest";
import { BANDS, BUCKETS, bandOf, bandsOf, bucketsOf, countBy, filtered, inBoardOrder, NO_FILTER } from "../../src/supervise/model/board.ts";
import { offered } from "../../src/supervise/model/actions.ts";
import { codeTyped } from "../../src/supervise/model/code.ts";
import { fitted, stateTone } from "../../src/supervise/model/look.ts";
import { awaitsClosing, isOpen, isUnderDeadline } from "../../src/protocol/lifecycle.ts";
import { MACHINES } from "../../src/protocol/tables.ts";
import type { FindingView, ReinspectionView } from "../../src/store/index.ts";
import type { BoardItem } from "../../src/store/supervise.ts";

const TODAY = "2026-11-23";

function item(state: string, deadline: string, more: Partial<BoardItem> = {}): BoardItem {
  return {
    id: `${state}-${deadline}`, number: "A1", space: "530902", state, grade: "general", trade: "mine", enterprise: "虚构石场",
    text: "安全阀超期未检", place: "空压机房", deadline, underDeadline: isUnderDeadline(state), open: isOpen(state), toClose: awaitsClosing(state),
    contested: false, pending: false, recordedAtMs: 0, ...more,
  };
}

describe("the board", () => {
  it("is overdue only after the date, in Beijing's calendar, and only while the deadline runs", () => {
    expect(bandOf(item("ordered", "2026-11-22"), TODAY)).toBe("overdue");
    expect(bandOf(item("ordered", "2026-11-23"), TODAY)).toBe("soon");
    expect(bandOf(item("passed", "2026-11-01"), TODAY)).toBe("to_close");
    expect(bandOf(item("closure_proposed", "2026-11-01"), TODAY)).toBe("to_close");
  });

  it("takes for settled only what nobody has to do anything about: a pass waits for its closing", () => {
    const waits = ["passed", "fixed_on_spot", "closure_proposed"];
    for (const state of waits) expect(bandsOf(item(state, "2026-12-30"), TODAY)).toEqual(["to_close"]);
    const done = Object.keys(MACHINES["finding"]!.states).filter((state) => bandOf(item(state, ""), TODAY) === "done");
    expect(done).toEqual(["closed", "withdrawn", "duplicate", "transferred", "enterprise_ceased"]);
    expect(waits.filter((state) => stateTone(state) === "done")).toEqual([]);
  });

  it("counts as due soon exactly what the bars say is due today and in a week, whatever else is to be done about it", () => {
    const items = [item("ordered", "2026-11-23"), item("ordered", "2026-11-30", { contested: true }), item("disputed", "2026-11-25"), item("ordered", "2026-12-01"), item("ordered", "2026-11-22")];
    const bars = items.filter((one) => bucketsOf(one, TODAY).some((bucket) => bucket === "today" || bucket === "in7"));
    expect(bars).toHaveLength(3);
    expect(filtered(items, { ...NO_FILTER, band: "soon" }, TODAY)).toEqual(bars);
  });

  it("puts overdue first, a disputed one that is overdue too, then disputed, soon, the rest, done", () => {
    const items = [item("closed", ""), item("confirmed", ""), item("ordered", "2026-11-30"), item("disputed", "2026-12-30"), item("disputed", "2026-11-20"), item("failed", "2026-11-01")];
    expect(inBoardOrder(items, TODAY).map((one) => one.id)).toEqual([
      "failed-2026-11-01", "disputed-2026-11-20", "disputed-2026-12-30", "ordered-2026-11-30", "confirmed-", "closed-",
    ]);
  });

  it("counts a hazard under everything that is to be done about it, and each number filters to as many as it says", () => {
    const twice = { contested: true };
    const items = [
      item("disputed", "2026-11-20"), item("disputed", "2026-12-30"), item("ordered", "2026-11-20", twice), item("ordered", "2026-12-30", twice),
      item("closed", "", twice),
    ];
    const counts = countBy(items, (one) => bandsOf(one, TODAY));
    expect([...counts]).toEqual([["overdue", 2], ["disputed", 2], ["contested", 2], ["done", 1]]);
    for (const band of BANDS) expect(filtered(items, { ...NO_FILTER, band }, TODAY)).toHaveLength(counts.get(band) ?? 0);
  });

  it("has one band for every state of the lifecycle", () => {
    const states = Object.keys(MACHINES["finding"]!.states);
    expect(states.map((state) => bandOf(item(state, ""), TODAY)).every((band) => band !== undefined)).toBe(true);
  });

  it("has a bucket for every number of days and none where no deadline runs", () => {
    for (const [day, bucket] of [["2026-10-01", "late31"], ["2026-10-24", "late8"], ["2026-11-16", "late1"], ["2026-11-23", "today"], ["2026-11-30", "in7"], ["2026-12-01", "in30"], ["2027-02-01", "later"]] as const) {
      expect(bucketsOf(item("ordered", day), TODAY)).toEqual([bucket]);
    }
    expect(bucketsOf(item("closed", "2026-11-23"), TODAY)).toEqual([]);
    for (let at = 1; at < BUCKETS.length; at += 1) expect(BUCKETS[at]!.from).toBe(BUCKETS[at - 1]!.until + 1);
  });

  it("joins filters with and, and finds every word of a text anywhere", () => {
    const items = [item("ordered", "2026-11-22"), item("ordered", "2026-12-22", { space: "530921", enterprise: "虚构糖厂" })];
    expect(filtered(items, { ...NO_FILTER, space: "530921", state: "ordered" }, TODAY)).toHaveLength(1);
    expect(filtered(items, { ...NO_FILTER, space: "530921", band: "overdue" }, TODAY)).toHaveLength(0);
    expect(filtered(items, { ...NO_FILTER, text: "糖厂 安全阀" }, TODAY).map((one) => one.space)).toEqual(["530921"]);
    expect(filtered(items, { ...NO_FILTER, text: "糖厂 明火" }, TODAY)).toHaveLength(0);
    expect(countBy(items, (one) => [one.state]).get("ordered")).toBe(2);
  });
});

describe("steps offered", () => {
  const finding = (state: string, gaps: readonly string[] = []): FindingView => 
    ({ state, gaps, row: { states: { finding: { step: state === "passed" ? "reinspect_pass" : "" } }, fields: { reinspection: { op: "", v: "r2" } } } }) as unknown as FindingView;
  const reinspection = (attestedBy: readonly string[], id = "r2"): ReinspectionView => ({ id, attestedBy }) as unknown as ReinspectionView;
  const kinds = (state: string, role: string): string[] => offered(finding(state), role, [reinspection(["p2"])]).map((one) => one.kind);

  it("are those of the lifecycle's table and the kind's actors", () => {
    expect(kinds("extension_requested", "supervisor")).toEqual(["extension.grant", "extension.deny", "finding.hand_over", "finding.transfer", "finding.enterprise_ceased", "finding.withdraw"]);
    expect(kinds("disputed", "supervisor")).toEqual(["finding.decide"]);
    expect(kinds("closed", "supervisor")).toEqual([]);
    expect(kinds("extension_requested", "administrator")).toEqual([]);
  });

  it("say why closing waits for the second officer", () => {
    expect(offered(finding("passed"), "supervisor", [reinspection([])])).toEqual([{ kind: "finding.close", barred: "second_officer_missing" }]);
    expect(offered(finding("passed"), "supervisor", [reinspection(["p2"])])).toEqual([{ kind: "finding.close", barred: "" }]);
    expect(offered(finding("passed"), "supervisor", [reinspection(["p2"], "r1"), reinspection([])])[0]?.barred).toBe("second_officer_missing");
  });

  it("a pass that a supervisor decided needs no second officer", () => {
    const decided = { ...finding("passed"), row: { states: { finding: { step: "decide" } }, fields: {} } } as unknown as FindingView;
    expect(offered(decided, "supervisor", [reinspection([])])).toEqual([{ kind: "finding.close", barred: "" }]);
  });

  it("say why an incomplete finding can't be ordered", () => {
    const order = offered(finding("confirmed", ["basis"]), "supervisor", []).find((one) => one.kind === "order.issue");
    expect(order?.barred).toBe("finding_incomplete");
  });
});

describe("texts", () => {
  it("reads a pairing code as it is typed and never makes up a character", () => {
    expect(codeTyped("7bvj fxab")).toBe("7BVJ-FXAB");
    expect(codeTyped("O1il-")).toBe("0111");
    expect(codeTyped("7bvj-fxa")).toBe("7BVJ-FXA");
    expect(codeTyped("7BVJ-FXAB-more")).toBe("7BVJ-FXAB");
  });

  it("cuts a text to a width in which a Chinese character takes two", () => {
    expect(fitted("安全阀", 6)).toBe("安全阀");
    expect(fitted("安全阀", 5)).toBe("安全…");
    expect(fitted("a\nb", 9)).toBe("a b");
  });
});
