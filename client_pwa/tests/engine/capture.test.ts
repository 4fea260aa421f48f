// A day's inspection on one phone: what the use-cases write and what the view then shows.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { base64url } from "../../src/protocol/bytes.ts";
import { readHeader, opId, verifyOp } from "../../src/protocol/ops.ts";
import { ensureChainOf } from "../../src/store/chains.ts";
import { setAuthor } from "../../src/store/identity.ts";
import { allOps, noteReplies, opRecord } from "../../src/store/ownops.ts";
import { dropOverlay } from "../../src/store/overlay.ts";
import { putPage } from "../../src/store/rowstore.ts";
import { ensureChain } from "../../src/sync/session.ts";
import { onDatabase } from "../../src/store/db.ts";
import * as store from "../../src/store/index.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, photoBytes, SPACE, WANG } from "./phone.ts";

beforeEach(() => freshPhone());

const beginAtQuarry = () => capture.beginOnSite({ enterprise: ENTERPRISE, reason: "群众举报", ...arrival });
const complete = { place: "东侧边坡", description: "安全出口堵塞", phrase: "p1" };
const signature = (seed: number) => ({ signer: "site_head" as const, name: "张厂长", image: photoBytes(seed, 200) });

test("ops form one chain whose ids, prev and signatures hold", async () => {
  const { inspection } = await beginAtQuarry();
  await capture.saveFinding({ inspection, ...complete });
  const ops = await allOps();
  const { publicKey } = (await onDatabase((db) => db.getAll("keys")))[0]!;
  expect(ops.map((op) => op.seq)).toEqual([0, 1, 2]);
  for (const [at, op] of ops.entries()) {
    expect(await opId(op.wire.header)).toBe(op.op);
    expect(await verifyOp(op.wire, { alg: "ES256", key: base64url(new Uint8Array(publicKey)) })).toBe(true);
    expect(readHeader(op.wire.header).prev).toBe(at === 0 ? "" : ops[at - 1]!.op);
  }
});

