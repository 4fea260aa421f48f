// A worker of its own for 320 px pictures: decoding a large photo never delays the next tap.

export interface ToShrink {
  readonly number: number;
  readonly bytes: ArrayBuffer;
  readonly mediaType: string;
}
export interface Shrunk {
  readonly number: number;
  readonly bytes?: ArrayBuffer;
  readonly mediaType?: string;
  /** Why there are no bytes: mostly a format that the browser can't read. */
  readonly problem?: string;
}

const WIDTH_PX = 320;
const QUALITY = 0.7;

async function shrink({ bytes, mediaType }: ToShrink): Promise<Blob> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: mediaType }), { resizeWidth: WIDTH_PX, resizeQuality: "medium" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

self.addEventListener("message", ({ data }: MessageEvent<ToShrink>) => {
  const { number } = data;
  shrink(data).then(
    async (small) => {
      const bytes = await small.arrayBuffer();
      self.postMessage({ number, bytes, mediaType: small.type } satisfies Shrunk, { transfer: [bytes] });
    },
    (reason: unknown) => self.postMessage({ number, problem: String(reason) } satisfies Shrunk),
  );
});
