// What makes a chain valid goes along with its records: whoever takes them over checks it without asking anybody, keeps
// it, hands it on and, after a restore that lost the chain and whose own phone is gone, hands it back.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { base64url, concat } from "../../src/protocol/bytes.ts";
import { type CargoPerson, manifestLine, opLine, readCargo } from "../../src/protocol/cargo.ts";
import { newChainKey, signerOf, pae } from "../../src/protocol/ops.ts";
import type { WireOp } from "../../src/protocol/rows.ts";
import type { HeldOp } from "../../src/protocol/vouchers.ts";
import { carriedOps, dropOldCarried } from "../../src/store/carried.ts";
import { nowMs } from "../../src/store/clock.ts";
import { readMeta } from "../../src/store/db.ts";
import { setDeployment } from "../../src/store/identity.ts";
import { allOps, noteProved, noteReplies } from "../../src/store/ownops.ts";
import { putPage } from "../../src/store/rowstore.ts";
import type { OpRecord } from "../../src/store/schema.ts";
import { keepVouchersOf, knownGenesis, vouchersOf } from "../../src/store/vouchers.ts";
import { receive } from "../../src/sync/carry/arrival.ts";
import { BLOCK_BYTES, LightSink, lightSource } from "../../src/sync/carry/light.ts";
import { contentOf, type Load, recordsLoad } from "../../src/sync/carry/load.ts";
import { withVouchers } from "../../src/sync/carry/vouchers.ts";
import { recordTurn } from "../../src/sync/lanes.ts";
import { acceptCheckpoint } from "../../src/sync/proofs.ts";
import { keepVouchers } from "../../src/sync/vouchers.ts";
import { Founded } from "./founded.ts";
import { type Log, originOf, pinnedKey, signed } from "./log.ts";
import { arrival, ENTERPRISE, freshPhone, LI, NOON_MS, pass, photoBytes, serverRow, SPACE, WANG, ZHAO } from "./phone.ts";
import { type Asked, hangUp, personOf, type Script, serve, signIn } from "./service.ts";

const nothing = (): void => undefined;
const ROOM = 900_000;
const ruling = (index: number) => ({ index, outcome: "applied" as const, code: "", flags: [], cause: "" });

let founded: Founded;
let chain: string;

beforeEach(async () => {
  founded = await new Founded().begin();
  await phoneOf(LI);
  const [enrolment] = await allOps();
  chain = enrolment!.op;
  await enrolled(enrolment!);
});
afterEach(hangUp);

async function phoneOf(who: string): Promise<void> {
  await freshPhone(who);
  await signIn(who);
  await setDeployment({ deployment: "test", name: "test", origin: originOf(1), logKey: await pinnedKey(), demo: false, nowMs: 0, protocol: { min: 1, max: 1 }, learnedAtMs: NOON_MS });
}

/** The phone's enrolment is in the log, and proved here. */
async function enrolled({ op, wire }: OpRecord): Promise<void> {
  await founded.add({ op, wire });
  const [, held] = await founded.held(op);
  await noteReplies([{ op, receipt: held!.receipt, ruling: ruling(held!.receipt.index) }]);
  await noteProved([op], new Map([[op, { note: held!.checkpoint, hashes: held!.hashes }]]));
}

