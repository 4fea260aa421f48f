// A phone whose clock is wrong, or jumps: nothing is lost, nothing waits for a time that never comes, and
// records keep the order they were made in.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { readHeader } from "../../src/protocol/ops.ts";
import { resendLostBlobs } from "../../src/store/blobs.ts";
import { noteBlob } from "../../src/store/blobs.ts";
import { keepArrival, openCarriedOps } from "../../src/store/carried.ts";
import { nowMs } from "../../src/store/clock.ts";
import { allOps, openOps } from "../../src/store/ownops.ts";
import { putPage } from "../../src/store/rowstore.ts";
import { pushCarried } from "../../src/sync/carry/delivery.ts";
import { push } from "../../src/sync/push.ts";
import type { WireOp } from "../../src/protocol/rows.ts";
import { arrival, ENTERPRISE, freshPhone, LI, NOON_MS, pass, photoBytes, SPACE } from "./phone.ts";
import { type Answer, type Asked, hangUp, personOf, serve, signIn } from "./service.ts";

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const JUMPS: readonly [string, number][] = [["an hour ahead", HOUR], ["an hour behind", -HOUR], ["a year ahead", YEAR], ["a year behind", -YEAR], ["before 1970", -NOON_MS - YEAR]];

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
});
afterEach(hangUp);

let index = 100;
const admitAll = async ({ json }: Asked): Promise<Answer> => {
  const known = new Map((await allOps()).map(({ op, wire }) => [wire.header, op]));
  const items = (json as WireOp[]).map(({ header }) => ({
    op: known.get(header)!, status: "admitted", receipt: { index: ++index, leaf: "{}", origin: "o" }, ruling: { index, outcome: "applied", code: "", flags: [], cause: "" },
  }));
  return { json: { checkpoint: "note", items } };
};
/** The service's own time did not jump. */
const refresh = (): Answer => ({
  json: { access_token: "fresh", refresh_token: "r2", access_expires_ms: NOON_MS + HOUR, refresh_expires_ms: NOON_MS + 14 * 24 * HOUR, now_ms: NOON_MS, person: personOf(LI) },
});

test.each(JUMPS)("a clock that jumps %s in the middle of a day: everything is sent, in the order it was made", async (_what, jump) => {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  await capture.saveFinding({ inspection, description: "之前" });
  pass(jump);
  await capture.saveFinding({ inspection, description: "之后" });
  pass(-jump / 2);
  await capture.saveFinding({ inspection, description: "又一项" });
  const asked = await serve({ "POST /ops": admitAll, "POST /session/refresh": refresh });
  await push(LI);
  const sent = asked.filter(({ path }) => path === "/ops").flatMap(({ json }) => json as WireOp[]).map(({ header }) => readHeader(header));
  expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, at) => at));
  expect(sent.map(({ time }) => time.wall_ms).slice(-2)).toEqual([NOON_MS + jump, NOON_MS + jump / 2].map(Math.floor));
  expect((await openOps()).filter(({ sending }) => sending === "unsent")).toEqual([]);
});

test.each(JUMPS)("what the service turned away for now is tried again after the clock jumped %s", async (_what, jump) => {
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const [first] = await allOps();
  const { op, wire, kind, space, chain, person } = first!;
  await freshPhone();
  await signIn(LI);
  pass(jump);
  await keepArrival([{ op, wire, kind, space, chain, person, name: "", blobs: [], checked: false, receivedAtMs: nowMs(), sending: "unsent", open: 1, tries: 0, nextTryAtMs: 0 }], [], new Map());
  const asked = await serve({ "POST /ops": () => ({ json: { checkpoint: "note", items: [{ op, status: "rejected", code: "chain_unknown" }] } }), "POST /session/refresh": refresh });
  await pushCarried(LI);
  pass(-jump + 6 * 60_000);
  await pushCarried(LI);
  expect(asked.filter(({ path }) => path === "/ops")).toHaveLength(2);
  expect((await openCarriedOps())[0]).toMatchObject({ sending: "unsent", tries: 2 });
});

test("an original the service lost is sent again also after the clock was set back", async () => {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const { sha256 } = await capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" });
  await serve({ "POST /ops": admitAll });
  await push(LI);
  pass(YEAR);
  await noteBlob(`${SPACE}-${sha256}`, { state: "sent", sentAtMs: nowMs() });
  pass(-YEAR);
  await putPage([], { space: SPACE, afterIndex: 999, afterEntity: "~", completeThrough: 1000, pulledAtMs: 0 });
  expect(await resendLostBlobs(nowMs())).toBe(1);
});
