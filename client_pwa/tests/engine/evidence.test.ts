// Copies of photos and voice notes on one phone: what is written, and that originals stay.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { LIMITS } from "../../src/protocol/tables.ts";
import { readHeader } from "../../src/protocol/ops.ts";
import { blobRecord } from "../../src/store/blobs.ts";
import { opRecord } from "../../src/store/ownops.ts";
import * as store from "../../src/store/index.ts";
import { arrival, ENTERPRISE, freshPhone, NOON_MS, photoBytes, SPACE } from "./phone.ts";

beforeEach(() => freshPhone());

const begin = () => capture.beginOnSite({ enterprise: ENTERPRISE, reason: "群众举报", ...arrival });
const marks = [{ shape: "blur" as const, x1: 100, y1: 200, x2: 3000, y2: 4000 }];
const copyOf = (seed: number) => ({ purpose: "annotation" as const, marks, bytes: photoBytes(seed), mediaType: "image/jpeg" });
const spoken = (seed: number, inspection: string) => ({
  bytes: photoBytes(seed, 3000), about: { inspection, mediaType: "audio/webm", recordedAtMs: NOON_MS, durationMs: 2500.4 },
});

test("a copy names the original's hash, and both lie on the phone to be sent", async () => {
  const { inspection } = await begin();
  const taken = await capture.addPhoto(photoBytes(1), { inspection, purpose: "finding", source: "camera", mediaType: "image/jpeg" });
  const { op, derivation } = await capture.derivePhoto(taken.photo, copyOf(2));
  const written = (await opRecord(op))!;
  const body = JSON.parse(written.wire.body) as { parent: string; blob: { sha256: string }; marks: unknown };
  expect(body).toMatchObject({ derivation, photo: taken.photo, parent: taken.sha256, purpose: "annotation", marks });
  expect(readHeader(written.wire.header).deps).toEqual([taken.op]);
  const [copy, ...others] = await store.derivationsOf(taken.photo);
  expect([copy!.sha256, copy!.verified, others]).toEqual([body.blob.sha256, false, []]);
  expect(new Uint8Array((await store.original(taken.sha256))!.bytes)).toEqual(new Uint8Array(photoBytes(1)));
  for (const sha256 of [taken.sha256, copy!.sha256]) expect(await blobRecord(`${SPACE}-${sha256}`)).toMatchObject({ state: "unsent" });
});

test("the original is no copy of itself, and a copy without a mark is none", async () => {
  const { inspection } = await begin();
  const taken = await capture.addPhoto(photoBytes(1), { inspection, purpose: "finding", source: "camera", mediaType: "image/jpeg" });
  await expect(capture.derivePhoto(taken.photo, copyOf(1))).rejects.toMatchObject({ code: "copy_not_derived" });
  await expect(capture.derivePhoto(taken.photo, { ...copyOf(2), marks: [] })).rejects.toMatchObject({ code: "body_invalid", field: "marks" });
  expect(await store.derivationsOf(taken.photo)).toEqual([]);
});

test("a voice note spoken before the hazard is saved comes with it, one spoken after belongs to it", async () => {
  const { inspection } = await begin();
  const first = spoken(3, inspection);
  const before = await capture.addVoice(first.bytes, first.about);
  const { finding } = await capture.saveFinding({ inspection, description: "堵塞", voices: [before.voice] });
  const second = spoken(4, inspection);
  const after = await capture.addVoice(second.bytes, { ...second.about, finding });
  const view = (await store.finding(finding))!;
  expect(new Set(view.voices)).toEqual(new Set([before.voice, after.voice]));
  const notes = await store.voices(view.voices);
  expect(notes.map(({ durationMs, mediaType, verified }) => [durationMs, mediaType, verified])).toEqual([[2500, "audio/webm", false], [2500, "audio/webm", false]]);
  expect(new Uint8Array((await store.original(before.sha256))!.bytes)).toEqual(new Uint8Array(first.bytes));
});

test("an empty, too long or foreign recording is refused before anything is written", async () => {
  const { inspection } = await begin();
  const { about } = spoken(3, inspection);
  const refused = (bytes: ArrayBuffer, more = {}) => expect(capture.addVoice(bytes, { ...about, ...more })).rejects;
  await refused(new ArrayBuffer(0)).toMatchObject({ code: "body_invalid" });
  await refused(new ArrayBuffer(LIMITS.audio_bytes + 1)).toMatchObject({ code: "too_large" });
  await refused(photoBytes(1), { mediaType: "audio/wav" }).toMatchObject({ code: "body_invalid", field: "blob.media_type" });
  await refused(photoBytes(1), { durationMs: 300_001 }).toMatchObject({ code: "body_invalid", field: "duration_ms" });
});
