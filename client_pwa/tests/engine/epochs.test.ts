// A restore as the phone meets it: an announced epoch is followed and what was lost is handed back; anything else is
// another history, to which nothing is sent and from which nothing is taken.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { fromHex } from "../../src/protocol/bytes.ts";
import { openCheckpointOfAny, readVerifierKey } from "../../src/protocol/note.ts";
import { opId, readHeader } from "../../src/protocol/ops.ts";
import { verifyReceipt } from "../../src/protocol/receipts.ts";
import type { HeldProof, Outcome, Receipt, Ruling, WireOp } from "../../src/protocol/rows.ts";
import { noteBlob } from "../../src/store/blobs.ts";
import { readMeta, writeMeta } from "../../src/store/db.ts";
import { knownCheckpoint, setDeployment } from "../../src/store/identity.ts";
import { allOps, noteReplies, opRecord } from "../../src/store/ownops.ts";
import { cursorOf, putPage } from "../../src/store/rowstore.ts";
import type { OpRecord } from "../../src/store/schema.ts";
import { recordTurn } from "../../src/sync/lanes.ts";
import { outboxWith } from "../../src/sync/outbox.ts";
import { acceptCheckpoint, prove } from "../../src/sync/proofs.ts";
import { unsentBlobs } from "../../src/sync/uploads.ts";
import { Log, originOf, pinnedKey, SECRET, signed } from "./log.ts";
import { arrival, ENTERPRISE, freshPhone, LI, NOON_MS, photoBytes, serverRow, SPACE } from "./phone.ts";
import { type Answer, type Asked, hangUp, personOf, type Script, serve, signIn } from "./service.ts";

const applied = (index: number, outcome: Outcome = "applied"): Ruling => ({ index, outcome, code: "", flags: [], cause: "" });
/** One more record, captured before the phone knows of the disaster. */
const captureMore = async (): Promise<OpRecord> => {
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  return (await allOps()).at(-1)!;
};
interface Held { readonly op: WireOp; readonly receipt: Receipt; readonly checkpoint: string; readonly hashes: string[] }

let old: Log;
let backup: Log;
let records: OpRecord[];

/** Five leaves of others, then this phone's records; the backup has the first three of these. */
beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
  await setDeployment({ deployment: "test", name: "test", origin: originOf(1), logKey: await pinnedKey(), demo: false, nowMs: 0, protocol: { min: 1, max: 1 }, learnedAtMs: NOON_MS });
  old = new Log(Array.from({ length: 5 }, (_, at) => at.toString(16).repeat(64).slice(0, 64)).map((op) => `{"t":"op","op":"${op}"}`));
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  await capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" });
  for (const description of ["护栏缺失", "通道堵塞"]) await capture.saveFinding({ inspection, description });
  await acceptCheckpoint(await old.note());
  records = await allOps();
  const replies = records.map(({ op }) => old.add(op)).map((index, at) => ({ op: records[at]!.op, receipt: old.receipt(index), ruling: applied(index) }));
  await noteReplies(replies);
  await serve(scriptOf(old));
  await prove(LI, await acceptCheckpoint(await old.note()));
  await hangUp();
  await noteBlob(`${SPACE}-${records.find(({ blobs }) => blobs.length > 0)!.blobs[0]!}`, { state: "verified" });
  await writeMeta(`rulings:${records[0]!.chain}`, 9);
  records = await allOps();
  backup = old.backup(8);
});
afterEach(hangUp);

function scriptOf(log: Log, more: Script = {}): Script {
  const empty = { json: { complete_through: log.leaves.length, rows: [] } };
  return {
    ...log.script(), "GET /log/proof/*": log.proof,
    "GET /session": () => ({ json: { person: personOf(LI) } }),
    "GET /spaces/common/rows": () => empty, [`GET /spaces/${SPACE}/rows`]: () => empty,
    [`GET /chains/${records?.[0]?.chain}/rulings`]: () => ({ json: { complete_through: 1, rulings: [] } }),
    [`POST /spaces/${SPACE}/blobs/missing`]: ({ json }) => ({ json: { missing: (json as { sha256: string[] }).sha256 } }),
    ...more,
  };
}

/** Take in what is handed back, each with this outcome. */
async function takeBack(log: Log, { json }: Asked, outcome: Outcome = "applied"): Promise<Answer> {
  const items = [];
  for (const { op: wire, receipt } of json as Held[]) {
    const op = await opId(wire.header);
    const index = log.add(op, outcome);
    items.push({ op, status: "admitted", duplicate: false, receipt: log.receipt(index), ruling: applied(index, outcome), was: { index: receipt.index, origin: receipt.origin } });
  }
  return { json: { checkpoint: await log.note(), items } };
}

