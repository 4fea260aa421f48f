// Voice notes: kept as the recorder gave them, hashed before anything touches them, with their op in
// one strict transaction. A note that is taken out of a hazard stays with its inspection.

import { LIMITS } from "../protocol/tables.ts";
import { dropSpoken, spoken, type Spoken } from "../store/spoken.ts";
import { viewed } from "../store/view.ts";
import { blobRef } from "./photos.ts";
import { freshId, record, rowOf, savedOf, writingAs } from "./scribe.ts";
import { CaptureError, type Saved, type VoiceInput } from "./types.ts";

/** The id a recording will have as a voice note, chosen when it begins: so it is never kept twice. */
export const nextVoice = freshId;

/** Keep a voice note. Resolves when its bytes and its record are durable and read back. */
export async function addVoice(bytes: ArrayBuffer, input: VoiceInput): Promise<Saved & { voice: string; sha256: string }> {
  const { inspection, finding, recordedAtMs, durationMs, mediaType, voice = freshId() } = input;
  if (bytes.byteLength === 0) throw new CaptureError("body_invalid", "blob");
  if (bytes.byteLength > LIMITS.audio_bytes) throw new CaptureError("too_large");
  const blob = await blobRef(bytes, mediaType);
  return writingAs(async (author) => {
    const { space } = await rowOf(`inspection/${inspection}`);
    const body = { voice, inspection, finding, recorded_at_ms: recordedAtMs, duration_ms: Math.max(1, Math.round(durationMs)), blob };
    const written = await record(author, { kind: "voice.add", space, body, blobs: [{ ref: blob, bytes }] });
    return { ...savedOf(written), voice, sha256: blob.sha256 };
  });
}

/**
 * Make a voice note of what was recorded before the page was killed, unless it is one already. `then` runs once the note
 * is durable, before the pieces are forgotten. Returns what was kept; undefined when there was nothing.
 */
export async function keepInterrupted(voice: string, then: (kept: Spoken) => Promise<void>): Promise<Spoken | undefined> {
  const said = await spoken(voice);
  if (said) {
    const { bytes, inspection, finding, mediaType, startedAtMs: recordedAtMs, durationMs } = said;
    const isKept = (await viewed(`voice/${voice}`)) !== undefined;
    if (!isKept) await addVoice(bytes, { voice, inspection, finding, mediaType, recordedAtMs, durationMs });
    await then(said);
  }
  await dropSpoken(voice);
  return said;
}

/** Take notes out of a hazard; they stay with its inspection. */
export const unassignVoices = (finding: string, voices: readonly string[]): Promise<Saved> =>
  writingAs(async (author) => {
    const { space } = await rowOf(`finding/${finding}`);
    return savedOf(await record(author, { kind: "voice.unassign", space, body: { finding, voices: [...voices] } }));
  });