test("saving several things at once still gives one unbroken chain and distinct numbers", async () => {
  const { inspection } = await beginAtQuarry();
  const saved = await Promise.all([1, 2, 3, 4, 5].map(() => capture.saveFinding({ inspection, ...complete })));
  expect(saved.map((one) => one.number)).toEqual(["A1", "A2", "A3", "A4", "A5"]);
  expect((await allOps()).map((op) => op.seq)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("a finding depends on the op that created its inspection", async () => {
  const begun = await beginAtQuarry();
  const { op } = await capture.saveFinding({ inspection: begun.inspection, ...complete });
  expect(readHeader((await opRecord(op))!.wire.header).deps).toEqual([begun.op]);
});

test("a photo is stored byte for byte and shown on its finding", async () => {
  const { inspection } = await beginAtQuarry();
  const bytes = photoBytes(1, 50_001);
  const taken = await capture.addPhoto(bytes.slice(0), { inspection, purpose: "finding", source: "camera", mediaType: "image/jpeg" });
  const { finding } = await capture.saveFinding({ inspection, photos: [taken.photo] });
  expect(new Uint8Array((await store.original(taken.sha256))!.bytes)).toEqual(new Uint8Array(bytes));
  const view = (await store.inspection(inspection))!;
  expect(view.findings.map((one) => [one.id, one.number, one.photos])).toEqual([[finding, "A1", [taken.photo]]]);
  expect(view.loosePhotos).toEqual([]);
  expect(view.photos[0]).toMatchObject({ sha256: taken.sha256, sizeBytes: 50_001, verified: false });
});

test("loose photos are assigned and taken out again", async () => {
  const { inspection } = await beginAtQuarry();
  const { finding } = await capture.saveFinding({ inspection, ...complete });
  const taken = await capture.addPhoto(photoBytes(1), { inspection, purpose: "finding", source: "album", mediaType: "image/jpeg" });
  expect((await store.inspection(inspection))!.loosePhotos).toHaveLength(1);
  await capture.assignPhotos(finding, [taken.photo]);
  expect((await store.inspection(inspection))!.loosePhotos).toHaveLength(0);
  await capture.unassignPhotos(finding, [taken.photo]);
  expect((await store.finding(finding))!.photos).toEqual([]);
});

test("an edit names the version it replaces and nothing else changes", async () => {
  const { inspection } = await beginAtQuarry();
  const created = await capture.saveFinding({ inspection, ...complete });
  const { op } = await capture.editFinding(created.finding, { place: "西侧边坡", description: complete.description });
  const body = JSON.parse((await opRecord(op))!.wire.body) as { changes: unknown };
  expect(body.changes).toEqual([{ field: "place", value: "西侧边坡", replaces: [created.op] }]);
  expect(await store.finding(created.finding)).toMatchObject({ place: "西侧边坡", description: complete.description, contested: [] });
  await expect(capture.editFinding(created.finding, { place: "西侧边坡" })).rejects.toMatchObject({ code: "nothing_changed" });
});

test("what is missing is named, and a major hazard needs its criterion", async () => {
  const { inspection } = await beginAtQuarry();
  const { finding } = await capture.saveFinding({ inspection, description: "堵塞" });
  expect((await store.finding(finding))!.gaps).toEqual(["place", "basis"]);
  await capture.editFinding(finding, { place: "东侧" });
  await capture.classifyFinding(finding, { grade: "major", basis: { law: "某法", article: "第一条", version: "2021" } });
  expect((await store.finding(finding))!.gaps).toEqual(["criterion"]);
});

test("neither photo nor text is not a hazard", async () => {
  const { inspection } = await beginAtQuarry();
  await expect(capture.saveFinding({ inspection, description: "  " })).rejects.toMatchObject({ code: "body_invalid" });
  expect(await allOps()).toHaveLength(2);
});

test("an incomplete hazard blocks signing", async () => {
  const { inspection } = await beginAtQuarry();
  await capture.saveFinding({ inspection, description: "堵塞" });
  const rendering = await capture.renderRecord(inspection);
  await expect(capture.signInspection(inspection, { rendering, signatures: [signature(1)] })).rejects.toMatchObject({ code: "finding_incomplete" });
});

test("signing binds the very rendering shown, and refuses one that has aged", async () => {
  const { inspection } = await beginAtQuarry();
  const { finding } = await capture.saveFinding({ inspection, ...complete });
  const shown = await capture.renderRecord(inspection);
  await capture.editFinding(finding, { place: "西侧" });
  const signatures = [signature(1)];
  await expect(capture.signInspection(inspection, { rendering: shown, signatures })).rejects.toMatchObject({ code: "rendering_outdated" });
  const rendering = await capture.renderRecord(inspection);
  await capture.signInspection(inspection, { rendering, signatures });
  const view = (await store.inspection(inspection))!;
  expect([view.state, view.findings[0]!.state, view.findings[0]!.recorded]).toEqual(["signed", "confirmed", true]);
  const kept = await store.original(rendering.sha256);
  expect(new TextDecoder().decode(kept!.bytes)).toBe(rendering.html);
});

test("a rendering carries no script and no markup from what people typed", async () => {
  const { inspection } = await beginAtQuarry();
  await capture.saveFinding({ inspection, ...complete, description: "<script>alert(1)</script>\n第二行" });
  const { html } = await capture.renderRecord(inspection);
  expect(html).not.toContain("<script");
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;<br>第二行");
  for (const word of ["虚构石料厂", "李一", "YN-person-wang", "A1", "检查时间"]) expect(html).toContain(word);
});

test("a hazard recorded after signing is not in the record until a supplement", async () => {
  const { inspection } = await beginAtQuarry();
  await capture.signInspection(inspection, { rendering: await capture.renderRecord(inspection), signatures: [signature(1)] });
  const late = await capture.saveFinding({ inspection, ...complete });
  expect((await store.inspection(inspection))!.unrecorded).toEqual([late.finding]);
  await capture.signSupplement(inspection, { rendering: await capture.renderRecord(inspection, true), signatures: [signature(2)] });
  expect((await store.inspection(inspection))!.unrecorded).toEqual([]);
});

test("order, reinspection fail, order again, pass", async () => {
  const { inspection } = await beginAtQuarry();
  const { finding } = await capture.saveFinding({ inspection, ...complete });
  await capture.signInspection(inspection, { rendering: await capture.renderRecord(inspection), signatures: [signature(1)] });
  const orderUntil = async (deadline: string) => {
    const items = [{ finding, requirement: "清理出口", deadline }];
    return capture.issueOrder(inspection, { items, rendering: await capture.renderOrder(inspection, items), signatures: [] });
  };
  await expect(orderUntil("2026-11-22")).rejects.toMatchObject({ code: "deadline_before_order" });
  await orderUntil("2026-11-30");
  expect(await store.finding(finding)).toMatchObject({ state: "ordered", deadline: "2026-11-30", overdue: false });
  const { photo } = await capture.addPhoto(photoBytes(9), { inspection, purpose: "reinspection", source: "camera", mediaType: "image/jpeg" });
  const result = { officers: [LI, WANG], photos: [photo] };
  await capture.recordReinspection(finding, { ...result, result: "fail" });
  await orderUntil("2026-12-10");
  await capture.recordReinspection(finding, { ...result, result: "pass" });
  expect(await store.finding(finding)).toMatchObject({ state: "passed", afterPhotos: [photo] });
  expect((await store.reinspectionsOf(finding)).map((one) => one.result)).toEqual(["fail", "pass"]);
});

test("a step the phone knows to be illegal is refused before it is saved", async () => {
  const { inspection } = await beginAtQuarry();
  const { finding } = await capture.saveFinding({ inspection, ...complete });
  const before = (await allOps()).length;
  await expect(capture.closeFinding(finding)).rejects.toMatchObject({ code: "role_forbidden" });
  await expect(capture.fixOnSpot(finding, { note: "已清理", photos: [] })).rejects.toMatchObject({ code: "illegal_step" });
  expect(await allOps()).toHaveLength(before);
});

test("the recorder's clip runs from on to off", async () => {
  const { inspection } = await beginAtQuarry();
  await capture.recorderOn(inspection, "DSJ-7");
  await capture.recorderOff(inspection);
  const { clips } = (await store.inspection(inspection))!;
  expect(clips).toHaveLength(1);
  expect(clips[0]).toMatchObject({ camera: "DSJ-7", officer: LI });
  expect(clips[0]!.stoppedAtMs).toBeGreaterThan(0);
});

test("the record names when the recorder ran, also when it was switched on after the arrival", async () => {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "群众举报", ...arrival, recorderOn: false });
  const without = (await capture.renderRecord(inspection)).html;
  expect(without).toContain("<dt>执法记录仪到场时已开启</dt><dd>否</dd>");
  expect(without).toContain("<dt>执法记录仪录制时段</dt><dd>无</dd>");
  pass(5 * 60_000);
  await capture.recorderOn(inspection, "DSJ-7");
  expect((await capture.renderRecord(inspection)).html).toContain("<dd>DSJ-7：12时05分起，制作本记录时仍在录制</dd>");
  pass(30 * 60_000);
  await capture.recorderOff(inspection);
  await capture.recorderOn(inspection, " ");
  expect((await capture.renderRecord(inspection)).html).toContain("<dd>DSJ-7：12时05分至12时35分；未填编号：12时35分起，制作本记录时仍在录制</dd>");
});

test("no conclusion that contradicts what was recorded", async () => {
  const { inspection } = await beginAtQuarry();
  const offered = async () => capture.conclusionsFor((await store.inspection(inspection))!);
  expect(await offered()).toEqual(["no_problem", "case"]);
  const first = await capture.saveFinding({ inspection, ...complete });
  const second = await capture.saveFinding({ inspection, ...complete });
  expect(await offered()).toEqual(["case"]);
  await capture.signInspection(inspection, { rendering: await capture.renderRecord(inspection), signatures: [signature(1)] });
  await capture.takeMeasures(first.finding, "停止作业");
  expect(await offered()).toEqual(["measures", "case"]);
  const items = [{ finding: second.finding, requirement: "清理", deadline: "2026-12-01" }];
  await capture.issueOrder(inspection, { rendering: await capture.renderOrder(inspection, items), signatures: [], items });
  const view = (await store.inspection(inspection))!;
  expect(capture.conclusionsFor(view)).toEqual(["order", "measures", "case"]);
  expect(capture.untreatedFindings(view)).toEqual([]);
  const before = (await allOps()).length;
  await expect(capture.concludeInspection(inspection, "no_problem")).rejects.toMatchObject({ code: "conclusion_contradicts" });
  expect(await allOps()).toHaveLength(before);
  await capture.concludeInspection(inspection, "order");
  expect((await store.inspection(inspection))!.state).toBe("concluded");
});

test("a withdrawn op is no longer folded into the view but stays in the store", async () => {
  const { inspection } = await beginAtQuarry();
  const { op, finding } = await capture.saveFinding({ inspection, ...complete });
  await capture.withdrawOp(op, "记错了");
  expect(await store.finding(finding)).toBeUndefined();
  expect((await opRecord(op))!.replacedBy).toBeTruthy();
});

const refused = (op: string, code: string) =>
  noteReplies([{ op, receipt: { index: 50, leaf: "{}", origin: "o" }, ruling: { index: 50, outcome: "refused", code, flags: [], cause: "" } }]);

test("mending makes a new op that names the refused one and keeps the ids", async () => {
  const { inspection } = await beginAtQuarry();
  const { op, finding } = await capture.saveFinding({ inspection, ...complete });
  await refused(op, "officer_not_listed");
  expect(await store.finding(finding)).toBeUndefined();
  const mended = await capture.mend(op, { place: "西侧" });
  const header = readHeader((await opRecord(mended.op))!.wire.header);
  expect([header.mends, header.deps.includes(op)]).toEqual([op, false]);
  expect(await store.finding(finding)).toMatchObject({ place: "西侧", number: "A1" });
  expect((await opRecord(op))!.replacedBy).toBe(mended.op);
});

test("mending a stale step takes the state as it is now", async () => {
  const { inspection, op: begun } = await beginAtQuarry();
  const paused = await capture.pauseInspection(inspection, "午休");
  await refused(paused.op, "stale_step");
  const mended = await capture.mend(paused.op);
  expect(JSON.parse((await opRecord(mended.op))!.wire.body)).toMatchObject({ base: begun, from: "in_progress", reason: "午休" });
  expect((await store.inspection(inspection))!.state).toBe("paused");
});

test("another person's op on this phone is neither mended nor withdrawn", async () => {
  const { op } = await beginAtQuarry();
  const author = (await store.currentAuthor())!;
  await setAuthor({ ...author, person: WANG, chain: "" });
  await ensureChainOf("test phone");
  await expect(capture.mend(op)).rejects.toMatchObject({ code: "not_own_op" });
  await expect(capture.withdrawOp(op, "x")).rejects.toMatchObject({ code: "not_own_op" });
});

test("two people on one phone have two chains", async () => {
  await beginAtQuarry();
  const author = (await store.currentAuthor())!;
  await setAuthor({ ...author, person: WANG, chain: "" });
  const second = await ensureChainOf("test phone");
  expect(second).not.toBe(author.chain);
  expect((await allOps()).filter((one) => one.chain === second).map((one) => [one.seq, one.person])).toEqual([[0, WANG]]);
});

test("after a revocation new records go to a new chain that names the old one, and the old ones stay", async () => {
  const { inspection } = await beginAtQuarry();
  const old = (await store.currentAuthor())!.chain;
  const row = (await store.viewed(`chain/${old}`))!.row;
  const revoked = { ...row, states: { chain: { ...row.states["chain"]!, s: "revoked", op: "d".repeat(64), step: "revoke" } } };
  await putPage([{ index: 80, row: revoked }], { space: SPACE, afterIndex: 80, afterEntity: "~", completeThrough: 81, pulledAtMs: 0 });
  dropOverlay();
  const fresh = await ensureChain();
  expect([fresh === old, await ensureChain()]).toEqual([false, fresh]);
  const { op } = await capture.saveFinding({ inspection, ...complete });
  expect((await opRecord(op))!.chain).toBe(fresh);
  const enrolment = JSON.parse((await opRecord(fresh))!.wire.body);
  expect(enrolment.predecessor).toBe(old);
  expect((await allOps()).filter((one) => one.chain === old)).toHaveLength(2);
});
