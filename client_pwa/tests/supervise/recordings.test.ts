// What the timeline of recordings shows, and where.

import { t } from "../../src/screen/i18n.ts";
import { saidIn } from "../../src/supervise/model/summary.ts";
import { expect, test } from "vitest";
import type { InspectionView } from "../../src/store/index.ts";
import type { Recorded } from "../../src/store/recordings.ts";
import { drawn, scaleOf } from "../../src/supervise/model/recordings.ts";
import type { InspectionRecordings } from "../../src/sync/index.ts";

const clip = { id: "c1", officer: "li", camera: "DSJ0001", startedAtMs: 1000, stoppedAtMs: 5000 };
const one = { clips: [clip], findings: [{ createdAtMs: 3000 }], photos: [{ capturedAtMs: 9000 }] } as unknown as InspectionView;
const known: Recorded = {
  whole: [0, 10_000], gaps: [[5000, 7000], [8000, 10_000]], explained: [{ fromMs: 8000, untilMs: 10_000, reason: "battery", note: "" }], clocks: [], cases: [],
};
const file = { station: "s", camera: "DSJ0001", file_name: "a.mp4", started_at_ms: 61_000, ended_at_ms: 65_000, size_bytes: 1, sha256: "", officer: "", delete_on: "" };
const entry = { outcome: "matched", clip: "c1", camera: "DSJ0001", started_at_ms: 1000, ended_at_ms: 5000, offset_ms: 60_000, footage: ["f1"] } as const;
const found: InspectionRecordings = { entries: [entry], footage: { f1: file }, covering: {} };

test("footage stands under its reference by the phone's clock, and carries what was found", () => {
  const { bars } = drawn(one, known, found);
  expect(bars.filter((bar) => bar.kind !== "gap")).toEqual([
    { kind: "clip", row: "clip li", fromMs: 1000, untilMs: 5000, text: "DSJ0001", who: "li", outcome: "matched" },
    { kind: "footage", row: "footage", fromMs: 1000, untilMs: 5000, text: "a.mp4" },
  ]);
});

test("gaps are shown whether they were explained or not, the reason beside it", () => {
  const gaps = drawn(one, known, undefined).bars.filter((bar) => bar.kind === "gap");
  expect(gaps.map((bar) => [bar.fromMs, bar.untilMs, bar.reason])).toEqual([[5000, 7000, undefined], [8000, 10_000, "battery"]]);
});

test("without the stations the references are shown alone", () => {
  expect(drawn(one, known, undefined).bars.map((bar) => bar.kind)).toEqual(["clip", "gap", "gap"]);
});

test("findings and photos are points, and what lies outside stands at the edge", () => {
  const { bars, points } = drawn(one, known, found);
  expect(points).toEqual([{ kind: "finding", atMs: 3000 }, { kind: "photo", atMs: 9000 }]);
  const scale = scaleOf(bars, points, 900);
  expect([scale(1000), scale(5500), scale(10_000), scale(0), scale(99_000)]).toEqual([0, 450, 900, 0, 900]);
});

test("why there is a gap is said in words, another record's reason as it was written", () => {
  const said = (body: object) => saidIn("inspection/i", JSON.stringify(body), new Map()).join();
  expect(said({ gap: "g", reason: "battery" })).toContain(t("gap.battery"));
  expect(said({ finding: "f", reason: "battery" })).toContain("battery");
});
