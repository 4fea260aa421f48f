// What the timeline says an operation did, and what covers a moment in the recordings.

import { describe, expect, it } from "vitest";
import { clipsDuring } from "../../src/supervise/model/clips.ts";
import { saidIn } from "../../src/supervise/model/summary.ts";
import type { ClipView } from "../../src/store/index.ts";

const said = (body: object): string[] => saidIn("finding/f1", JSON.stringify(body), new Map());

describe("a line of the timeline", () => {
  it("says to which grade and on what basis a hazard was put", () => {
    const basis = { law: "安全生产法", article: "第三十六条", version: "2021" };
    expect(said({ finding: "f1", grade: "major", criterion: "带式输送机无防护", basis, replaces: [] }))
      .toEqual(["等级 重大隐患", "判定标准 带式输送机无防护", "依据 《安全生产法》第三十六条（2021）"]);
    expect(said({ finding: "f1", basis: { ...basis, version: "" }, replaces: [] })).toEqual(["依据 《安全生产法》第三十六条"]);
    expect(said({ finding: "f1", grade: "general", replaces: [] })).toEqual(["等级 一般隐患"]);
  });
});

describe("a clip covers a moment", () => {
  const clip = (id: string, startedAtMs: number, stoppedAtMs: number): ClipView => ({ id, startedAtMs, stoppedAtMs }) as unknown as ClipView;
  const clips = [clip("past", 100, 200), clip("running", 300, 0)];
  it("from its first to its last moment, and while the recorder is on", () => {
    for (const [atMs, ids] of [[99, []], [100, ["past"]], [200, ["past"]], [201, []], [9_999, ["running"]]] as const) {
      expect(clipsDuring(clips, atMs).map(({ id }) => id)).toEqual(ids);
    }
  });
});
