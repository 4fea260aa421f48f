// A person is moved to another bureau, or their phone ended, while work is unsent: rows go, own work stays, and all of it
// comes to its end although the old bureau's rows can no longer be read.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { readBody } from "../../src/protocol/upcast.ts";
import { blobRecord, noteBlob, settleBlobs } from "../../src/store/blobs.ts";
import { chainOf } from "../../src/store/chains.ts";
import { nowMs } from "../../src/store/clock.ts";
import { allOps, noteProved, noteReplies, opRecord, settleAgainstCursors } from "../../src/store/ownops.ts";
import { cursorOf, putPage, rowsOfKind, serverRow } from "../../src/store/rowstore.ts";
import { viewed } from "../../src/store/view.ts";
import { pull } from "../../src/sync/pull.ts";
import { ensureChain, keepPerson } from "../../src/sync/session.ts";
import { tally } from "../../src/sync/tally.ts";
import { unsentBlobs } from "../../src/sync/uploads.ts";
import { arrival, ENTERPRISE, freshPhone, LI, photoBytes, SPACE } from "./phone.ts";
import { serve, signIn } from "./service.ts";
import { askVerified } from "../../src/sync/originals.ts";

const OTHER = "530921";
const moved = { id: LI, name: LI, role: "inspector" as const, bureau: OTHER, spaces: [OTHER] };

let finding = "";
let sha256 = "";
beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  ({ finding } = await capture.saveFinding({ inspection, description: "护栏缺失" }));
  ({ sha256 } = await capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" }));
});

async function ruled(outcome: "applied" | "refused", code = ""): Promise<void> {
  const ops = await allOps();
  await noteReplies(ops.map(({ op }, at) => ({
    op, receipt: { index: 20 + at, leaf: "{}", origin: "liuhen/test/1" }, ruling: { index: 20 + at, outcome, code, flags: [], cause: "" },
  })));
  await noteProved(ops.map(({ op }) => op));
}

test("the old bureau's rows leave the phone; every own record, original and its author's name stay", async () => {
  const before = await allOps();
  await keepPerson(moved, "test");
  expect(await cursorOf(SPACE)).toBeUndefined();
  expect((await rowsOfKind("enterprise")).length).toBe(0);
  expect(await allOps()).toEqual(before);
  expect(before.every(({ person, sending }) => person === LI && sending === "unsent")).toBe(true);
  expect((await unsentBlobs(LI)).map((blob) => blob.sha256)).toEqual([sha256]);
  expect((await viewed(`finding/${finding}`))?.pending.length).toBeGreaterThan(0);
});

test("once all is proved and uploaded it is done, although no row of the old bureau says so any more", async () => {
  await keepPerson(moved, "test");
  await putPage([], { space: OTHER, afterIndex: 99, afterEntity: "~", completeThrough: 100, pulledAtMs: nowMs() });
  await ruled("applied");
  await settleBlobs();
  expect(await tally(LI)).toMatchObject({ allDone: false }); // the photo is still here only
  await noteBlob(`${SPACE}-${sha256}`, { state: "sent", sentAtMs: nowMs() });
  await settleBlobs();
  expect(await blobRecord(`${SPACE}-${sha256}`)).toMatchObject({ state: "sent" }); // an answered upload is not the log's word
  const { chain } = (await chainOf(LI))!;
  const asked = await serve({ [`POST /chains/${chain}/originals`]: () => ({ json: { verified: [sha256] } }) });
  await askVerified([OTHER], LI);
  expect(asked.map(({ json }) => json)).toEqual([{ space: SPACE, sha256: [sha256] }]);
  await settleAgainstCursors();
  expect(await blobRecord(`${SPACE}-${sha256}`)).toMatchObject({ state: "verified" });
  expect(await tally(LI)).toMatchObject({ unsentOps: 0, unsentBytes: 0, allDone: true });
  expect((await allOps()).every(({ pending, open }) => pending === 0 && open === 0)).toBe(true);
});

