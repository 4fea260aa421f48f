// Drawing and reading QR codes. The only place that knows the package; loaded when one of the two
// pages opens, so that nobody else waits for it.

import encodeQR from "qr";
import decodeQR from "qr/decode.js";

/** Modules of white around it, as ISO/IEC 18004 asks. */
const QUIET = 4;

/** Draw a text of the QR alphabet as large as whole pixels allow. Each frame of one transfer has the same size. */
export function drawCode(canvas: HTMLCanvasElement, text: string): void {
  const modules = encodeQR(text, "raw", { ecc: "low", encoding: "alphanumeric", border: QUIET });
  const wanted = Math.round(canvas.clientWidth * devicePixelRatio);
  const scale = Math.max(1, Math.floor(wanted / modules.length));
  const side = modules.length * scale;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d", { alpha: false })!;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, side, side);
  pen.fillStyle = "#000000";
  modules.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect(x * scale, y * scale, scale, scale)));
}

/** Sharp enough for the finest code shown, and quick on an old phone. */
const LOOKED_AT_PX = 720;

/** The text of a code in the middle of the picture; undefined when there is none to be read. */
export function readCode(video: HTMLVideoElement, canvas: OffscreenCanvas | HTMLCanvasElement): string | undefined {
  const side = Math.min(video.videoWidth, video.videoHeight);
  if (side === 0) return undefined;
  const size = Math.min(side, LOOKED_AT_PX);
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  pen.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, size, size);
  try {
    return decodeQR(pen.getImageData(0, 0, size, size));
  } catch {
    return undefined; // the package throws for every picture without a code
  }
}
