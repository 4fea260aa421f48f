// The rescue file: everything of this phone that is not proved on the server yet, to be kept
// elsewhere or carried by another phone. Ops are their exact texts; originals follow as base64url.

import { base64url } from "../protocol/bytes.ts";
import { blobsIn, storedBytes } from "../store/blobs.ts";
import { nowMs } from "../store/clock.ts";
import { allOps } from "../store/ownops.ts";

/** One JSON line per op (`{"t":"op",…}`) and per original (`{"t":"blob",…}`), after a first line about the file. */
export async function rescueFile(): Promise<Blob> {
  const ops = (await allOps()).filter(({ sending }) => sending !== "proved");
  const parts: BlobPart[] = [`${JSON.stringify({ t: "liuhen-rescue", v: 1, at_ms: nowMs(), ops: ops.length })}\n`];
  for (const { wire } of ops) parts.push(`${JSON.stringify({ t: "op", ...wire })}\n`);
  for (const blob of [...(await blobsIn("unsent")), ...(await blobsIn("sent"))]) {
    const bytes = await storedBytes(blob.sha256);
    if (!bytes) continue;
    const { sha256, space, mediaType } = blob;
    const line = `${JSON.stringify({ t: "blob", sha256, space, media_type: mediaType, bytes: base64url(new Uint8Array(bytes)) })}\n`;
    parts.push(new Blob([line])); // out of the page's memory at once
  }
  return new Blob(parts, { type: "application/x-ndjson" });
}
