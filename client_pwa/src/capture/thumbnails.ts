// 320 px pictures of own photos for the screen, made by a worker one at a time, after the photo is
// safe. A picture that can't be made (a format the browser can't read) is simply missing.

import { putThumbnail } from "../store/blobs.ts";
import type { Shrunk, ToShrink } from "./thumbnail-worker.ts";

let worker: Worker | undefined;
let asked = 0;
let last: Promise<void> = Promise.resolve();
const waiting = new Map<number, (done: Shrunk) => void>();

function theWorker(): Worker {
  if (worker) return worker;
  worker = new Worker(new URL("./thumbnail-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<Shrunk>) => {
    waiting.get(data.number)?.(data);
    waiting.delete(data.number);
  });
  worker.addEventListener("error", (event) => {
    for (const [number, hear] of waiting) hear({ number, problem: event.message });
    waiting.clear();
  });
  return worker;
}

async function make(sha256: string, bytes: ArrayBuffer, mediaType: string): Promise<void> {
  const number = ++asked;
  const small = await new Promise<Shrunk>((hear) => {
    waiting.set(number, hear);
    theWorker().postMessage({ number, bytes, mediaType } satisfies ToShrink);
  });
  if (small.bytes && small.mediaType) await putThumbnail(sha256, small.bytes, small.mediaType);
  else console.warn("no thumbnail", small.problem);
}

/** Queue the making of a small picture; returns at once. */
export function makeThumbnailLater(sha256: string, bytes: ArrayBuffer, mediaType: string): void {
  if (typeof OffscreenCanvas === "undefined" || typeof Worker === "undefined") return;
  last = last.then(() => make(sha256, bytes, mediaType)).catch((error: unknown) => {
    console.warn("no thumbnail", error instanceof Error ? error.name : error);
  });
}