/** A supervisor confirms the phone, and it learns so; then it has no signal any more and records twelve hazards. */
async function confirmedAndAtWork(): Promise<void> {
  await founded.confirm(chain);
  const row = serverRow(`chain/${chain}`, { person: LI }, { chain: "active" });
  await putPage([{ index: 10, row }], { space: SPACE, afterIndex: 10, afterEntity: "~", completeThrough: 11, pulledAtMs: 0 });
  await serve(founded.script());
  await keepVouchers(chain, await acceptCheckpoint(await founded.log.note()), LI);
  await hangUp();
  await atWork();
}
async function atWork(): Promise<void> {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  for (let at = 0; at < 12; at++) {
    const { photo } = await capture.addPhoto(photoBytes(at), { inspection, purpose: "finding", source: "camera", mediaType: "image/jpeg" });
    await capture.saveFinding({ inspection, description: `安全出口堆放杂物，通道不足${at}米`, place: "一号破碎机", photos: [photo] });
  }
}
/** What the records' own phone hands over while its originals stay. */
const handedOver = async (): Promise<Load> => withVouchers(await recordsLoad(), ROOM);
const takenAs = async (load: Load): Promise<unknown> => receive(contentOf(load));
const opsKept = async (): Promise<string[] | undefined> => (await vouchersOf(chain))?.map(({ op }) => op);

test("they cross with the records, and the signatures of these are checked by them", async () => {
  await confirmedAndAtWork();
  const load = await handedOver();
  await phoneOf(WANG);
  await takenAs(load);
  expect((await opsKept())!.sort()).toEqual(founded.vouching(chain).sort());
  expect((await knownGenesis())!.op).toBe(founded.genesis);
  expect((await carriedOps()).every(({ person, checked }) => person === LI && checked)).toBe(true);
  const forged = { ...load, ops: load.ops.map((one, at) => (at === 3 ? { ...one, wire: { ...one.wire, sig: base64url(new Uint8Array(64).fill(1)) } } : one)) };
  await phoneOf(WANG);
  await expect(takenAs(forged)).rejects.toThrow("signature_invalid");
});

/** So many turns, with time between them for what waits to be tried again. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await recordTurn(nothing);
    pass(10 * 60_000);
  }
}

test("without a signal until a restore lost the chain, its own phone gone: all of it arrives", async () => {
  const backup = founded.log.backup(1);
  await confirmedAndAtWork();
  const load = await handedOver();
  await phoneOf(WANG);
  await takenAs(load);
  await backup.open(founded.log);
  const asked = await serve(scriptOf(backup));
  await turns(2);
  const handed = asked.filter(({ path }) => path === "/handbacks").flatMap(({ json }) => json as HeldOp[]);
  expect(handed.map(({ receipt }) => receipt.index), "in the old order").toEqual([1, 2, 3, 4]);
  expect((await carriedOps()).map(({ sending }) => sending)).toEqual(load.ops.map(() => "proved"));
  expect((await vouchersOf(chain))!.every(({ receipt }) => receipt!.origin === originOf(2)), "kept anew").toBe(true);
});

test("without them, records of a chain that the service does not know wait and are sent again and again", async () => {
  const backup = founded.log.backup(1);
  await confirmedAndAtWork();
  const load = await recordsLoad();
  await phoneOf(WANG);
  await takenAs(load);
  await backup.open(founded.log);
  const asked = await serve(scriptOf(backup));
  await turns(4);
  const tries = asked.filter(({ path, json }) => path === "/ops" && JSON.stringify(json).includes(chain));
  expect(tries).toHaveLength(4);
  expect((await carriedOps()).map(({ sending, open, rejection }) => [sending, open, rejection?.code])).toEqual(load.ops.map(() => ["unsent", 1, "chain_unknown"]));
});

/** Takes in an enrolment of somebody else only when it is handed back, a record only of a chain that is known. */
function scriptOf(log: Log): Script {
  const empty = { json: { complete_through: 0, rows: [] } };
  const isIn = (op: string): boolean => log.leaves.some((leaf) => leaf.includes(`"op":"${op}"`));
  const take = async (wires: readonly WireOp[], isBack: boolean) => {
    const items = [];
    for (const wire of wires) {
      const { chain: of, kind } = JSON.parse(wire.header) as { chain: string; kind: string };
      const code = of !== "" && !isIn(of) ? "chain_unknown" : kind === "chain.enrol" && !isBack ? "enrolment_person" : "";
      const op = await idOf(wire);
      const index = isIn(op) ? log.leaves.findIndex((leaf) => leaf.includes(`"op":"${op}"`)) : code ? -1 : await log.take(wire);
      items.push(code ? { op, status: "rejected", code } : { op, status: "admitted", duplicate: false, receipt: log.receipt(index), ruling: ruling(index) });
    }
    return { json: { checkpoint: await log.note(), items } };
  };
  return {
    ...founded.script(log), "GET /session": () => ({ json: { person: personOf(WANG) } }),
    "GET /spaces/common/rows": () => empty, [`GET /spaces/${SPACE}/rows`]: () => empty,
    "POST /ops": ({ json }) => take(json as WireOp[], false),
    "POST /handbacks": ({ json }: Asked) => take((json as HeldOp[]).map(({ op }) => op), true),
  };
}
const idOf = async ({ header }: WireOp): Promise<string> => (await import("../../src/protocol/ops.ts")).opId(header);

