// A worker of its own for the burst camera: turns frames into JPEG bytes, one after another. On the
// page's thread the browser encodes only when it is idle, which with a running viewfinder is late.

export interface FrameToEncode {
  readonly number: number;
  readonly frame: VideoFrame | ImageBitmap;
  readonly quality: number;
}
export interface EncodedFrame {
  readonly number: number;
  readonly bytes?: ArrayBuffer;
  /** Why there are no bytes. */
  readonly problem?: string;
}

async function encode({ frame, quality }: FrameToEncode): Promise<ArrayBuffer> {
  const size = "displayWidth" in frame ? { width: frame.displayWidth, height: frame.displayHeight } : frame;
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no 2d canvas");
  context.drawImage(frame, 0, 0);
  frame.close();
  return (await canvas.convertToBlob({ type: "image/jpeg", quality })).arrayBuffer();
}

const reply = (done: EncodedFrame, transfer: Transferable[]): void => self.postMessage(done, { transfer });

self.addEventListener("message", ({ data }: MessageEvent<FrameToEncode>) => {
  encode(data).then(
    (bytes) => reply({ number: data.number, bytes }, [bytes]),
    (reason: unknown) => reply({ number: data.number, problem: String(reason) }, []),
  );
});
