// How originals go up: in pieces that suit the link, as many at once as it takes, resumed after a cut, and held back
// for Wi-Fi when the person chose so. The other end is a small tus server of this test.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { base64, sha256 } from "../../src/protocol/bytes.ts";
import { blobsIn, putThumbnail } from "../../src/store/blobs.ts";
import { prefer } from "../../src/store/preferences.ts";
import { useApi } from "../../src/sync/api.ts";
import { Link, link } from "../../src/sync/link.ts";
import { uploadTurn } from "../../src/sync/upload-turn.ts";
import { useAnyLink } from "../../src/sync/wifi.ts";
import type { Answer, Outgoing } from "../simulation/window.ts";
import { fetchOf, xhrOf } from "../simulation/window.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, SPACE } from "./phone.ts";
import { signIn } from "./service.ts";

vi.mock("tus-js-client", () => vi.importActual("../../node_modules/tus-js-client/lib.esm/browser/index.js"));

const ORIGIN = "https://liuhen.example";
const TUS = { "Tus-Resumable": "1.0.0" };
const LARGE = 400_000;
const CUT: Answer = {};
const never = new AbortController().signal;
const nothing = (): void => undefined;

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
  useApi(ORIGIN);
});
afterEach(() => vi.unstubAllGlobals());

async function photograph(sizes: readonly number[]): Promise<string[]> {
  const { inspection } = await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const taken = [];
  for (const [number, size] of sizes.entries()) {
    const bytes = new Uint8Array(size).fill(number + 1).buffer;
    taken.push((await capture.addPhoto(bytes, { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" })).sha256);
  }
  return taken;
}

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly size: number;
}
/** The most files that were ever begun and not ended. */
let mostAtOnce = 0;
/** A tus server that keeps offsets; `spoil` may answer a PATCH instead. Returns every request. */
function tus(spoil: (asked: Seen, offset: number) => Answer | undefined = () => undefined): Seen[] {
  const uploads: { readonly length: string; offset: number }[] = [];
  const seen: Seen[] = [];
  const answer = (asked: Seen): Answer => {
    const { method, path, headers, size } = asked;
    if (path.endsWith("/preview")) return { status: 204 };
    if (method === "POST") {
      uploads.push({ length: headers["Upload-Length"]!, offset: 0 });
      mostAtOnce = Math.max(mostAtOnce, uploads.filter(({ length, offset }) => offset < Number(length)).length);
      return { status: 201, headers: { ...TUS, Location: `${ORIGIN}/uploads/${uploads.length - 1}`, "Upload-Offset": "0" } };
    }
    const upload = uploads[Number(path.split("/").at(-1))]!;
    const spoilt = method === "PATCH" ? spoil(asked, upload.offset) : undefined;
    if (spoilt) return spoilt;
    upload.offset += size;
    return { status: method === "HEAD" ? 200 : 204, headers: { ...TUS, "Upload-Offset": String(upload.offset), "Upload-Length": upload.length } };
  };
  const send = async ({ method, path, headers = {}, body }: Outgoing): Promise<Answer> => {
    const asked = { method, path: path.replace(ORIGIN, ""), headers: headers as Seen["headers"], size: Buffer.from(body ?? "", "base64").length };
    seen.push(asked);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return answer(asked);
  };
  const world = { send, busy: nothing, monoMs: () => performance.now() };
  vi.stubGlobal("XMLHttpRequest", xhrOf(world));
  vi.stubGlobal("fetch", fetchOf(world));
  return seen;
}
const creations = (seen: readonly Seen[]): Seen[] => seen.filter(({ method, path }) => method === "POST" && path === "/uploads");
const pieces = (seen: readonly Seen[]): Seen[] => seen.filter(({ method }) => method === "PATCH");

test("a piece takes about a second of the link, and never grows more than fourfold at once", () => {
  const slow = new Link();
  slow.carried(65_536, 1_300);
  expect(slow.nextPieceBytes()).toBe(Math.floor((65_536 / 1_300) * 1_000));
  slow.carried(50_000, 60_000);
  expect(slow.nextPieceBytes()).toBe(16_384);
  const fast = new Link();
  fast.carried(65_536, 1);
  expect(fast.nextPieceBytes()).toBe(4 * 65_536);
  for (const _ of [1, 2, 3]) fast.carried(fast.nextPieceBytes(), 1);
  expect(fast.nextPieceBytes()).toBe(4_194_304);
});

test("one file at a time on a slow link, three on a fast one, by what was measured", () => {
  const some = new Link();
  expect(some.filesAtOnce()).toBe(1);
  some.carried(2_000_000, 1_000);
  expect(some.filesAtOnce()).toBe(3);
  for (const _ of [1, 2, 3, 4]) some.carried(50_000, 1_000);
  expect(some.filesAtOnce()).toBe(1);
});

test("each file on its way shares the link: three slow thirds are one fast whole", () => {
  const some = new Link();
  for (const _ of [1, 2, 3]) some.begun();
  some.carried(400_000, 1_000);
  expect(some.filesAtOnce()).toBe(3);
});

test("a cut that left something behind goes on from there in the same turn, and where it lies is kept for a reload", async () => {
  await photograph([LARGE]);
  let asks = 0;
  const seen = tus(() => (++asks % 2 === 0 ? CUT : undefined));
  expect(await uploadTurn(nothing, nothing, never)).toMatchObject({ count: 1 });
  expect(asks).toBeGreaterThan(2);
  expect(creations(seen)).toHaveLength(1);
  expect((await blobsIn("sent")).map(({ uploadUrl }) => uploadUrl)).toEqual([`${ORIGIN}/uploads/0`]);
});

test("a cut that left nothing behind ends the turn, and the next one goes on where it was", async () => {
  await photograph([LARGE]);
  let isAway = true;
  const seen = tus(() => (isAway ? CUT : undefined));
  await expect(uploadTurn(nothing, nothing, never)).rejects.toMatchObject({ code: "network" });
  isAway = false;
  await uploadTurn(nothing, nothing, never);
  expect([creations(seen).length, (await blobsIn("unsent")).length]).toEqual([1, 0]);
});

test("what arrived as other bytes than it left goes once more, with a checksum on each piece", async () => {
  await photograph([LARGE]);
  let isSpoilt = false;
  const seen = tus(({ size }, offset) => {
    if (isSpoilt || offset + size < LARGE) return undefined;
    isSpoilt = true;
    return { status: 422, headers: TUS, body: Buffer.from(JSON.stringify({ code: "upload_digest" })).toString("base64") };
  });
  expect(await uploadTurn(nothing, nothing, never)).toMatchObject({ count: 1 });
  const [unproved, proved] = [0, 1].map((upload) => pieces(seen).filter(({ path }) => path.endsWith(`/${upload}`)));
  expect(unproved!.map(({ headers }) => headers["Upload-Checksum"])).toEqual(unproved!.map(() => undefined));
  const first = new Uint8Array(proved![0]!.size).fill(1);
  expect(proved![0]!.headers["Upload-Checksum"]).toBe(`sha256 ${base64(await sha256(first.buffer))}`);
  expect(proved!.every(({ headers }) => headers["Upload-Checksum"])).toBe(true);
});

test("previews go before any original, each once", async () => {
  const taken = await photograph([LARGE, LARGE]);
  for (const sha256 of taken) await putThumbnail(sha256, new Uint8Array(900).buffer, "image/jpeg");
  const seen = tus();
  await uploadTurn(nothing, nothing, never);
  expect(seen.slice(0, 2).map(({ method, path }) => `${method} ${path}`)).toEqual(taken.map((one) => `PUT /spaces/${SPACE}/blobs/${one}/preview`));
  expect(seen.filter(({ path }) => path.endsWith("/preview"))).toHaveLength(2);
});

test("originals wait for Wi-Fi when chosen; small ones, and any within an hour of 'now', do not", async () => {
  await photograph([LARGE, 2_000]);
  await prefer({ wifiOnly: true });
  tus();
  const connection = Object.assign(new EventTarget(), { type: "cellular" });
  vi.stubGlobal("navigator", { connection, locks: navigator.locks });
  expect(await uploadTurn(nothing, nothing, never)).toMatchObject({ count: 1, waitsForWifi: true });
  expect((await blobsIn("unsent")).map(({ sizeBytes }) => sizeBytes)).toEqual([LARGE]);
  await useAnyLink();
  expect(await uploadTurn(nothing, nothing, never)).toMatchObject({ count: 1, waitsForWifi: false });
  await photograph([LARGE + 1]);
  pass(3_600_001);
  expect((await uploadTurn(nothing, nothing, never)).count).toBe(0);
  connection.type = "wifi";
  expect((await uploadTurn(nothing, nothing, never)).count).toBe(1);
});

test("three files are on their way at once over a fast link, each begun once", async () => {
  await photograph([LARGE, LARGE, LARGE, LARGE]);
  for (let times = 0; times < 30; times++) link.carried(4_000_000, 1);
  mostAtOnce = 0;
  const seen = tus();
  await uploadTurn(nothing, nothing, never);
  expect(creations(seen)).toHaveLength(4);
  expect(await blobsIn("unsent")).toEqual([]);
  expect(mostAtOnce).toBe(3);
});