test("who carries for another hands them on with what is carried", async () => {
  await confirmedAndAtWork();
  const load = await handedOver();
  await phoneOf(WANG);
  await takenAs(load);
  const onward = await handedOver();
  expect(onward.manifest.people.find((one) => one.chain === chain)!.vouchers).toHaveLength(5);
  await phoneOf(ZHAO);
  await takenAs(onward);
  expect((await opsKept())!.sort()).toEqual(founded.vouching(chain).sort());
});

test("the enrolment alone goes along while nobody has confirmed the phone, and what makes it whole takes its place", async () => {
  await atWork();
  const alone = await handedOver();
  await confirmedAndAtWork();
  const whole = await handedOver();
  await phoneOf(WANG);
  await takenAs(alone);
  expect(await opsKept()).toEqual([chain]);
  await takenAs(whole);
  expect(await opsKept()).toHaveLength(4);
  await takenAs(alone);
  expect(await opsKept(), "as much is here").toHaveLength(4);
  const kept = await vouchersOf(chain);
  await keepVouchersOf(chain, kept!.map((one) => ({ ...one, proof: { note: "another", hashes: [] } })));
  expect(await vouchersOf(chain)).toEqual(kept);
});

test("they stay as long as a record of the chain does, and are not kept for a chain without one", async () => {
  await confirmedAndAtWork();
  const load = await handedOver();
  await phoneOf(WANG);
  await takenAs({ ...load, ops: [], manifest: { ...load.manifest, ops: 0 } });
  expect(await opsKept()).toBeUndefined();
  await takenAs(load);
  await dropOldCarried(nowMs() + 400 * 86_400_000);
  expect(await opsKept()).toHaveLength(4);
});

test("what this phone could not believe itself it hands to nobody, and records cross without", async () => {
  await confirmedAndAtWork();
  const kept = (await vouchersOf(chain))!;
  const { writeMeta } = await import("../../src/store/db.ts");
  await writeMeta(`vouchers:${chain}`, kept.map((one) => ({ ...one, wire: { ...one.wire, sig: base64url(new Uint8Array(64).fill(1)) } })));
  const load = await handedOver();
  expect(load.manifest.people[0]!.vouchers).toBeUndefined();
  await phoneOf(WANG);
  expect(await takenAs(load)).toMatchObject({ ops: load.ops.length });
});

