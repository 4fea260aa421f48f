// What the engine does when the link or the server does not play along: a cursor that is gone, records held back, another
// person signing in meanwhile. The other end is a scripted one on a local port.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { opId } from "../../src/protocol/ops.ts";
import type { Row, WireOp } from "../../src/protocol/rows.ts";
import { allOps } from "../../src/store/ownops.ts";
import { cursorOf, putPage, rowsOfKind } from "../../src/store/rowstore.ts";
import { Engine, Lane } from "../../src/sync/engine.ts";
import { pull } from "../../src/sync/pull.ts";
import { push } from "../../src/sync/push.ts";
import { sessionRecord } from "../../src/sync/tokens.ts";
import { ApiError } from "../../src/sync/types.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, serverRow, SPACE, WANG } from "./phone.ts";
import { type Answer, type Asked, checkpoint, hangUp, personOf, seqsOf, serve, signIn } from "./service.ts";

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
});
afterEach(hangUp);

const ROWS = `GET /spaces/${SPACE}/rows`;
const enterprise = (id: string, index: number) => ({ index, row: serverRow(`enterprise/${id}`, { name: id }) });
const names = async (): Promise<string[]> => (await rowsOfKind("enterprise")).map((row: Row) => row.entity.slice("enterprise/".length)).sort();

test("a gone cursor empties nothing: old rows stay until the fresh ones are complete, then what is not among them goes", async () => {
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const before = await allOps();
  await putPage([enterprise("kept", 5), enterprise("gone", 6)], { space: SPACE, afterIndex: 9, afterEntity: "~", completeThrough: 10, pulledAtMs: 0 });
  let isBroken = true;
  const pages: { [after: string]: () => Answer } = {
    9: () => ({ status: 410, code: "cursor_gone" }),
    first: () => ({ json: { complete_through: 4, next: { after_index: 1, after_entity: "x" }, rows: [enterprise("kept", 1)] } }),
    1: () => (isBroken ? undefined : { json: { complete_through: 4, rows: [enterprise("new", 3)] } }),
  };
  await serve({ [ROWS]: ({ query }) => pages[query.get("after_index") ?? "first"]!() });
  await expect(pull([SPACE], LI)).rejects.toMatchObject({ code: "network" });
  expect(await names()).toEqual([ENTERPRISE, "gone", "kept"]);
  isBroken = false;
  await pull([SPACE], LI);
  expect(await names()).toEqual(["kept", "new"]);
  expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: 4, afterIndex: 3 });
  expect(await allOps()).toEqual(before);
});

const ruling = (index: number) => ({ index, outcome: "applied", code: "", flags: [], cause: "" });
/** All ops are admitted, except those whose seq is held back. */
async function answerTo(asked: Asked, held: readonly number[]): Promise<Answer> {
  const items = (asked.json as WireOp[]).map(async ({ header }, at) => {
    const op = await opId(header);
    if (held.includes(seqsOf(asked)[at]!)) return { op, status: "rejected", code: "quota_exceeded" };
    return { op, status: "admitted", receipt: { index: 50 + at, leaf: "{}", origin: "liuhen/test/1" }, ruling: ruling(50 + at) };
  });
  return { json: { checkpoint: await checkpoint(), items: await Promise.all(items) } };
}

async function until(isTrue: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (!isTrue() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  return isTrue();
}

test("a record held back delays no new one: that is pushed at once, and the held one is not hammered", async () => {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const held = (await allOps()).at(-1)!;
  const empty = { json: { complete_through: 1, rows: [] } };
  const asked = await serve({
    "POST /ops": (one) => answerTo(one, [held.seq]),
    "GET /session": () => ({ json: { person: personOf(LI) } }),
    [`GET /chains/${held.chain}/rulings`]: () => ({ json: { complete_through: 1, rulings: [] } }),
    [ROWS]: () => empty, "GET /spaces/common/rows": () => empty,
    "GET /log/checkpoint": async () => ({ text: await checkpoint() }),
  });
  const pushes = (): number[][] => asked.filter(({ path }) => path === "/ops").map(seqsOf);
  const engine = new Engine();
  engine.start();
  try {
    await until(() => engine.status().phase === "backoff", 5_000);
    for (let tries = 0; tries < 4; tries++) await expect(engine.syncNow()).rejects.toMatchObject({ code: "quota_exceeded" });
    const before = pushes().length;
    await capture.saveFinding({ inspection, description: "护栏缺失" });
    expect(await until(() => pushes().length > before, 3_000)).toBe(true);
    expect(pushes().at(-1)).toEqual([held.seq, held.seq + 1]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(pushes()).toHaveLength(before + 1);
    expect(engine.status()).toMatchObject({ online: true, lastError: "quota_exceeded" });
  } finally {
    engine.stop();
  }
});

test("of two tabs one takes a turn at a time, and the one that follows goes on following", async () => {
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const chain = (await allOps())[0]!.chain;
  const under = { way: 0, most: 0 };
  await serve({
    "POST /ops": (one) => answerTo(one, []),
    "GET /session": () => ({ json: { person: personOf(LI) } }),
    [`GET /chains/${chain}/rulings`]: () => ({ json: { complete_through: 1, rulings: [] } }),
    [ROWS]: async () => {
      under.most = Math.max(under.most, (under.way += 1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      under.way -= 1;
      return { json: { complete_through: 1, rows: [] } };
    },
    "GET /spaces/common/rows": () => ({ json: { complete_through: 1, rows: [] } }),
    "GET /log/checkpoint": async () => ({ text: await checkpoint() }),
  });
  const [leader, follower] = [new Engine(), new Engine()];
  leader.start();
  await until(() => leader.status().phase !== "follower", 5_000);
  follower.start();
  try {
    await Promise.allSettled([leader.syncNow(), follower.syncNow(), follower.syncNow()]);
    expect(under.most).toBe(1);
    expect(follower.status().phase).toBe("follower");
    expect(leader.status().phase).not.toBe("follower");
  } finally {
    follower.stop();
    leader.stop();
  }
});

test("another person signing in during a push carries nothing of the first one under their session", async () => {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  for (let at = 0; at < 110; at++) await capture.saveFinding({ inspection, description: `隐患${at}` }); // more than one batch
  const asked = await serve({
    "POST /ops": async (one) => {
      await signIn(WANG);
      return answerTo(one, []);
    },
  });
  await expect(push(LI)).rejects.toMatchObject({ code: "stopped" });
  expect(asked.map(({ token }) => token)).toEqual([LI]);
  await expect(push(LI)).rejects.toMatchObject({ code: "stopped" });
  expect(asked).toHaveLength(1);
  expect((await allOps()).filter(({ sending }) => sending === "unsent").length).toBeGreaterThan(0);
});

test("a refresh that ends after another person signed in does not bring the first one's tokens back", async () => {
  pass(86_400_000);
  await serve({
    "POST /session/refresh": async () => {
      await signIn(WANG);
      return { status: 401, code: "session_expired" };
    },
  });
  await expect(push(LI)).rejects.toBeInstanceOf(ApiError);
  expect(await sessionRecord()).toMatchObject({ person: WANG, needsLogin: false });
});

test("who signs in while a turn without a session is ending need not wait for another sign", async () => {
  let runs = 0;
  const lane: Lane = new Lane(async () => {
    runs += 1;
    await Promise.resolve(); // it is under way now
    if (runs === 1) lane.within(0); // the sign-in's nudge
    return -1;
  });
  await lane.run();
  expect(await until(() => runs === 2, 2_000)).toBe(true);
  lane.stop();
});
