// Records by light: any frames in any order suffice, damaged ones are nothing, and what arrives is
// checked as a file is. The codes themselves, and a camera, are tried in the browser.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { sha256, utf8 } from "../../src/protocol/bytes.ts";
import { BLOCKS_MAX, maskOf, Sink, Source } from "../../src/protocol/fountain.ts";
import { base45, crc32, frameText, fromBase45, readFrame } from "../../src/protocol/frames.ts";
import { carriedOps } from "../../src/store/carried.ts";
import { allOps } from "../../src/store/ownops.ts";
import { BLOCK_BYTES, LightSink, lightSource } from "../../src/sync/carry/light.ts";
import { arrival, ENTERPRISE, freshPhone, LI, photoBytes, WANG } from "./phone.ts";
import { signIn } from "./service.ts";

/** A generator of its own, so that a run that fails can be run again. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test.each([[1, 0.1], [2, 0.5], [3, 0.8], [4, 0.95]])("seed %i: with a share of %f lost, k frames and a few more suffice", (seed, lost) => {
  const roll = dice(seed);
  const payload = new Uint8Array(photoBytes(seed, 20_000 + seed));
  const source = new Source(payload, 300);
  const sink = new Sink(payload.length, 300);
  let taken = 0;
  for (let n = Math.floor(roll() * 1000); sink.payload() === undefined; n++) {
    if (roll() < lost) continue;
    sink.take(n, source.frame(n));
    taken += 1;
  }
  expect(sink.payload()).toEqual(payload);
  expect(taken).toBeLessThanOrEqual(source.k + 20);
});

test("every number names some block, and blocks that are not there never", () => {
  for (const k of [1, 2, 31, 32, 33, BLOCKS_MAX]) {
    for (let n = 0; n < 3 * k; n++) {
      const mask = maskOf(n, k);
      expect(mask.some((word) => word !== 0)).toBe(true);
      if (k % 32) expect(mask.at(-1)! >>> k % 32).toBe(0);
    }
  }
});

test("the codes' alphabet and checksum are the public ones", () => {
  expect([base45(utf8("AB")), base45(utf8("Hello!!")), base45(utf8("base-45"))]).toEqual(["BB8", "%69 VD92EX0", "UJCLQE7W581"]); // RFC 9285 §4.3
  expect(new TextDecoder().decode(fromBase45("QED8WEX0"))).toBe("ietf!"); // §4.4
  expect([fromBase45("GGW"), fromBase45(":::"), fromBase45("A"), fromBase45("ab0")]).toEqual([undefined, undefined, undefined, undefined]);
  expect(crc32(utf8("123456789"))).toBe(0xcbf43926);
});

test("a frame is read as it was written; changed by one sign it is nothing", async () => {
  const block = new Uint8Array(photoBytes(3, 200));
  const text = frameText(await sha256(block), 5000, 7, block);
  expect(readFrame(text)).toMatchObject({ length: 5000, number: 7, block });
  for (const at of [0, 5, 20, 40, text.length - 1]) expect(readFrame(text.slice(0, at) + (text[at] === "7" ? "8" : "7") + text.slice(at + 1)), `sign ${at}`).toBeUndefined();
  for (const other of ["", "HTTPS://EXAMPLE.COM", text.slice(3), `${text}000`]) expect(readFrame(other)).toBeUndefined();
  expect(readFrame(frameText(await sha256(block), 200 * (BLOCKS_MAX + 1), 0, block)), "more blocks than a phone should count").toBeUndefined();
});

/** Twelve hazards with a photo each. */
async function twelve(): Promise<void> {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  for (let at = 0; at < 12; at++) {
    const { photo } = await capture.addPhoto(photoBytes(at), { inspection, purpose: "finding", source: "camera", mediaType: "image/jpeg" });
    await capture.saveFinding({ inspection, description: `安全出口堆放杂物，通道不足${at}米`, place: "一号破碎机", photos: [photo] });
  }
}

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
});

test("twelve hazards fit into a minute of codes even when half of them are missed; another's codes and strangers between them change nothing", async () => {
  await twelve();
  const sent = (await allOps()).map(({ op }) => op);
  const source = (await lightSource("plain"))!;
  expect([source.ops, source.round]).toEqual([sent.length, Math.ceil(source.bytes / BLOCK_BYTES.plain)]);
  expect(source.round * 2).toBeLessThan(60 * 8); // at eight codes a second
  await freshPhone(WANG);
  await signIn(WANG);
  const roll = dice(9);
  const sink = new LightSink();
  for (let n = 5; sink.share < 1; n++) {
    if (roll() < 0.5) continue;
    expect(sink.take("HTTPS://EXAMPLE.COM/MENU")).toBe(false);
    sink.take(source.text(n));
  }
  expect(await sink.finish()).toMatchObject({ ops: sent.length, blobs: 0, people: ["李一"] });
  expect((await carriedOps()).map(({ op }) => op)).toEqual(sent);
});

test("nothing to send shows no code; too much asks for a file", async () => {
  const { noteReplies } = await import("../../src/store/ownops.ts");
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  for (let at = 0; at < 40; at++) {
    const noise = Array.from(crypto.getRandomValues(new Uint16Array(1900)), (value) => String.fromCharCode(0x4e00 + (value % 20_000))).join("");
    await capture.saveFinding({ inspection, description: noise });
  }
  await expect(lightSource("coarse")).rejects.toMatchObject({ code: "parcel_too_large" });
  await expect(lightSource("plain")).resolves.toBeDefined();
  await noteReplies((await allOps()).map(({ op }, at) => ({ op, receipt: { index: at, leaf: "{}", origin: "o" }, ruling: { index: at, outcome: "applied" as const, code: "", flags: [], cause: "" } })));
  expect(await lightSource("plain")).toBeUndefined();
});

test("a bomb of a payload, and one that is no deflate stream, are refused and nothing is kept", async () => {
  const { Source: Blocks } = await import("../../src/protocol/fountain.ts");
  const zeros = new Blob([new Uint8Array(12 * 2 ** 20)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bomb = new Uint8Array(await new Response(zeros).arrayBuffer());
  for (const [payload, code] of [[bomb, /parcel_(invalid|too_large)/], [new Uint8Array(photoBytes(5, 900)), /parcel_(damaged|invalid)/]] as const) {
    const blocks = new Blocks(payload, 560);
    const sink = new LightSink();
    for (let n = 0; sink.share < 1; n++) sink.take(frameText(await sha256(payload), payload.length, n, blocks.frame(n)));
    await expect(sink.finish()).rejects.toThrow(code);
    expect(await carriedOps()).toEqual([]);
  }
});
