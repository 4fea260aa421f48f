// Copies that a person makes of a photo: something pointed at, something made unreadable. The original stays as it was
// taken and is sent as ever; the copy is an original of its own, named by hash beside the hash it was made from.

import { valueOf } from "../protocol/rows.ts";
import { blobRef } from "./photos.ts";
import { freshId, record, rowOf, savedOf, writingAs } from "./scribe.ts";
import { makeThumbnailLater } from "./thumbnails.ts";
import { CaptureError, type DerivationInput, type Saved } from "./types.ts";

const TOOL = `liuhen-pwa ${__APP_VERSION__}`;

/** Keep a copy of a photo. Resolves when its bytes and its record are durable and read back. */
export async function derivePhoto(photo: string, { purpose, marks, bytes, mediaType }: DerivationInput): Promise<Saved & { derivation: string }> {
  const blob = await blobRef(bytes, mediaType);
  const saved = await writingAs(async (author) => {
    const row = await rowOf(`photo/${photo}`);
    const original = valueOf(row, "blob") as { readonly sha256: string } | undefined;
    if (!original || original.sha256 === blob.sha256) throw new CaptureError("copy_not_derived");
    const derivation = freshId();
    const body = { derivation, photo, purpose, parent: original.sha256, tool: TOOL, marks: [...marks], blob };
    const written = await record(author, { kind: "photo.derive", space: row.space, body, blobs: [{ ref: blob, bytes }] });
    return { ...savedOf(written), derivation };
  });
  makeThumbnailLater(blob.sha256, bytes, mediaType);
  return saved;
}
