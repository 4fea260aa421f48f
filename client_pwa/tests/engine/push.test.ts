// Sending: batches, halving, and what each answer means for a record. No server of ours is imitated;
// only the decisions on replies are tested here.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { backoffMs } from "../../src/sync/backoff.ts";
import { batchesOf, isAboutContent, type PushReply, readReply, replyOf, sendHalving } from "../../src/sync/push.ts";
import { readPage } from "../../src/sync/pages.ts";
import { ApiError } from "../../src/sync/types.ts";
import { allOps, noteReplies, openOps } from "../../src/store/ownops.ts";
import { itemOf } from "../../src/sync/outbox.ts";
import { tally } from "../../src/sync/tally.ts";
import type { OpRecord } from "../../src/store/schema.ts";
import { dropOldOriginals } from "../../src/store/retention.ts";
import { arrival, ENTERPRISE, freshPhone, LI, NOON_MS, photoBytes, serverRow } from "./phone.ts";
import { putPage } from "../../src/store/rowstore.ts";
import { settleAgainstCursors } from "../../src/store/ownops.ts";
import { settleBlobs } from "../../src/store/blobs.ts";
import { noteProved } from "../../src/store/ownops.ts";
import { SPACE } from "./phone.ts";

beforeEach(() => freshPhone());

const ruling = (index: number, outcome: "applied" | "refused" | "waiting" = "applied", code = "") => ({ index, outcome, code, flags: [], cause: "" });
const admitted = (op: string, index: number) => ({ op, status: "admitted" as const, receipt: { index, leaf: "{}", origin: "liuhen/test/1" }, ruling: ruling(index) });
const reply = (ops: readonly OpRecord[]): PushReply => ({ checkpoint: "note", items: ops.map(({ op }, at) => admitted(op, at)) });

async function someOps(count: number): Promise<OpRecord[]> {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  for (let at = 0; at < count; at++) await capture.saveFinding({ inspection, description: `隐患${at}` });
  return allOps();
}

