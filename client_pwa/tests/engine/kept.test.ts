// What a phone keeps whatever happens, and what it does not call done: each of these is something other products lost.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { readHeader } from "../../src/protocol/ops.ts";
import type { Row, Ruling, WireOp } from "../../src/protocol/rows.ts";
import { save, takePen, write } from "../../src/store/append.ts";
import { storedBytes } from "../../src/store/blobs.ts";
import { ensureChainOf } from "../../src/store/chains.ts";
import { currentAuthor, setAuthor } from "../../src/store/identity.ts";
import { allOps, noteProved, noteReplies, opRecord } from "../../src/store/ownops.ts";
import { cursorOf, putPage } from "../../src/store/rowstore.ts";
import { itemStatusWith } from "../../src/sync/outbox.ts";
import { push } from "../../src/sync/push.ts";
import { fetchRulings } from "../../src/sync/rulings.ts";
import { keepPerson, logout } from "../../src/sync/session.ts";
import { tally } from "../../src/sync/tally.ts";
import { sessionRecord } from "../../src/sync/tokens.ts";
import { unsentBlobs } from "../../src/sync/uploads.ts";
import { prove } from "../../src/sync/proofs.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, photoBytes, serverRow, SPACE, WANG } from "./phone.ts";
import { type Asked, hangUp, personOf, serve, signIn } from "./service.ts";

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
});
afterEach(hangUp);

const begun = async (): Promise<string> => (await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival })).inspection;
const takePhoto = (inspection: string) =>
  capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" });
const applied = (index: number): Ruling => ({ index, outcome: "applied", code: "", flags: [], cause: "" });

async function admitted(): Promise<string[]> {
  const ops = (await allOps()).map(({ op }) => op);
  await noteReplies(ops.map((op, at) => ({ op, receipt: { index: 10 + at, leaf: "{}", origin: "liuhen/test/1" }, ruling: applied(10 + at) })));
  return ops;
}

test("nothing is done before every receipt is proved", async () => {
  await begun();
  expect((await tally(LI)).allDone).toBe(false);
  const ops = await admitted();
  const status = async () => (await itemStatusWith(ops.at(-1)!, []))!.status;
  expect([await status(), (await tally(LI)).allDone]).toEqual(["received", false]);
  await noteProved(ops.slice(0, -1));
  expect([await status(), (await tally(LI)).allDone]).toEqual(["received", false]);
  await noteProved(ops);
  expect([await status(), (await tally(LI)).allDone]).toEqual(["verified", true]);
});

test("a receipt that is not in the log's tree proves nothing", async () => {
  await begun();
  await admitted();
  await serve(Object.fromEntries([10, 11].map((index) => [`GET /log/proof/${index}`, () => ({ json: { hashes: [] } })])));
  const tree = { origin: "liuhen/test/1", size: 20, root: "01".repeat(32), note: "" };
  await expect(prove(LI, tree)).rejects.toMatchObject({ code: "proof_invalid" });
  expect((await allOps()).map(({ sending }) => sending)).toEqual(["admitted", "admitted"]);
});

async function becomes(id: string): Promise<void> {
  await setAuthor({ ...(await currentAuthor())!, person: id, name: id, chain: "" });
  await ensureChainOf("test phone");
  await signIn(id);
}
const headersOf = ({ json }: Asked) => (json as WireOp[]).map(({ header }) => readHeader(header));

test("each person's records go out in their own session and no other", async () => {
  await begun();
  await becomes(WANG);
  await begun();
  const asked = await serve({ "POST /ops": () => undefined });
  await expect(push(WANG)).rejects.toMatchObject({ code: "network" });
  expect(asked.map(({ token }) => token)).toEqual([WANG]);
  const chains = new Map((await allOps()).map(({ op, person }) => [op, person]));
  const pushed = headersOf(asked[0]!);
  expect(pushed.map(({ seq }) => seq)).toEqual([0, 1]);
  expect(pushed.slice(1).map(({ chain }) => chains.get(chain))).toEqual([WANG]);
});

test("signing out takes no record and no original with it", async () => {
  await takePhoto(await begun());
  const [ops, blobs] = [await allOps(), await unsentBlobs(LI)];
  await serve({});
  await logout();
  expect(await sessionRecord()).toBeUndefined();
  expect([await allOps(), await unsentBlobs(LI)]).toEqual([ops, blobs]);
  expect(await storedBytes(blobs[0]!.sha256)).toEqual(photoBytes(1));
});

