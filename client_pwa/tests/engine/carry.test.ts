// Carrying: what one phone could not send goes to another by file, whole or not at all, and from there
// to the service under its author's signature. The service's side is tried in the browser tests.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { base64url, concat, fromUtf8, utf8 } from "../../src/protocol/bytes.ts";
import { blobLine, manifestLine, opLine } from "../../src/protocol/cargo.ts";
import { encode } from "../../src/protocol/canonical.ts";
import { CHUNK_BYTES, newParcel, ParcelError, readParcelHead, sealChunk } from "../../src/protocol/parcel.ts";
import type { Json } from "../../src/protocol/rows.ts";
import { readHeader } from "../../src/protocol/ops.ts";
import { readBody } from "../../src/protocol/upcast.ts";
import { carriedBlobs, carriedBytes, carriedOps, dropOldCarried, noteCarriedProved, noteCarriedReplies } from "../../src/store/carried.ts";
import { onDatabase } from "../../src/store/db.ts";
import { noteBlob } from "../../src/store/blobs.ts";
import { allOps, noteProved, noteReplies } from "../../src/store/ownops.ts";
import { nowMs } from "../../src/store/clock.ts";
import { putPage } from "../../src/store/rowstore.ts";
import { receive } from "../../src/sync/carry/arrival.ts";
import { carried, carriedLeft, dueCarriedBlobs, pushCarried } from "../../src/sync/carry/delivery.ts";
import { freshPassphrase, lookAtFile, packFile, takeFile } from "../../src/sync/carry/file.ts";
import { wholeLoad } from "../../src/sync/carry/load.ts";
import { tally } from "../../src/sync/tally.ts";
import { arrival, ENTERPRISE, freshPhone, LI, NOON_MS, pass, photoBytes, serverRow, SPACE, WANG } from "./phone.ts";
import { hangUp, serve, signIn } from "./service.ts";

const WORDS = "玉米地里 7 只 鸭子";
const nothing = (): void => undefined;

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
});
afterEach(hangUp);

/** Three records with a photo each, not sent. */
async function aDay(photoBytesEach = 1000): Promise<void> {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  for (const seed of [1, 2, 3]) {
    const { photo } = await capture.addPhoto(photoBytes(seed, photoBytesEach), { inspection, purpose: "finding", source: "camera", mediaType: "image/jpeg" });
    await capture.saveFinding({ inspection, description: `隐患${seed}`, photos: [photo] });
  }
}
async function anotherPhone(who: string = WANG): Promise<void> {
  await freshPhone(who);
  await signIn(who);
}
const packed = async (): Promise<File> => (await packFile(WORDS, nothing)).file;
const bytesOf = async (file: Blob): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await file.arrayBuffer());
const codeOf = (taking: Promise<unknown>): Promise<string> => taking.then(() => "taken", (error: unknown) => (error instanceof ParcelError ? error.code : String(error)));
async function nothingKept(): Promise<void> {
  const staged = await onDatabase((db) => db.count("carriedbytes"));
  expect([await carriedOps(), await carriedBlobs(), staged]).toEqual([[], [], 0]);
}

test("everything unsent crosses in a lane of its own: not folded, not counted, not in the other's chain", async () => {
  await aDay();
  const sent = await allOps();
  const file = await packed();
  await anotherPhone();
  const own = await allOps();
  const result = await takeFile(file, WORDS, nothing);
  expect(result).toMatchObject({ ops: sent.length, blobs: 3, known: 0, people: ["李一"] });
  const here = await carriedOps();
  expect(here.map(({ op, wire }) => [op, wire])).toEqual(sent.map(({ op, wire }) => [op, wire]));
  expect(here.every(({ person, checked }) => person === LI && !checked)).toBe(true); // the chain's key came with the file only
  expect(new Uint8Array((await carriedBytes((await carriedBlobs())[0]!.sha256))!)).toEqual(new Uint8Array(photoBytes(1)));
  expect(await allOps()).toEqual(own);
  expect(await tally(WANG)).toMatchObject({ unsentOps: 1, unsentBytes: 0 }); // their own enrolment
  expect([(await carried())[0]!.opsLeft, (await carried())[0]!.bytesLeft, await carriedLeft()]).toEqual([sent.length, 3000, sent.length]);
  expect(await takeFile(file, WORDS, nothing)).toMatchObject({ ops: 0, blobs: 0, known: sent.length });
});