test("batches keep the order and the limits", async () => {
  const ops = await someOps(5);
  expect(batchesOf(ops, 3).map((batch) => batch.map((op) => op.seq))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  expect(batchesOf(ops, 100, 1).map((batch) => batch.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
});

test("one bad record in a batch is found by halving and the others are sent once", async () => {
  const ops = await someOps(7);
  const bad = ops[5]!.op;
  const taken: string[] = [];
  const { replies } = await sendHalving(ops, async (some) => {
    if (some.some(({ op }) => op === bad)) throw new ApiError("too_large", 413);
    taken.push(...some.map(({ op }) => op));
    return reply(some);
  });
  expect(taken).toEqual(ops.map(({ op }) => op).filter((op) => op !== bad));
  expect(replies.find(({ op }) => op === bad)!.rejection).toEqual({ code: "too_large", isFinal: true });
});

test("a record whose bytes were damaged on the way is kept for another try, not given up", async () => {
  const [one] = await someOps(1);
  const { replies } = await sendHalving([one!], async () => { throw new ApiError("malformed_json", 400); });
  expect(replies).toEqual([{ op: one!.op, rejection: { code: "malformed_json", isFinal: false } }]);
});

test.each([["network", 0], ["session_expired", 401], ["too_many", 429], ["unavailable", 503], ["malformed_reply", 400]])(
  "a batch is not halved because of %s", async (code, status) => {
    const ops = await someOps(2);
    let calls = 0;
    const sending = sendHalving(ops, async () => { calls += 1; throw new ApiError(code, status); });
    await expect(sending).rejects.toMatchObject({ code });
    expect([calls, isAboutContent(new ApiError(code, status))]).toEqual([1, false]);
  });

test("a reply that does not answer what was sent is no answer at all", async () => {
  const ops = await someOps(2);
  const good = reply(ops);
  expect(readReply(good, ops)).toHaveLength(4);
  for (const damaged of [
    "<html>portal</html>", {}, { ...good, items: good.items.slice(1) }, { ...good, items: [...good.items].reverse() },
    { ...good, checkpoint: undefined }, { ...good, items: good.items.map((item) => ({ ...item, receipt: undefined })) },
  ]) {
    expect(() => readReply(damaged as unknown as PushReply, ops)).toThrow(ApiError);
  }
});

test.each([["signature_invalid", false], ["quota_exceeded", false], ["chain_unknown", false], ["body_invalid", true], ["kind_unknown", true], ["never_heard_of", false]])(
  "a rejection %s is final: %s", (code, isFinal) => {
    expect(replyOf("a", { status: "rejected", code }).rejection).toEqual({ code, isFinal });
  });

test("a rejection tried again keeps the record unsent; a receipt is never lost to a later rejection", async () => {
  const [op] = await someOps(0);
  await noteReplies([{ op: op!.op, rejection: { code: "signature_invalid", isFinal: false } }]);
  expect((await openOps())[0]).toMatchObject({ sending: "unsent", tries: 1, rejection: { code: "signature_invalid" } });
  await noteReplies([replyOf(op!.op, admitted(op!.op, 3))]);
  await noteReplies([{ op: op!.op, rejection: { code: "body_invalid", isFinal: true } }]);
  expect((await openOps())[0]).toMatchObject({ sending: "admitted", receipt: { index: 3 } });
});

test("an item goes from saved to received to verified, and only with every original verified", async () => {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const taken = await capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" });
  const one = async () => {
    const { outboxWith } = await import("../../src/sync/outbox.ts");
    return (await outboxWith([])).find(({ op }) => op === taken.op)!.status;
  };
  expect(await one()).toBe("saved");
  const ops = await allOps();
  await noteReplies(ops.map(({ op }, at) => replyOf(op, admitted(op, 10 + at))));
  expect(await one()).toBe("received");
  await noteProved(ops.map(({ op }) => op));
  expect(await one()).toBe("received");
  expect((await tally(LI)).allDone).toBe(false);
  expect(await dropOldOriginals(NOON_MS + 400 * 86_400_000, 30)).toBe(0);
  const blob = serverRow(`blob/${SPACE}-${taken.sha256}`, { sha256: taken.sha256 });
  await putPage([{ index: 20, row: blob }], { space: SPACE, afterIndex: 20, afterEntity: "~", completeThrough: 21, pulledAtMs: 0 });
  await settleAgainstCursors();
  await settleBlobs();
  expect([await one(), (await tally(LI)).allDone]).toEqual(["verified", true]);
  expect(await dropOldOriginals(NOON_MS + 29 * 86_400_000, 30)).toBe(0);
  expect(await dropOldOriginals(NOON_MS + 31 * 86_400_000, 30)).toBe(1);
});

test("a refused record needs its author and says which action", async () => {
  const [op] = await someOps(0);
  const record = { ...op!, sending: "proved" as const, ruling: ruling(4, "refused", "stale_step") };
  expect(itemOf(record, [], [])).toMatchObject({ status: "attention", reason: "stale_step", action: "mend" });
});

test("a page of another space or form is not stored", () => {
  const row = serverRow("enterprise/e", {});
  expect(readPage({ complete_through: 5, rows: [{ index: 1, row }] }, SPACE).rows).toHaveLength(1);
  expect(() => readPage({ complete_through: 5, rows: [{ index: 1, row }] }, "530903")).toThrow(ApiError);
  expect(() => readPage({ rows: [] } as never, SPACE)).toThrow(ApiError);
});

test("waits double up to five minutes, jittered, and never less than the server asks for", () => {
  expect([1, 2, 3].map((failures) => backoffMs(failures, 0.999))).toEqual([1999, 3998, 7996]);
  expect([backoffMs(1, 0), backoffMs(40, 0), backoffMs(40, 0.999)]).toEqual([1000, 150_000, 299_850]);
  expect(backoffMs(1, 0, 60_000)).toBe(60_000);
});
