// What a person is told of records: their own after the account was ended, who wrote a version of a text, what they
// decided themselves, and what has no effect in several spaces at once.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { readBody } from "../../src/protocol/upcast.ts";
import { ownDecisions } from "../../src/store/decisions.ts";
import { currentAuthor, setDeployment } from "../../src/store/identity.ts";
import { enterprise } from "../../src/store/index.ts";
import { dropOverlay } from "../../src/store/overlay.ts";
import { allOps, noteReplies, opRecord } from "../../src/store/ownops.ts";
import { putPage } from "../../src/store/rowstore.ts";
import { recordTurn } from "../../src/sync/lanes.ts";
import { originsOf } from "../../src/sync/origins.ts";
import { outboxWith } from "../../src/sync/outbox.ts";
import type { HeldEntry, HeldPage, TimelineEntry, TimelinePage } from "../../src/sync/types.ts";
import { firstHeld, isSettled, moreHeld } from "../../src/supervise/model/held.ts";
import { anew, further } from "../../src/supervise/model/story.ts";
import { Log, originOf, pinnedKey } from "./log.ts";
import { arrival, ENTERPRISE, freshPhone, LI, serverRow, SPACE, WANG, ZHAO, NOON_MS } from "./phone.ts";
import { hangUp, personOf, serve, signIn } from "./service.ts";

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
});
afterEach(hangUp);

const begun = () => capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });

test("a deactivated person's phone sends, learns its rulings and their proofs, and asks for nothing of others", async () => {
  await setDeployment({ deployment: "test", name: "test", origin: originOf(1), logKey: await pinnedKey(), demo: false, nowMs: 0, protocol: { min: 1, max: 1 }, learnedAtMs: NOON_MS });
  const log = new Log([]);
  await begun();
  const asked = await serve({
    ...log.script(), "GET /log/proof/*": log.proof,
    "GET /session": () => ({ json: { ...personOf(LI), active: false } }),
    "POST /ops": async ({ json }) => {
      const sent = (await allOps()).slice(0, (json as unknown[]).length);
      const items = sent.map(({ op }) => {
        const index = log.add(op);
        return { op, status: "admitted", duplicate: false, receipt: log.receipt(index), ruling: { index, outcome: "quarantined", code: "person_deactivated", flags: [], cause: "" } };
      });
      return { json: { checkpoint: await log.note(), items } };
    },
    "GET /chains/*": () => ({ status: 404, code: "not_found" }),
    [`GET /chains/${(await allOps())[0]!.chain}/rulings`]: () => ({ json: { complete_through: log.leaves.length, rulings: [] } }),
  });
  await recordTurn(() => undefined);
  expect((await currentAuthor())?.active).toBe(false);
  const paths = asked.map(({ path }) => path);
  expect(paths.filter((path) => path.startsWith("/spaces/"))).toEqual([]);
  expect(paths).toContain(`/chains/${(await allOps())[0]!.chain}/rulings`);
  expect((await allOps()).map(({ sending }) => sending)).toEqual(["proved", "proved"]);
  expect((await outboxWith([])).map(({ status, reason }) => [status, reason])).toEqual(Array(2).fill(["attention", "person_deactivated"]));
});

test("who wrote a version is known of own records at once, of others from the timeline, and offline once read", async () => {
  const { op, inspection } = await begun();
  const own = await originsOf(`inspection/${inspection}`, [op]);
  const { chain } = (await opRecord(op))!;
  expect(own.get(op)).toMatchObject({ by: LI, chain });

  const theirs = "e".repeat(64);
  const header = JSON.stringify({ chain: "c".repeat(64), time: { boot: "0", mono_ms: 1, wall_ms: 5 } });
  const entry = { op: theirs, by: WANG, header, body: '{"reason":"照片可见"}' };
  expect(await originsOf("finding/f1", [theirs])).toEqual(new Map());
  const asked = await serve({ "GET /entities/finding/f1/timeline": () => ({ json: { entries: [entry] } }) });
  const told = new Map([[theirs, { by: WANG, chain: "c".repeat(64), atMs: 5, reason: "照片可见" }]]);
  expect(await originsOf("finding/f1", [theirs])).toEqual(told);
  expect(asked).toHaveLength(1);
  await hangUp();
  expect(await originsOf("finding/f1", [theirs])).toEqual(told);
});

test("own decisions are listed newest first, each record once, with what the server said", async () => {
  await freshPhone(ZHAO, "supervisor");
  const [a, b] = ["a".repeat(64), "b".repeat(64)];
  await capture.acceptQuarantined({ op: a, space: SPACE }, "核对无误");
  const declined = await capture.declineQuarantined({ op: b, space: SPACE }, "无法核对");
  const ruling = { index: 7, outcome: "applied" as const, code: "", flags: [], cause: "" };
  await noteReplies([{ op: declined.op, receipt: { index: 7, leaf: "{}", origin: "liuhen/test/1" }, ruling }]);
  expect(await ownDecisions()).toMatchObject([
    { target: b, accepts: false, reason: "无法核对", ruling: { outcome: "applied" } },
    { target: a, accepts: true, reason: "核对无误" },
  ]);
  expect((await allOps()).filter(({ kind }) => kind.startsWith("ruling.")).every(({ space }) => space === SPACE)).toBe(true);
});

