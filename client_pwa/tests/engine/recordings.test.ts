// Recordings on one phone: references made afterwards, gaps asked about once, the camera's clock.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { CAMERAS } from "../../src/protocol/tables.ts";
import { allOps } from "../../src/store/ownops.ts";
import * as store from "../../src/store/index.ts";
import { gapsOf, recorded, unexplained } from "../../src/store/recordings.ts";
import { arrival, ENTERPRISE, freshPhone, LI } from "./phone.ts";

beforeEach(() => freshPhone());

const MINUTE = 60_000;
const begin = async (): Promise<string> => (await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "群众举报", ...arrival })).inspection;
const viewOf = async (inspection: string) => (await store.inspection(inspection))!;
/** The same inspection as it looks after so many minutes on site. */
const after = async (inspection: string, minutes: number) => {
  const one = await viewOf(inspection);
  const signed = { signedAtMs: one.arrivedAtMs + minutes * MINUTE };
  return { ...one, records: [signed] as never };
};

test("a recording referred to afterwards is one of the inspection's", async () => {
  const inspection = await begin();
  const at = (await viewOf(inspection)).arrivedAtMs;
  const { clip } = await capture.referToRecording(inspection, {
    camera: "DSJ0001", startedAtMs: at, stoppedAtMs: at + MINUTE, source: "name", fileName: "录像一.mp4",
  });
  expect((await viewOf(inspection)).clips).toMatchObject([{ id: clip, camera: "DSJ0001", officer: LI, startedAtMs: at, stoppedAtMs: at + MINUTE, fileName: "录像一.mp4" }]);
});

test("what no officer recorded is a gap until somebody says why, and is asked about once", async () => {
  const inspection = await begin();
  const at = (await viewOf(inspection)).arrivedAtMs;
  await capture.referToRecording(inspection, { camera: "A", startedAtMs: at, stoppedAtMs: at + 10 * MINUTE, source: "range" });
  await capture.referToRecording(inspection, { camera: "B", startedAtMs: at + 20 * MINUTE, stoppedAtMs: at + 30 * MINUTE, source: "range" });
  const gap = [at + 10 * MINUTE, at + 20 * MINUTE] as const;
  const one = await after(inspection, 30);
  expect(gapsOf(one)).toEqual([gap]);
  const before = await recorded(one);
  expect(unexplained(before.gaps, before.explained)).toEqual([gap]);
  await capture.explainGap(inspection, { fromMs: gap[0], untilMs: gap[1], reason: "explosive_area" });
  const now = await recorded(one);
  expect(unexplained(now.gaps, now.explained)).toEqual([]);
  expect(now.explained).toMatchObject([{ fromMs: gap[0], untilMs: gap[1], reason: "explosive_area" }]);
});

test("a pause shorter than the tolerance is no gap", async () => {
  const inspection = await begin();
  const at = (await viewOf(inspection)).arrivedAtMs;
  await capture.referToRecording(inspection, { camera: "A", startedAtMs: at, stoppedAtMs: at + 10 * MINUTE - CAMERAS.gap_ms, source: "range" });
  expect(gapsOf(await after(inspection, 10))).toEqual([]);
});

test("a clock that was shown and what was read off it are kept by camera and day", async () => {
  const inspection = await begin();
  const one = await viewOf(inspection);
  await capture.clockShown(inspection, { camera: "DSJ0001", nonce: "0a1b2c3d", shownAtMs: one.arrivedAtMs });
  const shown = (await recorded(one)).clocks[0]!;
  expect(shown).toMatchObject({ camera: "DSJ0001", nonce: "0a1b2c3d", shownAtMs: one.arrivedAtMs });
  await capture.declareClock(inspection, { camera: "DSJ0001", atMs: Date.parse("2026-11-23T16:30:00Z"), offsetMs: -7000, shown: shown.id });
  const declared = (await recorded(one)).clocks.find((clock) => clock.nonce === "");
  expect(declared).toMatchObject({ camera: "DSJ0001", date: "2026-11-24", offsetMs: -7000 });
});

test("a recording that ends before it begins, or of no camera, is not saved", async () => {
  const inspection = await begin();
  const before = (await allOps()).length;
  const input = { camera: "", startedAtMs: 5, stoppedAtMs: 6, source: "range" } as const;
  await expect(capture.referToRecording(inspection, input)).rejects.toMatchObject({ code: "body_invalid", field: "camera" });
  const backwards = { ...input, camera: "A", stoppedAtMs: 4 };
  await expect(capture.referToRecording(inspection, backwards)).rejects.toMatchObject({ code: "range_backwards" });
  expect(await allOps()).toHaveLength(before);
});
