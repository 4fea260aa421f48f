// What becomes of a record that did not simply go through: rejected, refused, in conflict, its original turned away. It
// stays readable, is counted until somebody answered it, and never counted as done before.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { noteBlob } from "../../src/store/blobs.ts";
import { chainsOf, replaceChain } from "../../src/store/chains.ts";
import { putPage } from "../../src/store/rowstore.ts";
import { allOps, noteProved, noteReplies, noteRulings, opRecord, settleAgainstCursors } from "../../src/store/ownops.ts";
import { problemOf } from "../../src/sync/api.ts";
import { Lane } from "../../src/sync/engine.ts";
import { outboxWith, resendOriginals } from "../../src/sync/outbox.ts";
import { peopleHere } from "../../src/sync/people.ts";
import { keepPin, needsPin } from "../../src/sync/pin.ts";
import { deviceName } from "../../src/sync/session.ts";
import { tally } from "../../src/sync/tally.ts";
import { unsentBlobs } from "../../src/sync/uploads.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, photoBytes, serverRow, SPACE, WANG } from "./phone.ts";

beforeEach(() => freshPhone());
afterEach(() => void vi.useRealTimers());

const begun = async (): Promise<string> => (await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival })).inspection;
const takePhoto = (inspection: string) =>
  capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" });
const item = async (op: string) => (await outboxWith([])).find((one) => one.op === op)!;

/** The server admitted everything still unsent and ruled it so; all of it is proved. */
async function ruled(outcome: "applied" | "refused" | "conflict", code: string, only?: string): Promise<void> {
  const ops = (await allOps()).filter(({ sending }) => sending === "unsent");
  await noteReplies(ops.map(({ op }, at) => {
    const isIt = only === undefined || op === only;
    const ruling = { index: 10 + at, outcome: isIt ? outcome : ("applied" as const), code: isIt ? code : "", flags: [], cause: "" };
    return { op, receipt: { index: 10 + at, leaf: "{}", origin: "liuhen/test/1" }, ruling };
  }));
  await noteProved(ops.map(({ op }) => op));
}
const pulled = async (rows: Parameters<typeof putPage>[0] = []): Promise<void> => {
  for (const space of [SPACE, "common"]) {
    await putPage(space === SPACE ? rows : [], { space, afterIndex: 99, afterEntity: "~", completeThrough: 100, pulledAtMs: 0 });
  }
  await settleAgainstCursors();
};

test("a rejected record is given up on the phone alone: the log never saw what it should withdraw", async () => {
  const inspection = await begun();
  const taken = await takePhoto(inspection);
  await noteReplies([{ op: taken.op, rejection: { code: "body_invalid", isFinal: true } }]);
  expect(await item(taken.op)).toMatchObject({ status: "attention", action: "withdraw" });
  await capture.withdrawOp(taken.op, "拍错了");
  expect((await allOps()).map(({ kind }) => kind)).not.toContain("op.withdraw");
  expect(await unsentBlobs(LI)).toEqual([]);
  await ruled("applied", "");
  expect(await tally(LI)).toMatchObject({ allDone: true, attention: 0, unsentBytes: 0 });
  expect(await opRecord(taken.op)).toMatchObject({ sending: "rejected" });
});

test("a later ruling is kept with the text of its leaf, by which its author can prove it", async () => {
  const { op } = await takePhoto(await begun());
  await ruled("applied", "");
  const later = { index: 60, outcome: "applied" as const, code: "", flags: ["original_differs"], cause: "c".repeat(64) };
  const leaf = { leaf: '{"t":"ruling"}', origin: "liuhen/test/1" };
  await noteRulings([{ op, ...later, ...leaf }]);
  expect((await opRecord(op))!.ruling).toEqual({ ...later, ...leaf });
});

test("the original of a record given up is still sent when another record needs it", async () => {
  const inspection = await begun();
  const [first, second] = [await takePhoto(inspection), await takePhoto(inspection)];
  await noteReplies([{ op: first.op, rejection: { code: "body_invalid", isFinal: true } }]);
  await capture.withdrawOp(first.op, "重复");
  expect((await unsentBlobs(LI)).map(({ sha256 }) => sha256)).toEqual([second.sha256]);
});

test("a contested edit needs its author until somebody chose, and not a moment longer", async () => {
  const inspection = await begun();
  const { finding } = await capture.saveFinding({ inspection, description: "无护栏", place: "东侧" });
  const { op } = await capture.editFinding(finding, { place: "西侧" });
  await ruled("conflict", "field_contested", op);
  const plain = serverRow(`finding/${finding}`, { inspection, description: "无护栏" }, { finding: "draft" });
  const contested = { ...plain, fields: { ...plain.fields, place: { op, v: "西侧", others: [{ op: "e".repeat(64), v: "南侧" }] } } };
  await pulled([{ index: 50, row: contested }]);
  expect((await tally(LI)).attention).toBe(1);
  expect(await item(op)).toMatchObject({ status: "attention", reason: "field_contested", action: "mend" });
  const chosen = { ...contested, fields: { ...contested.fields, place: { op: "d".repeat(64), v: "西侧" } } };
  await pulled([{ index: 60, row: chosen }]);
  expect((await tally(LI)).attention).toBe(0);
  expect((await item(op)).status).toBe("verified");
});