test("the same words typed with other widths and spaces open it", async () => {
  await aDay();
  const file = await packed();
  await anotherPhone();
  expect(await codeOf(takeFile(file, ` ${WORDS.replace("7", "７")} `, nothing))).toBe("taken");
});

test("a signature is checked where the author's confirmed chain is known, and a forged one refused", async () => {
  await aDay();
  const [enrolment] = await allOps();
  const load = await wholeLoad();
  const file = await packed();
  await anotherPhone();
  const { person, public_key } = readBody(enrolment!.wire) as { [name: string]: Json };
  const chain = serverRow(`chain/${enrolment!.op}`, { person: person!, public_key: public_key! }, { chain: "active" });
  await putPage([{ index: 10, row: chain }], { space: SPACE, afterIndex: 10, afterEntity: "~", completeThrough: 11, pulledAtMs: 0 });
  const forged = load.ops.map(({ wire }, at) => (at === 2 ? { ...wire, sig: base64url(new Uint8Array(64).fill(1)) } : wire));
  const pieces = async function* () {
    yield manifestLine({ ...load.manifest, blobs: 0, bytes: 0 });
    for (const wire of forged) yield opLine(wire);
  };
  await expect(receive(pieces())).rejects.toMatchObject({ code: "parcel_invalid", message: expect.stringContaining("signature_invalid") as string });
  await nothingKept();
  await takeFile(file, WORDS, nothing);
  expect((await carriedOps()).slice(1).every(({ checked }) => checked)).toBe(true);
});

test("a big load goes through chunk by chunk with its progress", async () => {
  await aDay(1_500_000);
  const steps: number[] = [];
  const { file } = await packFile(WORDS, (done, total) => void steps.push(Math.floor((100 * done) / total)));
  expect(file.size).toBeGreaterThan(4 * CHUNK_BYTES);
  expect(steps.length).toBeGreaterThan(4);
  expect([steps.at(-1), [...steps].sort((a, b) => a - b)]).toEqual([100, steps]);
  await anotherPhone();
  const taken: number[] = [];
  expect(await takeFile(file, WORDS, (done) => void taken.push(done))).toMatchObject({ blobs: 3 });
  expect(taken).toHaveLength(steps.length);
});

test.each([
  ["other words", "parcel_passphrase", (bytes: Uint8Array) => bytes, "wrong words 8"],
  ["cut in the middle", "parcel_truncated", (bytes: Uint8Array) => bytes.slice(0, bytes.length - 1000), WORDS],
  ["bytes put after the end", "parcel_damaged", (bytes: Uint8Array) => concat(bytes, new Uint8Array(5)), WORDS],
  ["a flipped bit in the first chunk", "parcel_damaged", (bytes: Uint8Array) => bytes.map((byte, at) => (at === 2000 ? byte ^ 1 : byte)), WORDS],
  ["a flipped bit in the last chunk", "parcel_damaged", (bytes: Uint8Array) => bytes.map((byte, at) => (at === bytes.length - 20 ? byte ^ 1 : byte)), WORDS],
  ["a photo", "parcel_foreign_file", () => new Uint8Array(photoBytes(4, 9000)), WORDS],
  ["nothing", "parcel_foreign_file", () => new Uint8Array(), WORDS],
  ["a later version", "parcel_version", (bytes: Uint8Array) => swap(bytes, '"v":1', '"v":2'), WORDS],
  ["another deployment", "parcel_deployment", (bytes: Uint8Array) => swap(bytes, '"deployment":"test"', '"deployment":"else"'), WORDS],
  ["a key that takes a week", "parcel_damaged", (bytes: Uint8Array) => swap(bytes, '"iterations":600000', '"iterations":9999999999'), WORDS],
  ["a size beyond all phones", "parcel_too_large", (bytes: Uint8Array) => swap(bytes, /"size":\d+/, '"size":9999999999'), WORDS],
  ["another head on the same chunks", "parcel_damaged", (bytes: Uint8Array) => swap(bytes, '"iterations":600000,"kdf"', '"iterations":600000,"kdf"', true), WORDS],
])("%s → %s, and nothing is kept", async (_what, code, change, words) => {
  await aDay(600_000);
  const bytes = await bytesOf(await packed());
  await anotherPhone();
  expect(await codeOf(takeFile(new Blob([change(bytes) as Uint8Array<ArrayBuffer>]), words, nothing))).toBe(code);
  await nothingKept();
});

