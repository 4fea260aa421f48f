// How much room a phone has, what may go, and what is refused before anything is lost.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { blobsIn, noteBlob } from "../../src/store/blobs.ts";
import { allOps } from "../../src/store/ownops.ts";
import { fitting, setAsideBytes } from "../../src/store/reserve.ts";
import { FULL_BYTES, LOW_BYTES } from "../../src/store/room.ts";
import * as store from "../../src/store/index.ts";
import { wayOut } from "../../src/ui/way-out.ts";
import { arrival, ENTERPRISE, freshPhone, pass, photoBytes } from "./phone.ts";

const DAY_MS = 86_400_000;
const PHOTO = { purpose: "scene" as const, source: "camera" as const, mediaType: "image/jpeg" };
let inspection: string;

/** The browser says that this much is free. */
function free(bytes: number): void {
  vi.stubGlobal("navigator", { locks: navigator.locks, storage: { estimate: async () => ({ usage: 1000, quota: 1000 + bytes }) } });
}
/** A disk with this much left: what is let go of a reserve makes room. */
let left = Number.POSITIVE_INFINITY;
function disk(): void {
  const put = IDBObjectStore.prototype.put;
  const drop = IDBObjectStore.prototype.delete;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
    left -= sizeOf(value);
    if (left < 0) throw new DOMException("full", "QuotaExceededError");
    return put.call(this, value, key);
  });
  vi.spyOn(IDBObjectStore.prototype, "delete").mockImplementation(function (this: IDBObjectStore, key: IDBValidKey | IDBKeyRange) {
    left += String(key) === "reserve/words" ? 2_000_000 : String(key) === "reserve/originals" ? 24_000_000 : 0;
    return drop.call(this, key);
  });
}
const sizeOf = (value: unknown): number => {
  const bytes = value instanceof ArrayBuffer ? value : (value as { bytes?: ArrayBuffer }).bytes;
  return bytes instanceof ArrayBuffer ? bytes.byteLength : 100;
};
/** A write that does not fit the first times. */
function full(times: number): () => Promise<void> {
  return async () => {
    if (times-- > 0) throw new store.StoreError("quota", "full");
  };
}
const photograph = (seed: number, size = 100_000) => capture.addPhoto(photoBytes(seed, size), { inspection, ...PHOTO });
async function verify(sha256: string): Promise<void> {
  const blob = [...(await blobsIn("unsent")), ...(await blobsIn("sent"))].find((one) => one.sha256 === sha256);
  await noteBlob(blob!.blob, { state: "verified" });
}

beforeEach(async () => {
  left = Number.POSITIVE_INFINITY;
  disk();
  await freshPhone();
  inspection = (await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival })).inspection;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a meter says what is only here, what is verified, and how many photos of the usual size fit", async () => {
  const first = await photograph(1);
  await photograph(2, 500_000);
  await verify(first.sha256);
  await store.setAside();
  free(FULL_BYTES + 5_000_000);
  expect(await store.room()).toMatchObject({
    level: "low", photosLeft: 10, waiting: { count: 1, bytes: 500_000 }, verified: { count: 1, bytes: 100_000 }, carried: { count: 0, bytes: 0 },
  });
  free(LOW_BYTES);
  expect((await store.room()).level).toBe("roomy");
  free(FULL_BYTES - 1);
  expect(await store.room()).toMatchObject({ level: "full", photosLeft: 0 });
});

test("a browser that does not say how much is free stops nobody", async () => {
  vi.stubGlobal("navigator", { locks: navigator.locks });
  await store.setAside();
  expect(await store.room()).toMatchObject({ level: "unknown", freeBytes: -1, photosLeft: -1 });
  await store.requireRoomToCapture();
  await photograph(1);
});

test("no camera opens where the browser says there is too little, or where nothing can be set aside", async () => {
  free(FULL_BYTES - 1);
  await expect(store.requireRoomToCapture()).rejects.toMatchObject({ code: "quota" });
  free(LOW_BYTES);
  await store.requireRoomToCapture();
  left = 0;
  await store.requireRoomToCapture(); // it is set aside already
  await fitting(full(1), ["originals"]);
  left = 23_000_000;
  await expect(store.requireRoomToCapture()).rejects.toMatchObject({ code: "quota" });
  expect((await store.room()).level).toBe("full");
  expect((await store.room()).freeBytes).toBe(-1); // the browser's figure was disproved
});

test("what was being taken when the disk filled up is kept from what was set aside; words have more than photos", async () => {
  await store.setAside();
  left = 1_000;
  const photo = await photograph(1, 300_000);
  expect([(await store.hasBytes(photo.sha256)), await setAsideBytes()]).toEqual([true, 2_000_000]);
  const before = (await allOps()).length;
  left = 0;
  await expect(photograph(2, 300_000)).rejects.toMatchObject({ code: "quota" });
  expect((await allOps()).length).toBe(before);
  await capture.saveFinding({ inspection, description: "堵塞" }); // from what is for words
  expect((await allOps()).length).toBe(before + 1);
});

test("only verified originals may go, by their age, and what the choice frees is told before", async () => {
  const old = await photograph(1);
  pass(8 * DAY_MS);
  const young = await photograph(2);
  const unsafe = await photograph(3);
  for (const { sha256 } of [old, young]) await verify(sha256);
  expect([await store.freeable(30), await store.freeable(7), await store.freeable(0)]).toEqual([
    { count: 0, bytes: 0 }, { count: 1, bytes: 100_000 }, { count: 2, bytes: 200_000 },
  ]);
  expect(await store.dropOldOriginals(store.nowMs(), 7)).toBe(1);
  expect(await Promise.all([old, young, unsafe].map(({ sha256 }) => store.hasBytes(sha256)))).toEqual([false, true, true]);
  expect(await store.dropOldOriginals(store.nowMs(), 0)).toBe(1);
  expect(await store.hasBytes(unsafe.sha256)).toBe(true);
  expect((await store.room()).waiting.count).toBe(1);
});

test("the one way out is the one that helps now", () => {
  const held = (waiting: number, verified: number) => ({ waiting: { count: 1, bytes: waiting }, verified: { count: 1, bytes: verified } });
  expect(wayOut(held(0, 10), true)).toBe("free");
  expect(wayOut(held(100, 10), true)).toBe("upload");
  expect(wayOut(held(100, 10), false)).toBe("free");
  expect(wayOut(held(100, 0), false)).toBe("rescue");
});
