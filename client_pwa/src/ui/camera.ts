// The in-page camera: opens the rear camera, takes still frames as JPEG. The frame is taken at the
// tap; a worker encodes it and saving follows, so the next tap never waits. Knows nothing of records.

import type { EncodedFrame, FrameToEncode } from "./frame-encoder.ts";

const QUALITY = 0.9;

export interface OpenCamera {
  readonly stream: MediaStream;
  readonly stop: () => void;
}

async function opened(width: number, height: number): Promise<OpenCamera> {
  const video = { facingMode: { ideal: "environment" }, width: { ideal: width }, height: { ideal: height } };
  const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
  return { stream, stop: () => stream.getTracks().forEach((track) => track.stop()) };
}

/** Rejects when there is no camera or it was refused; the caller falls back to the system's. */
export async function openCamera(): Promise<OpenCamera> {
  const camera = await opened(1920, 1440);
  theEncoder(); // loaded before the first tap
  return camera;
}
/** To look at codes only. */
export const openViewfinder = (): Promise<OpenCamera> => opened(1280, 960);

let encoder: Worker | undefined;
let frames = 0;
const waiting = new Map<number, (done: EncodedFrame) => void>();

/** Kept for good: a frame under way outlives the page that took it. */
function theEncoder(): Worker {
  if (encoder) return encoder;
  encoder = new Worker(new URL("./frame-encoder.ts", import.meta.url), { type: "module" });
  encoder.addEventListener("message", ({ data }: MessageEvent<EncodedFrame>) => {
    waiting.get(data.number)?.(data);
    waiting.delete(data.number);
  });
  encoder.addEventListener("error", (event) => {
    for (const [number, hear] of waiting) hear({ number, problem: event.message });
    waiting.clear();
  });
  return encoder;
}

/** A VideoFrame costs nothing to take; where there is none, the picture is copied. */
const grabbed = async (video: HTMLVideoElement): Promise<VideoFrame | ImageBitmap> =>
  typeof VideoFrame === "undefined" ? createImageBitmap(video) : new VideoFrame(video);

/** The present frame of a playing video as JPEG bytes. */
export async function frameOf(video: HTMLVideoElement): Promise<ArrayBuffer> {
  const frame = await grabbed(video);
  const number = ++frames;
  const done = await new Promise<EncodedFrame>((hear) => {
    waiting.set(number, hear);
    theEncoder().postMessage({ number, frame, quality: QUALITY } satisfies FrameToEncode, [frame]);
  });
  if (!done.bytes) throw new Error(`the frame could not be encoded: ${done.problem}`);
  return done.bytes;
}
