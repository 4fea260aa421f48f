// Reads QR codes with the camera: what it films is shown in a page's video element.

import { openViewfinder, type OpenCamera } from "./camera.ts";

export class CodeReader {
  #camera: OpenCamera | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Hand over each code that is seen, looking every `pauseMs`, until `close`. Resolves to false when the camera is
   * refused, absent or in use.
   */
  async open(video: HTMLVideoElement, onCode: (text: string) => void, pauseMs: number): Promise<boolean> {
    try {
      this.#camera = await openViewfinder();
    } catch {
      return false;
    }
    if (!video.isConnected) {
      this.close();
      return true;
    }
    video.srcObject = this.#camera.stream;
    try {
      await video.play();
    } catch (reason) {
      if (!video.isConnected) return true; // left before the picture came
      throw reason;
    }
    const { readCode } = await import("./qr-code.ts");
    const canvas = document.createElement("canvas");
    const look = (): void => {
      if (!this.#camera) return;
      const text = readCode(video, canvas);
      if (text !== undefined) onCode(text);
      if (this.#camera) this.#timer = setTimeout(look, pauseMs);
    };
    look();
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#camera?.stop();
    this.#camera = undefined;
  }
}