test("by light they cost some codes; where there are too many codes the records go without", async () => {
  await confirmedAndAtWork();
  const without = (await packedSize(await recordsLoad()));
  const source = (await lightSource("plain"))!;
  console.info(`twelve hazards by light: ${without} bytes without vouchers, ${source.bytes} with`);
  expect(source.bytes).toBeGreaterThan(without + 2000);
  expect(source.round).toBeLessThan(60); // 7.5 s at eight codes a second, of the minute that is promised
  const sink = new LightSink();
  await phoneOf(WANG);
  for (let n = 0; sink.share < 1; n++) sink.take(source.text(n));
  await sink.finish();
  expect(await opsKept()).toHaveLength(4);

  await phoneOf(LI);
  const [enrolment] = await allOps();
  chain = enrolment!.op;
  await enrolled(enrolment!);
  await confirmedAndAtWork();
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const noise = (): string => Array.from(crypto.getRandomValues(new Uint16Array(1900)), (value) => String.fromCharCode(0x4e00 + (value % 20_000))).join("");
  const most = 600 * BLOCK_BYTES.coarse;
  while (most - (await packedSize(await recordsLoad())) > 5500) await capture.saveFinding({ inspection, description: noise() });
  const full = await packedSize(await recordsLoad());
  expect(most - full).toBeGreaterThan(0);
  expect((await lightSource("coarse"))!.bytes).toBe(full);
});

async function packedSize(load: Load): Promise<number> {
  const content: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of contentOf(load)) content.push(piece);
  return (await new Response(new Blob(content).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer()).byteLength;
}

test("as many as there is room for, the own ones first", async () => {
  await confirmedAndAtWork();
  const one = (await handedOver()).manifest.people[0]!;
  const size = JSON.stringify(one.vouchers).length;
  expect((await withVouchers(await recordsLoad(), size + 200)).manifest.people[0]!.vouchers).toEqual(one.vouchers);
  expect((await withVouchers(await recordsLoad(), size - 200)).manifest.people[0]!.vouchers).toBeUndefined();
});

const swap = (held: readonly HeldOp[], at: number, other: HeldOp): HeldOp[] => held.map((one, n) => (n === at ? other : one));

/** Ways in which one of them is not what it says; the first is the genesis, then both enrolments, then both confirmations. */
const TAMPERED: { readonly [how: string]: (held: HeldOp[]) => Promise<HeldOp[]> | HeldOp[] } = {
  "a signature by another key": async (held) => {
    const { privateKey } = await newChainKey();
    const sig = base64url(await signerOf(privateKey)(pae(new TextEncoder().encode(held[4]!.op.header) as Uint8Array<ArrayBuffer>)));
    return swap(held, 4, { ...held[4]!, op: { ...held[4]!.op, sig } });
  },
  "the confirmation of another chain": (held) => swap(held, 4, held[3]!),
  "no confirmation": (held) => held.slice(0, 4),
  "no genesis": (held) => held.slice(1),
  "a confirmation before its author's enrolment": (held) => [held[0]!, held[3]!, held[1]!, held[2]!, held[4]!],
  "the supervisor's own confirmation left out": (held) => [held[0]!, held[1]!, held[2]!, held[4]!],
  "one twice": (held) => [...held, held[4]!],
  "a body that was changed": (held) => swap(held, 2, { ...held[2]!, op: { ...held[2]!.op, body: held[2]!.op.body.replace(LI, WANG) } }),
  "the receipt of another": (held) => swap(held, 4, { ...held[4]!, receipt: held[3]!.receipt }),
  "a leaf that was changed": (held) => swap(held, 4, { ...held[4]!, receipt: { ...held[4]!.receipt, leaf: held[4]!.receipt.leaf.replace('"at_ms":1', '"at_ms":2') } }),
  "another place": (held) => swap(held, 4, { ...held[4]!, receipt: { ...held[4]!.receipt, index: 3 } }),
  "a path that leads elsewhere": (held) => swap(held, 2, { ...held[2]!, hashes: [...held[2]!.hashes].reverse() }),
  "another log's origin": (held) => swap(held, 4, { ...held[4]!, receipt: { ...held[4]!.receipt, origin: "liuhen/other/1" } }),
  "an epoch after the checkpoint's": (held) => swap(held, 4, { ...held[4]!, receipt: { ...held[4]!.receipt, origin: originOf(2) } }),
  "a checkpoint that another key signed": async (held) => {
    const checkpoint = await signed(originOf(1), founded.log.leaves.length, await founded.log.root(), new Uint8Array(32).fill(9));
    return held.map((one) => ({ ...one, checkpoint }));
  },
  "a checkpoint that is no note": (held) => held.map((one) => ({ ...one, checkpoint: "no note" })),
  "a record among them": async (held) => swap(held, 3, { ...held[3]!, op: (await allOps()).at(-1)!.wire }),
  "a member too many": (held) => swap(held, 4, { ...held[4]!, more: 1 } as HeldOp),
  "no list": () => 7 as unknown as HeldOp[],
  "none at all": () => [],
};
test.each(Object.keys(TAMPERED))("%s: the whole content is refused and nothing is kept", async (how) => {
  await confirmedAndAtWork();
  const held = await founded.held(chain);
  const load = await recordsLoad();
  const vouchers = await TAMPERED[how]!(held);
  const people: CargoPerson[] = [{ ...load.manifest.people[0]!, vouchers }];
  await phoneOf(WANG);
  await expect(takenAs({ ...load, manifest: { ...load.manifest, people } })).rejects.toMatchObject({ code: "parcel_invalid" });
  expect([await carriedOps(), await opsKept(), await knownGenesis(), await readMeta(`vouchers:${chain}`)]).toEqual([[], undefined, undefined, undefined]);
  await takenAs({ ...load, manifest: { ...load.manifest, people: [{ ...people[0]!, vouchers: held }] } });
  expect(await opsKept(), "the sound ones are").toHaveLength(4);
});

