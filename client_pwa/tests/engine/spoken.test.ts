// A recording whose page was killed: what was kept of it becomes one voice note, whatever moment the kill chose.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { allOps } from "../../src/store/ownops.ts";
import * as store from "../../src/store/index.ts";
import { EMPTY_HAZARD, newHazard, type HazardDraft } from "../../src/ui/hazard-draft.ts";
import { keepInterruptedVoices, whileSpeaking } from "../../src/ui/interrupted-voices.ts";
import { arrival, ENTERPRISE, freshPhone, LI, NOON_MS, photoBytes, WANG } from "./phone.ts";

let inspection: string;
const piece = (voice: string, number: number, finding?: string) =>
  store.keepPiece({ voice, inspection, finding, mediaType: "audio/webm", startedAtMs: NOON_MS, durationMs: 1000 * (number + 1), bytes: photoBytes(number, 500) }, number);
const drafted = async () => (await store.drafts.load<HazardDraft>(newHazard(inspection)))?.voices ?? [];
const notes = async () => (await allOps()).filter(({ kind }) => kind === "voice.add");

async function speak(seconds: number, finding?: string): Promise<string> {
  const voice = capture.nextVoice();
  for (let number = 0; number < seconds; number++) await piece(voice, number, finding);
  return voice;
}

beforeEach(async () => {
  await freshPhone();
  inspection = (await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival })).inspection;
});

test("what was said before the kill waits in the draft of a hazard, byte for byte", async () => {
  await store.drafts.save(newHazard(inspection), { ...EMPTY_HAZARD, description: "写了一半" });
  const voice = await speak(3);
  expect(await keepInterruptedVoices()).toBe(3000);
  expect(await drafted()).toEqual([voice]);
  const whole = await store.voices([voice]);
  expect(whole).toHaveLength(1);
  const [note] = whole;
  const kept = await store.original(note!.sha256);
  expect([...new Uint8Array(kept!.bytes)]).toEqual([0, 1, 2].flatMap((number) => [...new Uint8Array(photoBytes(number, 500))]));
  expect([note!.durationMs, note!.recordedAtMs, kept!.mediaType]).toEqual([3000, NOON_MS, "audio/webm"]);
  expect(await store.unfinishedSpoken()).toEqual([]);
  expect((await store.drafts.load<HazardDraft>(newHazard(inspection)))!.description).toBe("写了一半");
  const { finding } = await capture.saveFinding({ inspection, description: "堵塞", voices: await drafted() });
  expect((await store.finding(finding))!.voices).toEqual([voice]);
});

test("of a hazard that is there it is that hazard's", async () => {
  const { finding } = await capture.saveFinding({ inspection, description: "堵塞" });
  const voice = await speak(2, finding);
  await keepInterruptedVoices();
  expect((await store.finding(finding))!.voices).toEqual([voice]);
  expect(await drafted()).toEqual([]);
});

test("killed after the note was durable, it is kept once and not given twice", async () => {
  const voice = await speak(2);
  const said = (await store.drafts.keys()).length;
  await capture.addVoice(photoBytes(1, 500), { voice, inspection, mediaType: "audio/webm", recordedAtMs: NOON_MS, durationMs: 2000 });
  expect(await keepInterruptedVoices()).toBe(2000);
  expect(await keepInterruptedVoices()).toBe(0);
  expect([said, (await notes()).length, await drafted()]).toEqual([2, 1, [voice]]);
  const given = await speak(1);
  await capture.addVoice(photoBytes(2, 500), { voice: given, inspection, mediaType: "audio/webm", recordedAtMs: NOON_MS, durationMs: 1000 });
  await capture.saveFinding({ inspection, description: "堵塞", voices: [given] });
  await keepInterruptedVoices();
  expect(await drafted()).toEqual([voice]);
});

test("a piece that is missing ends what is kept; a recording under way in another tab is left alone", async () => {
  const voice = capture.nextVoice();
  for (const number of [0, 1, 3]) await piece(voice, number);
  await whileSpeaking(voice, async () => expect(await keepInterruptedVoices()).toBe(0));
  expect(await keepInterruptedVoices()).toBe(2000);
  expect(await store.unfinishedSpoken()).toEqual([]);
});

test("what one person said is never another's on the same phone", async () => {
  await speak(2);
  const { currentAuthor, setAuthor } = await import("../../src/store/identity.ts");
  const li = (await currentAuthor())!;
  await setAuthor({ ...li, person: WANG, name: WANG });
  expect([await store.unfinishedSpoken(), await keepInterruptedVoices()]).toEqual([[], 0]);
  await setAuthor({ ...li, person: LI, name: LI });
  expect((await store.unfinishedSpoken()).length).toBe(1);
});

test("a note that is taken out of a hazard stays with its inspection", async () => {
  const kept = await capture.addVoice(photoBytes(5, 500), { inspection, mediaType: "audio/webm", recordedAtMs: NOON_MS, durationMs: 900 });
  const { finding } = await capture.saveFinding({ inspection, description: "堵塞", voices: [kept.voice] });
  expect((await store.inspection(inspection))!.looseVoices).toEqual([]);
  await capture.unassignVoices(finding, [kept.voice]);
  expect((await store.finding(finding))!.voices).toEqual([]);
  expect((await store.inspection(inspection))!.looseVoices.map(({ id }) => id)).toEqual([kept.voice]);
  expect(await store.hasBytes(kept.sha256)).toBe(true);
});
