// Voice notes: kept as the recorder gave them, hashed before anything touches them, with their op in
// one strict transaction.

import { LIMITS } from "../protocol/tables.ts";
import { blobRef } from "./photos.ts";
import { freshId, record, rowOf, savedOf, writingAs } from "./scribe.ts";
import { CaptureError, type Saved, type VoiceInput } from "./types.ts";

/** Keep a voice note. Resolves when its bytes and its record are durable and read back. */
export async function addVoice(bytes: ArrayBuffer, input: VoiceInput): Promise<Saved & { voice: string; sha256: string }> {
  const { inspection, finding, recordedAtMs, durationMs, mediaType } = input;
  if (bytes.byteLength === 0) throw new CaptureError("body_invalid", "blob");
  if (bytes.byteLength > LIMITS.audio_bytes) throw new CaptureError("too_large");
  const blob = await blobRef(bytes, mediaType);
  return writingAs(async (author) => {
    const { space } = await rowOf(`inspection/${inspection}`);
    const voice = freshId();
    const body = { voice, inspection, finding, recorded_at_ms: recordedAtMs, duration_ms: Math.max(1, Math.round(durationMs)), blob };
    const written = await record(author, { kind: "voice.add", space, body, blobs: [{ ref: blob, bytes }] });
    return { ...savedOf(written), voice, sha256: blob.sha256 };
  });
}
