// The store: what survives, what a pull does to own pending ops, and the small durable things.

import { beforeEach, expect, test, vi } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { fold } from "../../src/protocol/fold.ts";
import type { Row } from "../../src/protocol/rows.ts";
import { subscribe } from "../../src/store/changes.ts";
import { closeDatabase, onDatabase, writing } from "../../src/store/db.ts";
import { asStoreError } from "../../src/store/errors.ts";
import * as store from "../../src/store/index.ts";
import { allOps, foldOpOf, noteReplies, pendingOps, settleAgainstCursors } from "../../src/store/ownops.ts";
import { cursorOf, dropSpace, putPage } from "../../src/store/rowstore.ts";
import { dropOverlay } from "../../src/store/overlay.ts";
import { keepPin, tryPin, needsPin, lockScreen } from "../../src/sync/pin.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, serverRow, SPACE, WANG } from "./phone.ts";

beforeEach(() => freshPhone());

const begin = () => capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
const text = { place: "井口", description: "护栏缺失", phrase: "p1" };

/** Give the phone the rows the server would project from all its ops, as a pull would. */
async function pullOwn(): Promise<void> {
  const rows = new Map<string, Row>();
  const ops = await allOps();
  for (const [index, op] of ops.entries()) {
    await noteReplies([{ op: op.op, receipt: { index, leaf: "{}", origin: "o" }, ruling: { index, outcome: "applied", code: "", flags: [], cause: "" } }]);
    const server = fold((entity) => rows.get(entity) ?? known.get(entity), foldOpOf(op));
    for (const [entity, row] of server.changed) rows.set(entity, row);
  }
  const page = [...rows.values()].map((row) => ({ index: ops.length, row }));
  await putPage(page, { space: SPACE, afterIndex: ops.length, afterEntity: "~", completeThrough: ops.length + 1, pulledAtMs: 0 });
}
const known = new Map<string, Row>();

test("what was saved is there after the page was killed", async () => {
  const { inspection } = await begin();
  const { finding } = await capture.saveFinding({ inspection, ...text });
  await closeDatabase();
  dropOverlay();
  expect(await store.finding(finding)).toMatchObject({ number: "A1", ...text, state: "draft" });
});

test("the view is the same before, in the middle of, and after the pull that covers own ops", async () => {
  const { inspection } = await begin();
  const { finding } = await capture.saveFinding({ inspection, ...text });
  await capture.editFinding(finding, { place: "巷道" });
  const shown = async () => (await store.inspection(inspection))!.findings.map(({ number, place, state, contested }) => ({ number, place, state, contested }));
  const before = await shown();
  await pullOwn();
  dropOverlay();
  expect(await shown()).toEqual(before);
  await settleAgainstCursors();
  expect(await pendingOps()).toEqual([]);
  expect(await shown()).toEqual(before);
});

test("a colleague's later change shows through once the pull covers the own ops", async () => {
  const { inspection } = await begin();
  const { finding } = await capture.saveFinding({ inspection, ...text });
  await pullOwn();
  await settleAgainstCursors();
  const row = (await store.viewed(`finding/${finding}`))!.row;
  const changed = { ...row, fields: { ...row.fields, place: { op: "e".repeat(64), v: "同事改的" } } };
  await putPage([{ index: 90, row: changed }], { space: SPACE, afterIndex: 90, afterEntity: "~", completeThrough: 91, pulledAtMs: 0 });
  dropOverlay();
  expect((await store.finding(finding))!.place).toBe("同事改的");
});

test("a refused op is no longer shown but stays readable", async () => {
  const { inspection } = await begin();
  const { op, finding } = await capture.saveFinding({ inspection, ...text });
  await noteReplies([{ op, receipt: { index: 5, leaf: "{}", origin: "o" }, ruling: { index: 5, outcome: "refused", code: "officer_not_listed", flags: [], cause: "" } }]);
  expect(await store.finding(finding)).toBeUndefined();
  expect((await allOps()).some((one) => one.op === op)).toBe(true);
});

test("leaving a space takes its rows and never an own op", async () => {
  const { inspection } = await begin();
  await dropSpace(SPACE);
  dropOverlay();
  expect((await store.enterprises(""))).toHaveLength(0);
  expect(await allOps()).toHaveLength(2);
  expect((await store.inspection(inspection))!.state).toBe("in_progress");
});

test("a row of an unknown kind is kept as it came", async () => {
  const row = serverRow("drone/d1", { heights: [1, 2], nested: { a: { b: "c" } } }, { drone: "flying" });
  await putPage([{ index: 50, row }], { space: SPACE, afterIndex: 50, afterEntity: "~", completeThrough: 51, pulledAtMs: 0 });
  expect((await store.viewed("drone/d1"))?.row).toEqual(row);
});

test("a failed transaction leaves nothing and a full disk has a name", async () => {
  const failing = writing(["drafts", "meta"], async (tx) => {
    await tx.objectStore("drafts").put("text", "form");
    throw new Error("stop");
  });
  await expect(failing).rejects.toMatchObject({ code: "failed" });
  expect(await store.drafts.load("form")).toBeUndefined();
  expect(asStoreError(new DOMException("full", "QuotaExceededError")).code).toBe("quota");
});

test("work on a connection the browser has closed is done again on a new one", async () => {
  await store.drafts.save("form", { text: "一" });
  await onDatabase(async (db) => db.close());
  expect(await store.drafts.load("form")).toEqual({ text: "一" });
});

