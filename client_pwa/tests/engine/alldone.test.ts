// 全部上传完成 while a count of what is left is running and something is saved: a count that began before the save may not say
// that all is done. No server answers here; a failed turn counts as well.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { announce } from "../../src/store/changes.ts";
import { allOps, noteProved, noteReplies } from "../../src/store/ownops.ts";
import { Engine } from "../../src/sync/engine.ts";
import { arrival, ENTERPRISE, freshPhone, LI } from "./phone.ts";
import { hangUp, serve, signIn } from "./service.ts";

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
  await serve({});
});
afterEach(hangUp);

async function prove(): Promise<void> {
  const ops = (await allOps()).map(({ op }) => op);
  const ruling = (index: number) => ({ index, outcome: "applied" as const, code: "", flags: [], cause: "" });
  await noteReplies(ops.map((op, at) => ({ op, receipt: { index: 10 + at, leaf: "{}", origin: "liuhen/test/1" }, ruling: ruling(10 + at) })));
  await noteProved(ops);
}

test("a count that began before a save never says that all is done after it", async () => {
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  await prove();
  const engine = new Engine();
  const otherTab = new AbortController(); // it leads: no turn but the test's runs here
  const isOver = new Promise((resolve) => otherTab.signal.addEventListener("abort", resolve));
  await new Promise((resolve) => void navigator.locks.request("liuhen-sync", () => (resolve(undefined), isOver)));
  engine.start();
  try {
    await engine.syncNow().catch(() => undefined);
    expect(engine.status().allDone).toBe(true);
    const claims: boolean[] = [];
    engine.subscribe(({ allDone }) => void claims.push(allDone));
    const reading = vi.spyOn(IDBIndex.prototype, "getAll"); // the records were read, the originals are next
    reading.mockImplementationOnce(function (this: IDBIndex, ...asked) {
      announce({ ops: ["saved in another tab"] });
      claims.length = 0;
      return this.getAll(...asked);
    });
    await engine.syncNow().catch(() => undefined);
    expect(reading).toHaveBeenCalled();
    expect(claims[0]).toBe(false);
  } finally {
    engine.stop();
    otherTab.abort();
    vi.restoreAllMocks();
  }
});