test("a login that ended pauses sending: who it was stays, and what they recorded", async () => {
  await begun();
  const before = await allOps();
  pass(2 * 86_400_000);
  await serve({ "POST /session/refresh": () => ({ status: 401, code: "session_expired" }) });
  await expect(push(LI)).rejects.toMatchObject({ code: "session_expired" });
  expect(await sessionRecord()).toMatchObject({ person: LI, needsLogin: true });
  expect((await currentAuthor())!.person).toBe(LI);
  expect(await allOps()).toEqual(before);
  await expect(begun()).resolves.toBeTruthy(); // and it goes on
});

test("another role or county takes rows off the phone, and nothing a person recorded", async () => {
  await takePhoto(await begun());
  const before = [await allOps(), await unsentBlobs(LI)];
  await keepPerson({ ...personOf(LI), bureau: "530921", spaces: ["530921"], role: "supervisor" }, "test");
  expect(await cursorOf(SPACE)).toBeUndefined();
  expect((await currentAuthor())!.spaces).toEqual(["530921", "common"]);
  expect([await allOps(), await unsentBlobs(LI)]).toEqual(before);
});

test("rows that cannot be stored move no cursor", async () => {
  const bad = { ...serverRow("enterprise/e2", {}), fields: { name: { op: "a", v: (() => 1) as never } } } as Row;
  const next = { space: SPACE, afterIndex: 19, afterEntity: "~", completeThrough: 20, pulledAtMs: 0 };
  await expect(putPage([{ index: 16, row: bad }], next)).rejects.toBeTruthy();
  expect(await cursorOf(SPACE)).toMatchObject({ afterIndex: 9, completeThrough: 10 });
});

test("rulings are followed page by page, and the next time from where they ended", async () => {
  await begun();
  const chain = (await currentAuthor())!.chain;
  const [, op] = await admitted();
  const pages: { [after: string]: unknown } = {
    first: { complete_through: 40, next: 20, rulings: [{ op: chain, ...applied(20) }] },
    20: { complete_through: 40, rulings: [{ op, ...applied(30), outcome: "refused", code: "declined" }] },
    39: { complete_through: 41, rulings: [{ op, ...applied(40) }] },
  };
  const asked = await serve({ [`GET /chains/${chain}/rulings`]: ({ query }) => ({ json: pages[query.get("after_index") ?? "first"] ?? { complete_through: 0, rulings: [] } }) });
  await fetchRulings(chain, LI);
  expect((await opRecord(op!))!.ruling).toMatchObject({ outcome: "refused", code: "declined" });
  await fetchRulings(chain, LI);
  expect((await opRecord(op!))!.ruling).toMatchObject({ outcome: "applied", index: 40 });
  expect(asked.map(({ query }) => query.get("after_index"))).toEqual([null, "20", "39"]);
});

test("an older ruling that comes late replaces no newer one", async () => {
  await begun();
  const [, op] = await admitted();
  await noteReplies([{ op: op!, receipt: { index: 11, leaf: "{}", origin: "liuhen/test/1" }, ruling: { ...applied(30), outcome: "refused", code: "declined" } }]);
  await noteReplies([{ op: op!, receipt: { index: 99, leaf: "other", origin: "liuhen/test/1" }, ruling: applied(11) }]);
  expect(await opRecord(op!)).toMatchObject({ receipt: { index: 11, leaf: "{}" }, ruling: { index: 30, outcome: "refused" } });
});

test("bytes that are not what their record says are no success", async () => {
  const { deployment, chain } = (await currentAuthor())!;
  const inspection = await begun();
  const ref = { sha256: "ab".repeat(32), size_bytes: 1000, media_type: "image/jpeg" };
  const body = { photo: "p1", inspection, purpose: "scene", source: "camera", blob: ref };
  const record = await write({ deployment, kind: "photo.add", space: SPACE, body: body as never, deps: [] }, await takePen(chain));
  await expect(save(record, [{ ref, bytes: photoBytes(1) }])).rejects.toMatchObject({ code: "readback" });
});