test("an announced epoch is followed: what was lost goes back in the old order, with the receipts it had", async () => {
  await backup.open(old);
  const fresh = await captureMore();
  const asked = await serve(scriptOf(backup, {
    "POST /handbacks": (one) => takeBack(backup, one),
    "POST /ops": async (one) => takeBack(backup, { ...one, json: (one.json as WireOp[]).map((op) => ({ op, receipt: { index: 0, origin: "" } })) }),
  }));
  await recordTurn(() => undefined);
  const lost = records.filter(({ receipt }) => receipt!.index >= 8);
  expect(lost.length).toBeGreaterThan(0);
  const handed = asked.filter(({ path }) => path === "/handbacks").flatMap(({ json }) => json as Held[]);
  expect(handed.map(({ receipt }) => receipt)).toEqual(lost.map(({ receipt }) => receipt));
  expect(handed.map(({ op }) => op)).toEqual(lost.map(({ wire }) => wire));
  const key = await readVerifierKey(await pinnedKey());
  for (const [at, { checkpoint, hashes, receipt }] of handed.entries()) {
    const tree = await openCheckpointOfAny(checkpoint, key);
    expect(await verifyReceipt(receipt, lost[at]!.op, tree, hashes.map(fromHex))).toBe(true);
  }
  const pushed = asked.filter(({ path }) => path === "/ops").flatMap(({ json }) => json as WireOp[]);
  expect(pushed.map(({ header }) => readHeader(header).seq)).toEqual([fresh.seq]);
  expect(await knownCheckpoint()).toMatchObject({ origin: originOf(2), size: backup.leaves.length });
  for (const { op, receipt, proof, ruling } of lost) {
    expect(await opRecord(op)).toMatchObject({ sending: "proved", receipt: { origin: originOf(2) }, past: [{ receipt, proof, ruling }] });
  }
  for (const kept of records.filter(({ receipt }) => receipt!.index < 8)) expect(await opRecord(kept.op)).toEqual(kept);
  expect(asked.findIndex(({ path }) => path === "/handbacks")).toBeLessThan(asked.findIndex(({ path }) => path === "/ops"));
});

test("rows and rulings are fetched anew, and originals the restored store lacks are sent again, row or no row", async () => {
  await backup.open(old);
  const [sha256] = records.find(({ blobs }) => blobs.length > 0)!.blobs;
  await putPage([{ index: 3, row: serverRow("enterprise/gone", { name: "gone" }) }], { space: SPACE, afterIndex: 9, afterEntity: "~", completeThrough: 10, pulledAtMs: 0 });
  const row = { index: 2, row: serverRow(`blob/${SPACE}-${sha256}`, { sha256: sha256! }) };
  const asked = await serve(scriptOf(backup, {
    "POST /handbacks": (one) => takeBack(backup, one),
    [`GET /spaces/${SPACE}/rows`]: () => ({ json: { complete_through: backup.leaves.length, rows: [row] } }),
  }));
  await recordTurn(() => undefined);
  expect(asked.find(({ path }) => path === `/spaces/${SPACE}/rows`)!.query.get("after_index")).toBeNull();
  expect(asked.find(({ path }) => path.endsWith("/rulings"))!.query.get("after_index")).toBeNull();
  expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: backup.leaves.length });
  expect((await unsentBlobs(LI)).map((blob) => blob.sha256)).toEqual([sha256]);
  await recordTurn(() => undefined); // another pull brings its row again: still to be sent
  expect((await unsentBlobs(LI)).map((blob) => blob.sha256)).toEqual([sha256]);
  expect(asked.filter(({ path }) => path.endsWith("/missing"))).toHaveLength(1);
  await noteBlob(`${SPACE}-${sha256}`, { state: "sent", sentAtMs: 1 });
  await recordTurn(() => undefined);
  expect(await unsentBlobs(LI)).toEqual([]);
});

test.each([
  ["moved", { bureau: "530921", spaces: ["530921"] }],
  ["deactivated", { active: false }],
])("originals of a space that who was %s reads no more are sent again, for nobody here may ask whether the restored server lacks them", async (_, changed) => {
  await backup.open(old);
  const [sha256] = records.find(({ blobs }) => blobs.length > 0)!.blobs;
  const person = { ...personOf(LI), ...changed };
  const asked = await serve(scriptOf(backup, {
    "GET /session": () => ({ json: { person } }),
    "GET /spaces/530921/rows": () => ({ json: { complete_through: 0, rows: [] } }),
    "POST /handbacks": (one) => takeBack(backup, one),
  }));
  await recordTurn(() => undefined);
  expect(asked.some(({ path }) => path.endsWith("/missing"))).toBe(false);
  expect((await unsentBlobs(LI)).map((blob) => blob.sha256)).toEqual([sha256]);
  await noteBlob(`${SPACE}-${sha256}`, { state: "sent", sentAtMs: 1 });
  const proofs = (): number => asked.filter(({ path }) => path.startsWith("/log/checkpoint")).length;
  const before = proofs();
  await recordTurn(() => undefined); // of a chain that the server does not know it learns nothing, and goes on
  expect(asked.some(({ path }) => path.endsWith("/originals"))).toBe(true);
  expect(proofs() - before, "one before it sends, one to prove").toBe(2);
});

test("a record that is ruled on differently than before the restore says so to its author", async () => {
  await backup.open(old);
  const lost = records.filter(({ receipt }) => receipt!.index >= 8);
  await serve(scriptOf(backup, { "POST /handbacks": (one) => takeBack(backup, one, "refused") }));
  await recordTurn(() => undefined);
  const items = (await outboxWith([])).filter(({ op }) => lost.some((one) => one.op === op));
  expect(items.map(({ status, outcome, before }) => [status, outcome, before])).toEqual(lost.map(() => ["attention", "refused", "applied"]));
});

