// The in-page camera: opens the rear camera, takes still frames as JPEG. The frame is taken at the
// tap; encoding and saving follow, so the next tap never waits. Knows nothing of records.

const QUALITY = 0.9;

export interface OpenCamera {
  readonly stream: MediaStream;
  readonly stop: () => void;
}

/** Rejects when there is no camera or it was refused; the caller falls back to the system's. */
export async function openCamera(): Promise<OpenCamera> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } },
    audio: false,
  });
  return { stream, stop: () => stream.getTracks().forEach((track) => track.stop()) };
}

/** The present frame of a playing video as JPEG bytes. */
export async function frameOf(video: HTMLVideoElement): Promise<ArrayBuffer> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no 2d canvas");
  context.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new Error("the frame could not be encoded");
  return blob.arrayBuffer();
}