test("those of another deployment's log, and of another genesis than this phone met, are refused", async () => {
  await confirmedAndAtWork();
  const load = await handedOver();
  const other = await new Founded().begin();
  const [enrolment] = await allOps();
  await other.add({ op: enrolment!.op, wire: enrolment!.wire });
  await other.confirm(chain);
  const people = [{ ...load.manifest.people[0]!, vouchers: await other.held(chain) }];
  const strange = { ...load, manifest: { ...load.manifest, people } };
  await phoneOf(WANG);
  await takenAs(load);
  await expect(takenAs(strange)).rejects.toMatchObject({ code: "parcel_invalid" });
  const foreign = await new Founded("elsewhere").begin();
  const [stranger] = [await foreign.enrolment(LI, await newChainKey())];
  await foreign.add(stranger);
  await foreign.confirm(stranger.op);
  const away = [{ ...people[0]!, chain: stranger.op, vouchers: await foreign.held(stranger.op) }];
  await expect(takenAs({ ...load, manifest: { ...load.manifest, people: away } })).rejects.toThrow("deployment_mismatch");
});

test("of a newer version they are left, and the records are taken", async () => {
  await confirmedAndAtWork();
  const held = await founded.held(chain);
  const load = await recordsLoad();
  const newer = swap(held, 2, { ...held[2]!, op: { ...held[2]!.op, header: held[2]!.op.header.replace('"v":1', '"v":9') } });
  await phoneOf(WANG);
  await takenAs({ ...load, manifest: { ...load.manifest, people: [{ ...load.manifest.people[0]!, vouchers: newer }] } });
  expect([(await carriedOps()).length, await opsKept()]).toEqual([load.ops.length, undefined]);
});

test("an app of before reads a content with them, and this one reads what a later one adds there", async () => {
  await confirmedAndAtWork();
  const { manifest, ops } = await handedOver();
  const later = { ...manifest, people: manifest.people.map((one) => ({ ...one, later: { more: [1] } })) };
  const bytes = concat(manifestLine(later), ...ops.map(({ wire }) => opLine(wire)));
  const parts = [];
  for await (const part of readCargo((async function* () { yield bytes; })())) parts.push(part);
  expect(parts[0]).toMatchObject({ t: "manifest", manifest: { people: manifest.people } });
  await phoneOf(WANG);
  await receive((async function* () { yield bytes; })());
  expect(await carriedOps()).toHaveLength(ops.length);
});