test("the confirmations this phone keeps go back with its records, whoever's they are", async () => {
  const vouched = old.add("c".repeat(64));
  const proof: HeldProof = { note: await old.note(), hashes: [] };
  const wire = { header: '{"chain":"x"}', body: "{}", salt: "", sig: "" };
  const chain = records[0]!.chain;
  await writeMeta(`vouchers:${chain}`, [{ op: await opId(wire.header), wire, receipt: old.receipt(vouched), proof }]);
  await backup.open(old);
  const asked = await serve(scriptOf(backup, { "POST /handbacks": (one) => takeBack(backup, one) }));
  await recordTurn(() => undefined);
  const handed = asked.filter(({ path }) => path === "/handbacks").flatMap(({ json }) => json as Held[]);
  expect(handed.map(({ receipt }) => receipt.index)).toEqual(expect.arrayContaining([vouched]));
  expect(handed.map(({ receipt }) => receipt.index)).toEqual(handed.map(({ receipt }) => receipt.index).sort((a, b) => a - b));
  expect(await readMeta(`vouchers:${chain}`)).toBeUndefined(); // fetched anew with their new receipts
});

test("a restore between a head and its proof is no alarm: the next turn meets the new epoch", async () => {
  old.add("e".repeat(64));
  const late = await old.note();
  await backup.open(old);
  const asked = await serve(scriptOf(backup, { "GET /log/checkpoint": () => ({ text: late }) }));
  await expect(recordTurn(() => undefined)).rejects.toMatchObject({ code: "unavailable" });
  expect(asked.some(({ path }) => path === "/log/consistency")).toBe(true);
  await hangUp();
  await serve(scriptOf(backup, { "POST /handbacks": (one) => takeBack(backup, one) }));
  await recordTurn(() => undefined);
  expect(await knownCheckpoint()).toMatchObject({ origin: originOf(2) });
});

const REFUSED: { readonly [how: string]: () => Promise<Script | undefined> } = {
  "the same epoch, cut back": async () => undefined,
  "the same epoch with other leaves": async () => {
    while (backup.leaves.length < 12) backup.add("d".repeat(64));
    return undefined;
  },
  "a later epoch that nothing announces": async () => {
    backup.epoch = 2;
    return undefined;
  },
  "an announcement that is not in the tree": async () => {
    await backup.open(old);
    backup.leaves[8] = backup.leaves[8]!.replace('"applied"', '"refused"');
    return undefined;
  },
  "an announcement over leaves that were changed": async () => {
    backup.leaves[2] = '{"t":"op","op":"changed"}';
    await backup.open(old);
    return undefined;
  },
  "an announcement that lies about what was kept": async () => {
    await backup.open(old, { root: "0".repeat(64) });
    return undefined;
  },
  "an announcement that lies about the head this phone knew": async () => {
    await backup.open(old, { old_root: "0".repeat(64) });
    return undefined;
  },
  "an announcement whose text was changed": async () => {
    await backup.open(old);
    const { entry, index } = backup.openings[0]!;
    const body = entry.body.replace('"test"', '"best"');
    return { "GET /log/epochs": () => ({ json: { epochs: [{ ...entry, body, receipt: backup.receipt(index) }] } }) };
  },
};
test.each(Object.keys(REFUSED))("%s: nothing is sent, nothing is taken, nothing is forgotten", async (how) => {
  const more = await REFUSED[how]!();
  await captureMore();
  const [before, known] = [await allOps(), await knownCheckpoint()];
  const asked = await serve(scriptOf(backup, more ?? {}));
  await expect(recordTurn(() => undefined)).rejects.toMatchObject({ code: "log_rewound" });
  expect(asked.map(({ path }) => path)).not.toEqual(expect.arrayContaining(["/ops"]));
  expect(asked.map(({ path }) => path)).not.toEqual(expect.arrayContaining(["/handbacks"]));
  expect(asked.find(({ path, json }) => path === "/log/checkpoint" && json)?.json).toEqual({ checkpoint: known!.note });
  expect([await allOps(), await knownCheckpoint()]).toEqual([before, known]);
});

test("a later epoch signed by another key is not the log speaking, and an earlier one is a rewind", async () => {
  await backup.open(old);
  const forged = await signed(originOf(2), backup.leaves.length, await backup.root(), new Uint8Array(32).fill(9));
  await serve(scriptOf(backup));
  await expect(acceptCheckpoint(forged)).rejects.toMatchObject({ code: "checkpoint_invalid" });
  await expect(acceptCheckpoint(await signed("liuhen/other/2", 9, await backup.root(), SECRET))).rejects.toMatchObject({ code: "checkpoint_invalid" });
  await acceptCheckpoint(await backup.note());
  await expect(acceptCheckpoint(await old.note())).rejects.toMatchObject({ code: "log_rewound" });
  expect(await knownCheckpoint()).toMatchObject({ origin: originOf(2) });
});