/** Change the head's line; `grown` makes it another true line of the same meaning, with a member more. */
function swap(bytes: Uint8Array, from: string | RegExp, to: string, grown = false): Uint8Array {
  const end = bytes.indexOf(10);
  let line = fromUtf8(bytes.subarray(0, end)).replace(from, to);
  if (grown) line = encode({ ...(JSON.parse(line) as { [name: string]: Json }), extra: 1 });
  return concat(utf8(line), bytes.subarray(end));
}

/** A file of one's own making with a right passphrase: what only looking at its content finds. */
async function handmade(pieces: readonly Uint8Array[]): Promise<Blob> {
  const content = concat(...pieces);
  const { head, key } = await newParcel("test", content.length, new Uint8Array(16), WORDS);
  return new Blob([head.line, await sealChunk(head, key, 0, content)]);
}

test("a hostile content is refused as a whole", async () => {
  await aDay();
  const { manifest, ops, blobs } = await wholeLoad();
  const wires = ops.map(({ wire }) => wire);
  const photo = new Uint8Array((await blobs[0]!.bytes())!);
  const lines = wires.map(opLine);
  const plain = { ...manifest, blobs: 0, bytes: 0 };
  await anotherPhone();
  const stranger = photo.map((byte) => byte ^ 255);
  const cases: [string, readonly Uint8Array[]][] = [
    ["fewer than it says", [manifestLine(plain), ...lines.slice(1)]],
    ["no manifest", lines],
    ["two manifests", [manifestLine(plain), manifestLine(plain), ...lines]],
    ["a body that was changed", [manifestLine(plain), ...wires.map((wire, at) => opLine(at === 1 ? { ...wire, body: wire.body.replace("举报", "举拔") } : wire))]],
    ["a header that was changed", [manifestLine(plain), ...wires.map((wire, at) => opLine(at === 1 ? { ...wire, header: wire.header.replace('"seq":1', '"seq":7') } : wire))]],
    ["an original that is another", [manifestLine(manifest), ...lines, blobLine(blobs[0]!), stranger]],
    ["an original that no record names", [manifestLine({ ...manifest, blobs: 1 }), blobLine(blobs[0]!), photo, ...lines]],
    ["a line that is no JSON", [manifestLine(plain), utf8("rm -rf\n")]],
    ["a member too many", [manifestLine(plain), utf8(`${encode({ ...JSON.parse(fromUtf8(lines[0]!)), extra: "x" } as Json)}\n`)]],
    ["a name with a line break", [manifestLine({ ...plain, people: [{ ...manifest.people[0]!, name: "李\n一" }] }), ...lines]],
    ["an original longer than any", [manifestLine({ ...manifest, blobs: 1 }), ...lines, blobLine({ ...blobs[0]!, size_bytes: 2 ** 40 })]],
  ];
  for (const [what, pieces] of cases) {
    expect(await codeOf(takeFile(await handmade(pieces), WORDS, nothing)), what).toBe("parcel_invalid");
    await nothingKept();
  }
  expect(await codeOf(takeFile(await handmade([manifestLine({ ...plain, deployment: "else" }), ...lines]), WORDS, nothing))).toBe("parcel_deployment");
  await nothingKept();
});

test("records of a kind this version does not know are carried as they are", async () => {
  await aDay();
  const { manifest, ops } = await wholeLoad();
  const wires = ops.map(({ wire }, at) => (at === 1 ? { ...wire, header: wire.header.replace(`"kind":"${readHeader(wire.header).kind}"`, '"kind":"future.thing"') } : wire));
  await anotherPhone();
  await takeFile(await handmade([manifestLine({ ...manifest, blobs: 0, bytes: 0 }), ...wires.map(opLine)]), WORDS, nothing);
  expect((await carriedOps()).map(({ kind }) => kind)).toContain("future.thing");
});

