// What a phone says it holds, when it says so, and the certificate that ends with the next record.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { allOps, giveUp, noteReplies } from "../../src/store/ownops.ts";
import { noteBlob } from "../../src/store/blobs.ts";
import { chainOf } from "../../src/store/chains.ts";
import { drainCertificate, tellInventory } from "../../src/sync/inventory.ts";
import { clockOffMinutes, openDevices, rangesText } from "../../src/supervise/model/devices.ts";
import type { DeviceReply } from "../../src/sync/index.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, photoBytes, SPACE } from "./phone.ts";
import { type Answer, type Asked, hangUp, serve, signIn } from "./service.ts";

interface Told {
  readonly head_seq: number;
  readonly head_op: string;
  readonly unsent_ops: number;
  readonly given_up: readonly number[];
  readonly originals: readonly { readonly sha256: string }[];
  readonly originals_bytes: number;
}
let told: Told[] = [];
let reply: Answer | undefined;

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
  told = [];
  reply = undefined;
  const { chain } = (await chainOf(LI))!;
  const answer = ({ json }: Asked): Answer => {
    told.push(json as Told);
    const { head_op, unsent_ops, originals } = json as Told;
    const drained = unsent_ops + originals.length === 0;
    return reply ?? { json: { drained, head_op, gaps: [], drained_at_ms: drained ? 77 : 0 } };
  };
  await serve({ [`PUT /chains/${chain}/inventory`]: answer });
});
afterEach(hangUp);

const tell = async (): Promise<number> => {
  await tellInventory(LI);
  return told.length;
};
async function admit(): Promise<void> {
  const open = (await allOps()).filter(({ receipt, replacedBy }) => !receipt && !replacedBy);
  await noteReplies(open.map(({ op, seq }) => ({ op, receipt: { index: 100 + seq, leaf: "{}", origin: "o" }, ruling: { index: 100 + seq, outcome: "applied", code: "", flags: [], cause: "" } })));
}

test("before its enrolment has arrived a phone says nothing; then its head, what is unsent and every original", async () => {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  expect(await tell()).toBe(0);
  await admit();
  await capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" });
  expect(await tell()).toBe(1);
  const { headSeq, headOp } = (await chainOf(LI))!;
  expect(told[0]).toMatchObject({ head_seq: headSeq, head_op: headOp, unsent_ops: 1, given_up: [], originals_bytes: 1000 });
  expect(told[0]!.originals).toHaveLength(1);
  expect(await drainCertificate()).toBeUndefined();
});

test("while things move it is told once a minute, at once when all is in, and every ten minutes when nothing changes", async () => {
  await admit();
  expect(await tell()).toBe(1); // clear from the beginning
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const { sha256 } = await capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" });
  expect(await tell()).toBe(1);
  pass(60_000);
  expect(await tell()).toBe(2);
  await admit();
  expect(await tell()).toBe(2);
  await noteBlob(`${SPACE}-${sha256}`, { state: "verified" });
  expect(await tell()).toBe(3);
  expect(await tell()).toBe(3);
  pass(10 * 60_000);
  expect(await tell()).toBe(4);
});

test("the certificate is about one head: the next record ends it, and a word about another head is none", async () => {
  await admit();
  await tell();
  const { headOp } = (await chainOf(LI))!;
  expect(await drainCertificate()).toEqual({ headSeq: 0, headOp, atMs: 77 });
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  expect(await drainCertificate()).toBeUndefined();
  await admit();
  reply = { json: { drained: true, head_op: headOp, gaps: [], drained_at_ms: 99 } };
  await tell();
  expect(await drainCertificate()).toBeUndefined();
});

test("records that were given up are named once the service misses them", async () => {
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const last = (await allOps()).at(-1)!;
  await noteReplies([{ op: last.op, rejection: { code: "body_invalid", isFinal: true } }]);
  await giveUp(last.op);
  await admit();
  reply = { json: { drained: false, head_op: "", gaps: [[last.seq, last.seq]], drained_at_ms: 0 } };
  await tell();
  expect(told.at(-1)!.given_up).toEqual([]);
  await tell();
  expect(told.at(-1)!).toMatchObject({ given_up: [last.seq], unsent_ops: 0 });
});

test("a service that knows no inventories holds up nothing; a broken link does", async () => {
  await admit();
  reply = { status: 405, code: "method_not_allowed" };
  await expect(tellInventory(LI)).resolves.toBeUndefined();
  await hangUp();
  await serve({});
  await expect(tellInventory(LI)).resolves.toBeUndefined();
  await hangUp();
  await expect(tellInventory(LI)).rejects.toMatchObject({ code: "network" });
});

test("the desk lists the fullest phone first and leaves out what was handed in or never used", () => {
  const device = (chain: string, more: Partial<DeviceReply>): DeviceReply => ({
    chain, person: LI, device: "", state: "active", head_seq: 0, head_op: "", gaps: [], originals_out: 0, last_op_at_ms: 0, drained: false, drained_at_ms: 0, ...more,
  });
  const report = { head_seq: 0, head_op: "", unsent_ops: 2, originals: 0, originals_bytes: 0, device_ms: 0, reported_at_ms: 0 };
  const devices = [device("drained", { drained: true, report }), device("silent", {}), device("two", { report }), device("gap", { gaps: [[3, 9]] }), device("settling", { report: { ...report, unsent_ops: 0 } })];
  expect(openDevices(devices).map(({ chain }) => chain)).toEqual(["gap", "two", "settling"]);
  expect(rangesText([[3, 3], [5, 7]])).toBe("3, 5–7");
  expect([0, 119_000, -130_000, 3_600_000].map((device_ms) => clockOffMinutes({ device_ms, reported_at_ms: 0 }))).toEqual([0, 0, -2, 60]);
});

test("a box on the way that lets no report pass holds no record back; a dead link does", async () => {
  await admit();
  for (const answer of [{ text: "<h1>501 Unsupported method</h1>" }, { status: 503, code: "unavailable" }]) {
    reply = answer;
    await expect(tellInventory(LI)).resolves.toBeUndefined();
  }
  expect(told).toHaveLength(2);
  expect(await drainCertificate()).toBeUndefined();
  await hangUp();
  await expect(tellInventory(LI)).rejects.toMatchObject({ code: "network" });
});