test("a declined record stays with its author, with its words, until they took note", async () => {
  const inspection = await begun();
  const { op } = await capture.saveFinding({ inspection, description: "无护栏" });
  await ruled("refused", "declined", op);
  await pulled();
  expect((await tally(LI)).attention).toBe(1);
  expect(await item(op)).toMatchObject({ status: "attention", action: "withdraw", body: { description: "无护栏" } });
  await capture.withdrawOp(op, "知道了");
  expect((await tally(LI)).attention).toBe(0);
});

test("a document is never signed again unseen", async () => {
  const inspection = await begun();
  const rendering = await capture.renderRecord(inspection);
  const signatures = [{ signer: "officer" as const, name: "李一", person: LI, image: photoBytes(3) }];
  const { op } = await capture.refuseSignature(inspection, { rendering, signatures, reason: "不在场" });
  await ruled("refused", "stale_step", op);
  await expect(capture.mend(op)).rejects.toMatchObject({ code: "rendering_outdated" });
});

test("a mended photo record still has its original", async () => {
  const inspection = await begun();
  const taken = await takePhoto(inspection);
  await ruled("refused", "entity_unknown", taken.op);
  const { op } = await capture.mend(taken.op);
  expect((await opRecord(op))!.blobs).toEqual([taken.sha256]);
});

test("an original the server turned away can be sent once more", async () => {
  const taken = await takePhoto(await begun());
  await noteBlob(`${SPACE}-${taken.sha256}`, { problem: "not_an_image" });
  await ruled("applied", "");
  expect(await item(taken.op)).toMatchObject({ status: "attention", reason: "not_an_image", action: "resend" });
  expect(await unsentBlobs(LI)).toEqual([]);
  await resendOriginals(taken.op);
  expect((await unsentBlobs(LI)).map(({ sha256 }) => sha256)).toEqual([taken.sha256]);
  expect((await tally(LI)).attention).toBe(0);
});

test("a record the server turns away for now says why", async () => {
  const inspection = await begun();
  const { op } = await capture.saveFinding({ inspection, description: "无护栏" });
  await noteReplies([{ op, rejection: { code: "quota_exceeded", isFinal: false } }]);
  expect(await item(op)).toMatchObject({ status: "saved", reason: "quota_exceeded", action: "wait" });
});

test("of two tabs that find the chain over only one replaces it, and rulings of the old one are still asked for", async () => {
  const [old] = await chainsOf(LI);
  const made = await Promise.all([replaceChain(old!.chain, "phone"), replaceChain(old!.chain, "phone")]);
  expect(made[0]).toBe(made[1]);
  expect((await chainsOf(LI)).map(({ chain }) => chain)).toEqual([old!.chain, made[0]]);
});

test("everybody who recorded on this phone is listed with what only they can send", async () => {
  await begun();
  const { setAuthor, currentAuthor } = await import("../../src/store/identity.ts");
  const { ensureChainOf } = await import("../../src/store/chains.ts");
  await setAuthor({ ...(await currentAuthor())!, person: WANG, name: WANG, chain: "" });
  await ensureChainOf("test phone");
  expect((await peopleHere()).map(({ name, unsentOps }) => [name, unsentOps]).sort()).toEqual([["李一", 2], ["王二", 1]]);
});

test("a lane whose work throws comes back by itself", async () => {
  vi.useFakeTimers();
  let runs = 0;
  const lane = new Lane(async () => {
    runs += 1;
    if (runs === 1) throw new Error("the database was gone");
    return -1;
  });
  lane.within(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runs).toBe(2);
});

test.each([["text/html", "<html>portal</html>"], ["application/json", "{}"], ["application/json", "null"]])(
  "a portal's 401 (%s %s) signs nobody out", async (type, body) => {
    const portal = new Response(body, { status: 401, headers: { "Content-Type": type } });
    expect(await problemOf(portal)).toMatchObject({ code: "malformed_reply", status: 0 });
  });

test("setting the clock back opens no lock", async () => {
  await keepPin(LI, "314159");
  expect(await needsPin(LI)).toBe(false);
  pass(-60 * 60_000);
  expect(await needsPin(LI)).toBe(true);
});

test.each([
  ["Mozilla/5.0 (Linux; Android 13; V2162A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36", "Android Chrome"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 16_4 like Mac OS X) AppleWebKit/605.1.15 Version/16.4 Mobile/15E148 Safari/604.1", "iPhone Safari"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0", "Windows Edge"],
  ["something else", "未知设备"],
])("a device is called by the name people know: %s", (agent, name) => {
  expect(deviceName(agent)).toBe(name);
});