test("what is proved and verified does not travel; an original still here takes its record along", async () => {
  await aDay();
  const ops = await allOps();
  await noteReplies(ops.map(({ op }, at) => ({ op, receipt: { index: at, leaf: "{}", origin: "o" }, ruling: { index: at, outcome: "applied", code: "", flags: [], cause: "" } })));
  await noteProved(ops.map(({ op }) => op));
  const [first, ...others] = (await wholeLoad()).blobs;
  for (const { sha256 } of others) await noteBlob(`${SPACE}-${sha256}`, { state: "verified" });
  const load = await wholeLoad();
  expect(load.blobs.map(({ sha256 }) => sha256)).toEqual([first!.sha256]);
  expect(load.ops.map(({ op }) => op)).toEqual(ops.filter(({ blobs }) => blobs.includes(first!.sha256)).map(({ op }) => op));
});

test("delivery: receipts are kept, an enrolment only its own person can bring waits without holding up anything", async () => {
  await aDay();
  const file = await packed();
  await anotherPhone();
  await takeFile(file, WORDS, nothing);
  const [enrolment, ...rest] = await carriedOps();
  const script = (isEnrolled: boolean) => ({
    "POST /ops": ({ json }: { json: unknown }) => ({
      json: {
        checkpoint: "note",
        items: (json as { header: string }[]).map(({ header }) => {
          const record = [enrolment!, ...rest].find(({ wire }) => wire.header === header)!;
          if (!isEnrolled) return { op: record.op, status: "rejected", code: record === enrolment ? "enrolment_person" : "chain_unknown" };
          return { op: record.op, status: "admitted", receipt: { index: record.order, leaf: "{}", origin: "o" }, ruling: { index: record.order, outcome: "applied", code: "", flags: [], cause: "" } };
        }),
      },
    }),
  });
  const asked = await serve(script(false));
  await pushCarried(WANG);
  expect((await carried())[0]!.items.map(({ status, reason }) => [status, reason])).toEqual([...rest.map(() => ["saved", "chain_unknown"]), ["saved", "enrolment_person"]]);
  await pushCarried(WANG);
  expect(asked.length, "not again before the pause is over").toBe(1);
  expect(await dueCarriedBlobs()).toEqual([]); // the server would not know them
  await hangUp();
  await serve(script(true));
  pass(10 * 60_000);
  await pushCarried(WANG);
  expect((await carriedOps()).map(({ receipt }) => receipt?.index)).toEqual([enrolment!, ...rest].map(({ order }) => order));
  expect(await dueCarriedBlobs()).toHaveLength(3);
  expect(await carriedLeft()).toBe(rest.length + 1);
});

test("a month after delivery it leaves this phone, and never before", async () => {
  await aDay();
  const file = await packed();
  await anotherPhone();
  await takeFile(file, WORDS, nothing);
  const ops = await carriedOps();
  await dropOldCarried(NOON_MS + 400 * 86_400_000);
  expect(await carriedOps()).toHaveLength(ops.length);
  await noteCarriedReplies(ops.map(({ op }) => ({ op, nextTryAtMs: 0, receipt: { index: 1, leaf: "{}", origin: "o" }, ruling: { index: 1, outcome: "applied", code: "", flags: [], cause: "" } })));
  await noteCarriedProved(ops.map(({ op }) => op));
  await dropOldCarried(NOON_MS + 400 * 86_400_000); // its originals are not there yet
  expect((await carriedOps()).length).toBe(3);
  expect(await onDatabase((db) => db.count("carriedbytes"))).toBe(3);
  const { noteCarriedBlob } = await import("../../src/store/carried.ts");
  for (const { blob } of await carriedBlobs()) await noteCarriedBlob(blob, { state: "sent", sentAtMs: nowMs() });
  await dropOldCarried(NOON_MS + 29 * 86_400_000);
  expect((await carriedOps()).length).toBe(3);
  await dropOldCarried(NOON_MS + 31 * 86_400_000);
  await nothingKept();
});

test("a fresh passphrase has twelve signs that can be read out", async () => {
  const some = Array.from({ length: 50 }, freshPassphrase);
  expect(new Set(some).size).toBe(50);
  for (const one of some) expect(one).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
});

test("a file is looked at before anybody types", async () => {
  await aDay();
  const file = await packed();
  expect((await lookAtFile(file)).size).toBe(readParcelHead(await bytesOf(file)).size);
});

