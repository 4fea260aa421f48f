// Reading a station's short list.

import { expect, test } from "vitest";
import { listedFiles } from "./stationlist.ts";

const NINE = 1_714_525_200_000;
const NAME = "DSJ0001_530902_20240501090000.mp4";
const LATER = "DSJ0001_530902_20240501093000.mp4";
const HASH = "AB".repeat(32);

test("a line tells camera, range and hash", () => {
  expect(listedFiles(`\ufeff${NAME},600,${HASH}\r\n`)).toEqual({
    files: [{ fileName: NAME, camera: "DSJ0001", startedAtMs: NINE, stoppedAtMs: NINE + 600_000, sha256: HASH.toLowerCase() }], unread: 0,
  });
});

test("recordings stand by time, each once, whatever separates the parts", () => {
  const { files, unread } = listedFiles(`${LATER};60\n\n${NAME}\t60\n${LATER},60`);
  expect([files.map((file) => file.fileName), unread]).toEqual([[NAME, LATER], 0]);
});

test.each(["文件名,时长", NAME, `${NAME},ten`, `${NAME},86401`, `${NAME},60,abc`, `${NAME},60,,x`, "录像一.mp4,60"])("%s is no recording", (line) => {
  expect(listedFiles(line)).toEqual({ files: [], unread: 1 });
});

test("a list without end is read to a limit", () => {
  const lines = Array.from({ length: 600 }, (_, at) => `DSJ${String(at).padStart(4, "0")}_530902_20240501090000.mp4,60`);
  const { files, unread } = listedFiles(lines.join("\n"));
  expect([files.length, unread]).toEqual([500, 100]);
});
