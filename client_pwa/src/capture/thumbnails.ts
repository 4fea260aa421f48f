// 320 px pictures of own photos for the screen, made one at a time when the page is idle. A picture
// that can't be made (a format the browser can't read) is simply missing; the original is safe.

import { putThumbnail } from "../store/blobs.ts";

const WIDTH_PX = 320;
const QUALITY = 0.7;
let last: Promise<void> = Promise.resolve();

async function make(sha256: string, bytes: ArrayBuffer, mediaType: string): Promise<void> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: mediaType }), { resizeWidth: WIDTH_PX, resizeQuality: "medium" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
  bitmap.close();
  const small = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  await putThumbnail(sha256, await small.arrayBuffer(), small.type);
}

const idle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/** Queue the making of a small picture; returns at once. */
export function makeThumbnailLater(sha256: string, bytes: ArrayBuffer, mediaType: string): void {
  if (typeof OffscreenCanvas === "undefined" || typeof createImageBitmap === "undefined") return;
  last = last.then(idle).then(() => make(sha256, bytes, mediaType)).catch((error: unknown) => {
    console.warn("no thumbnail", error instanceof Error ? error.name : error);
  });
}
