// Photos are hashed as the page received them, kept with their op in one strict transaction, and
// never altered. The small picture for the screen is made afterwards, off the critical path.

import { sha256Hex } from "../protocol/bytes.ts";
import type { BlobRef } from "../protocol/rows.ts";
import { LIMITS } from "../protocol/tables.ts";
import { nowMs } from "../store/clock.ts";
import { position } from "./position.ts";
import { freshId, record, rowOf, savedOf, writingAs } from "./scribe.ts";
import { makeThumbnailLater } from "./thumbnails.ts";
import { CaptureError, type PhotoInput, type Saved } from "./types.ts";

/** What a body says of some bytes. */
export async function blobRef(bytes: ArrayBuffer, mediaType: string): Promise<BlobRef> {
  if (bytes.byteLength > LIMITS.blob_bytes) throw new CaptureError("too_large");
  return { sha256: await sha256Hex(bytes), size_bytes: bytes.byteLength, media_type: mediaType };
}

/** Keep a photo as received. Resolves when bytes and op are durable and read back. */
export async function addPhoto(bytes: ArrayBuffer, input: PhotoInput): Promise<Saved & { photo: string; sha256: string }> {
  const takenAtMs = input.capturedAtMs ?? nowMs();
  const ref = await blobRef(bytes, input.mediaType);
  const saved = await writingAs(async (author) => {
    const space = input.inspection === undefined ? author.bureau : (await rowOf(`inspection/${input.inspection}`)).space;
    const photo = freshId();
    const { inspection, finding, purpose, source } = input;
    const body = { photo, inspection, finding, purpose, source, captured_at_ms: takenAtMs, blob: ref, position: position() };
    const written = await record(author, { kind: "photo.add", space, body, blobs: [{ ref, bytes }] });
    return { ...savedOf(written), photo, sha256: ref.sha256 };
  });
  makeThumbnailLater(ref.sha256, bytes, input.mediaType);
  return saved;
}

function moving(kind: string): (finding: string, photos: readonly string[]) => Promise<Saved> {
  return (finding, photos) =>
    writingAs(async (author) => {
      const { space } = await rowOf(`finding/${finding}`);
      return savedOf(await record(author, { kind, space, body: { finding, photos: [...photos] } }));
    });
}
export const assignPhotos = moving("photo.assign");
export const unassignPhotos = moving("photo.unassign");