const held = (op: string, index: number, more: Partial<HeldEntry> = {}): HeldEntry =>
  ({ op, mended_by: "", waits_for: [], ruling: { index, outcome: "refused", code: "stale_step", flags: [], cause: "" }, ...more }) as HeldEntry;
const page = (entries: readonly HeldEntry[], refused: number, next?: number): HeldPage =>
  ({ complete_through: 99, counts: { quarantined: 0, waiting: 1, refused }, entries, ...(next === undefined ? {} : { next }) });

test("what has no effect in several spaces is one list, and only the spaces that have more are asked again", async () => {
  const pages: { readonly [key: string]: HeldPage } = {
    "x:": page([held("x9", 9), held("x5", 5)], 3, 5), "y:": page([held("y7", 7)], 1), "x:5": page([held("x2", 2)], 3),
  };
  const asked: string[] = [];
  const ask = (space: string, before?: number): Promise<HeldPage> => {
    asked.push(`${space}:${before ?? ""}`);
    return Promise.resolve(pages[`${space}:${before ?? ""}`]!);
  };
  const first = await firstHeld(["x", "y"], ask);
  expect(first.entries.map(({ op }) => op)).toEqual(["x9", "y7", "x5"]);
  expect(first.counts).toEqual({ quarantined: 0, waiting: 2, refused: 4 });
  const all = await moreHeld(first, ask);
  expect(all.entries.map(({ op }) => op)).toEqual(["x9", "y7", "x5", "x2"]);
  expect(all.next.size).toBe(0);
  expect(asked).toEqual(["x:", "y:", "x:5"]);
});

test("a refused record is settled once it was taken back, declined or mended, and not before", () => {
  const ruled = (code: string): HeldEntry => held("a", 1, { ruling: { index: 1, outcome: "refused", code, flags: [], cause: "" } });
  expect([ruled("declined"), ruled("withdrawn_by_author"), held("a", 1, { mended_by: "b" }), ruled("stale_step")].map(isSettled)).toEqual([true, true, true, false]);
});

/** A story of this many records, three on a page. */
function told(length: number, asked: (number | undefined)[] = []) {
  const entries = Array.from({ length }, (_, at) => ({ op: `op${at}`, index: at }) as TimelineEntry).reverse();
  return (before = Number.POSITIVE_INFINITY): Promise<TimelinePage> => {
    asked.push(before);
    const left = entries.filter(({ index }) => index < before);
    return Promise.resolve({ entries: left.slice(0, 3), ...(left.length > 3 ? { next: left[2]!.index } : {}) });
  };
}

test("a timeline is read back page by page, and looked at anew as far back as it was read", async () => {
  const first = await anew(undefined, told(8));
  expect(first).toMatchObject({ entries: [{ index: 7 }, { index: 6 }, { index: 5 }], next: 5 });
  const second = await further(first, told(8));
  expect(second.entries.map(({ index }) => index)).toEqual([7, 6, 5, 4, 3, 2]);
  const asked: (number | undefined)[] = [];
  const later = await anew(second, told(10, asked));
  expect(later.entries.map(({ index }) => index)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(asked).toHaveLength(3);
  expect(await further(later, told(10))).toMatchObject({ next: undefined, entries: { length: 10 } });
});

test("who wrote an old version is looked for on the pages before", async () => {
  const header = JSON.stringify({ chain: "c".repeat(64), time: { boot: "0", mono_ms: 1, wall_ms: 5 } });
  const entry = (op: string) => ({ op, by: WANG, header, body: "{}" });
  const asked = await serve({
    "GET /entities/finding/f2/timeline": ({ query }) =>
      ({ json: query.get("before_index") === "40" ? { entries: [entry("e".repeat(64))] } : { next: 40, entries: [entry("d".repeat(64))] } }),
  });
  expect([...(await originsOf("finding/f2", ["e".repeat(64)])).keys()]).toEqual(["e".repeat(64)]);
  expect(asked).toHaveLength(2);
});

test("an enterprise's contested name is settled by whoever sees every version of it", async () => {
  const [one, other] = ["a".repeat(64), "b".repeat(64)];
  const plain = serverRow(`enterprise/${ENTERPRISE}`, { trade: "mine", address: "路" });
  const row = { ...plain, fields: { ...plain.fields, name: { op: one, v: "甲厂", others: [{ op: other, v: "乙厂" }] } } };
  await putPage([{ index: 50, row }], { space: SPACE, afterIndex: 50, afterEntity: "~", completeThrough: 51, pulledAtMs: 0 });
  expect(await enterprise(ENTERPRISE)).toMatchObject({ name: "甲厂", contested: ["name"] });
  const { op } = await capture.resolveEnterpriseField(ENTERPRISE, "name", "乙厂");
  expect(readBody((await opRecord(op))!.wire)["changes"]).toEqual([{ field: "name", value: "乙厂", replaces: [one, other] }]);
  dropOverlay();
  expect(await enterprise(ENTERPRISE)).toMatchObject({ name: "乙厂", contested: [] });
});