test("while the space is still read, only its own row says that an original is verified", async () => {
  await noteBlob(`${SPACE}-${sha256}`, { state: "sent", sentAtMs: nowMs() });
  await settleBlobs();
  expect(await blobRecord(`${SPACE}-${sha256}`)).toMatchObject({ state: "sent" });
});

test("who was moved before their enrolment arrived is enrolled anew where they are now, and has nothing to mend", async () => {
  const old = (await chainOf(LI))!.chain;
  await ruled("refused", "space_forbidden");
  expect(await ensureChain()).toBe(old); // it would only be turned down again
  await keepPerson(moved, "test");
  const fresh = await ensureChain();
  expect(fresh).not.toBe(old);
  const [before, now] = [await opRecord(old), await opRecord(fresh)];
  expect(now).toMatchObject({ kind: "chain.enrol", space: OTHER, seq: 0, sending: "unsent" });
  expect(readBody(now!.wire)).not.toHaveProperty("predecessor"); // the log knows of none
  expect(before).toMatchObject({ replacedBy: fresh });
  expect(await ensureChain()).toBe(fresh);
  expect(await capture.mend(old)).toEqual({ op: fresh });
});

for (const code of ["chain_revoked", "chain_revoked_unseen"]) {
  test(`a ruling that says ${code} ends the chain for new records, also where its row can't be read`, async () => {
    const old = (await chainOf(LI))!.chain;
    await keepPerson(moved, "test");
    await ruled("refused", code);
    const fresh = await ensureChain();
    expect(fresh).not.toBe(old);
    expect((await chainOf(LI))!).toMatchObject({ chain: fresh, generation: 2 });
    expect((await allOps()).filter(({ chain }) => chain === old).length).toBeGreaterThan(0);
  });
}

test("a row that left the space goes from the phone; what was recorded on it, and its photo, stay and are sent", async () => {
  const row = { ...(await viewed(`finding/${finding}`))!.row, space: SPACE };
  const cursor = { space: SPACE, afterEntity: "~", pulledAtMs: nowMs() };
  await putPage([{ index: 10, row }], { ...cursor, afterIndex: 10, completeThrough: 11 });
  const before = await allOps();
  await putPage([{ index: 12, left: `finding/${finding}` }], { ...cursor, afterIndex: 12, completeThrough: 13 });
  expect(await serverRow(`finding/${finding}`)).toBeUndefined();
  expect(await allOps()).toEqual(before);
  expect((await unsentBlobs(LI)).map((blob) => blob.sha256)).toEqual([sha256]);
});

test("a row that another space has brought since, or that came back, stays", async () => {
  const row = (await viewed(`finding/${finding}`))!.row;
  const cursor = { afterEntity: "~", pulledAtMs: nowMs() };
  await putPage([{ index: 12, row: { ...row, space: OTHER } }], { ...cursor, space: OTHER, afterIndex: 12, completeThrough: 13 });
  await putPage([{ index: 12, left: row.entity }], { ...cursor, space: SPACE, afterIndex: 12, completeThrough: 13 });
  expect((await serverRow(row.entity))?.space).toBe(OTHER);
  const page = [{ index: 14, left: row.entity }, { index: 15, row: { ...row, space: OTHER } }];
  await putPage(page, { ...cursor, space: OTHER, afterIndex: 15, completeThrough: 16 });
  expect((await serverRow(row.entity))?.space).toBe(OTHER);
});

test("a snapshot that can no longer tell what left makes the phone begin anew", async () => {
  await putPage([], { space: SPACE, afterIndex: 5, afterEntity: "", completeThrough: 0, pulledAtMs: nowMs() });
  const manifest = { json: { complete_through: 20, forgotten: 9, parts: [] } };
  const asked = await serve({
    [`GET /spaces/${SPACE}/snapshot`]: () => manifest,
    [`GET /spaces/${SPACE}/rows`]: () => ({ json: { complete_through: 20, rows: [] } }),
  });
  await pull([SPACE], LI);
  const pages = asked.filter(({ path }) => path.endsWith("/rows"));
  expect(pages.map(({ query }) => query.get("after_index"))).toEqual([null]);
  expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: 20 });
});