test("a draft and the place to reopen survive", async () => {
  await store.drafts.save("finding:1", { description: "护栏", photos: ["a"] });
  await store.rememberPlace({ route: "#/inspection/1", field: "description", scroll: 120 });
  await closeDatabase();
  expect(await store.drafts.load("finding:1")).toEqual({ description: "护栏", photos: ["a"] });
  expect(await store.restorePoint()).toEqual({ route: "#/inspection/1", field: "description", scroll: 120 });
  await store.drafts.drop("finding:1");
  expect(await store.drafts.keys()).toEqual([]);
});

test("every save is announced with what it touched", async () => {
  const heard = vi.fn();
  const end = subscribe(heard);
  const { inspection, op } = await begin();
  end();
  expect(heard.mock.calls.map(([change]) => change)).toContainEqual(
    expect.objectContaining({ ops: [op], entities: expect.arrayContaining([`inspection/${inspection}`]) }));
});

test("phrases are found by two characters or pinyin initials within 100 ms among hundreds", async () => {
  const rows = Array.from({ length: 600 }, (_, at) => ({
    index: 60, row: serverRow(`phrase/x${at}`, { trade: at % 2 ? "mine" : "any", text: `第${at}条 通风不良`, requirement: "整改", initials: `d${at}ttfbl`, basis: { law: "法", article: "一", version: "1" } }, {}, "common"),
  }));
  await putPage(rows, { space: "common", afterIndex: 60, afterEntity: "~", completeThrough: 61, pulledAtMs: 0 });
  (await import("../../src/store/lookups.ts")).dropRegisters();
  await store.phrases("mine", "");
  const started = performance.now();
  expect((await store.phrases("mine", "通风")).length).toBe(50);
  expect((await store.phrases("mine", "aqck"))[0]!.text).toBe("安全出口未保持畅通");
  expect((await store.phrases("mine", "畅通")).map((one) => one.id)).toEqual(["p1"]);
  expect(performance.now() - started).toBeLessThan(100);
  expect(await store.phrases("chemical", "畅通")).toEqual([]);
});

test("today's inspections are those of the person and the date, and what is still under way", async () => {
  const { inspection } = await begin();
  expect((await store.todaysInspections(LI)).map((one) => one.id)).toEqual([inspection]);
  expect((await store.todaysInspections(WANG))).toHaveLength(1);
  pass(86_400_000);
  expect((await store.todaysInspections(LI))).toHaveLength(1);
  expect(await store.todaysInspections("person-zhao")).toEqual([]);
});

test("overdue begins after 24:00 Beijing time of the deadline", async () => {
  const row = (deadline: string) => serverRow(`finding/${deadline}`, { inspection: "i", deadline, number: "A1" }, { finding: "ordered" });
  const rows = ["2026-11-22", "2026-11-23", "2026-11-24"].map((deadline) => ({ index: 70, row: row(deadline) }));
  await putPage(rows, { space: SPACE, afterIndex: 70, afterEntity: "~", completeThrough: 71, pulledAtMs: 0 });
  dropOverlay();
  expect((await store.openFindings()).map((one) => [one.deadline, one.overdue])).toEqual([["2026-11-22", true], ["2026-11-23", false], ["2026-11-24", false]]);
});

test("five wrong PINs make a wait, and being away asks for it", async () => {
  for (const guessed of ["111111", "123456", "654321", "121212", "123123", "567890"]) await expect(keepPin(LI, guessed)).rejects.toThrow("pin_guessable");
  await keepPin(LI, "2580");
  expect(await needsPin(LI)).toBe(false);
  pass(16 * 60_000);
  expect(await needsPin(LI)).toBe(true);
  for (const left of [4, 3, 2, 1]) expect(await tryPin(LI, "0000")).toMatchObject({ ok: false, triesLeft: left, waitMs: 0 });
  expect(await tryPin(LI, "0000")).toMatchObject({ ok: false, triesLeft: 0, waitMs: 60_000 });
  expect(await tryPin(LI, "2580")).toMatchObject({ ok: false });
  pass(60_001);
  expect(await tryPin(LI, "2580")).toMatchObject({ ok: true });
  expect(await needsPin(LI)).toBe(false);
  await lockScreen();
  expect(await needsPin(LI)).toBe(true);
});

test("a page with a row that cannot be kept is refused whole, and nothing of it fails unheard", async () => {
  const good = serverRow("finding/f1", { number: "A1" }, { finding: "draft" });
  const broken = { ...good, entity: undefined } as unknown as Row;
  const cursor = { space: SPACE, afterIndex: 77, afterEntity: "~", completeThrough: 78, pulledAtMs: 0 };
  const unheard: unknown[] = [];
  const hear = (reason: unknown): void => void unheard.push(reason);
  process.on("unhandledRejection", hear);
  try {
    await expect(putPage([{ index: 8, row: good }, { index: 9, row: broken }], cursor)).rejects.toThrow();
    await expect(putPage([{ index: 8, row: good }], { ...cursor, space: undefined as unknown as string })).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    process.off("unhandledRejection", hear);
  }
  expect(unheard).toEqual([]);
  expect(await cursorOf(SPACE)).not.toMatchObject({ afterIndex: 77 });
  expect(await store.finding("f1")).toBeUndefined();
});
