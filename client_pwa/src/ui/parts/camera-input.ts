// 拍照 and 相册 are two inputs: an image-only accept list hides the camera on some phones, and an
// album photo must be recorded as one. The system's camera may kill the page, so whatever `before`
// saves is durable before it opens.

import { html, type TemplateResult } from "lit";
import { icon } from "../../screen/icons.ts";
import { isFull, requireRoomToCapture } from "../../store/index.ts";
import { NotKept } from "../not-kept.ts";

export interface Taken {
  readonly bytes: ArrayBuffer;
  readonly mediaType: string;
  readonly source: "camera" | "album";
}

export interface CameraInput {
  readonly source: "camera" | "album";
  readonly text: string;
  readonly test: string;
  readonly main?: boolean;
  /** Made durable before the camera opens. */
  readonly before: () => Promise<void>;
  /** Called with one photo after the other, the next when this one is durable: thirty are never in memory at once. */
  readonly taken: (photo: Taken) => Promise<void>;
  /** All of them are kept. */
  readonly done?: () => void;
}

/** The first bytes say what it is; a phone's `type` follows the file's name, or is empty. What is none of ours keeps its name and is refused at capture. */
function mediaTypeOf(file: File, bytes: ArrayBuffer): string {
  const head = new TextDecoder("latin1").decode(bytes.slice(0, 12));
  if (head.startsWith("\u00ff\u00d8\u00ff")) return "image/jpeg";
  if (head.startsWith("\u0089PNG")) return "image/png";
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return "image/webp";
  if (head.slice(4, 8) === "ftyp") return "image/heic";
  return file.type || "application/octet-stream";
}

async function keepAll(files: readonly File[], config: CameraInput): Promise<void> {
  for (const [at, file] of files.entries()) {
    const bytes = await file.arrayBuffer();
    try {
      await config.taken({ bytes, mediaType: mediaTypeOf(file, bytes), source: config.source });
    } catch (reason) {
      const left = files.slice(at);
      throw isFull(reason) ? new NotKept(left.length, () => keepAll(left, config), reason) : reason;
    }
  }
  if (files.length > 0) config.done?.();
}

/** A capture button with its own hidden input; `fail` hears what went wrong. */
export function cameraInput(config: CameraInput, fail: (action: () => Promise<unknown>) => void): TemplateResult {
  const open = (event: Event): void => {
    const input = (event.currentTarget as HTMLElement).nextElementSibling as HTMLInputElement;
    fail(async () => {
      await requireRoomToCapture();
      await config.before();
      input.click();
    });
  };
  const changed = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = "";
    fail(() => keepAll(files, config));
  };
  return html`<span class="camera-input">
    <button type="button" class="capture-button ${config.main ? "capture-button-main" : ""}" data-test=${config.test} @click=${open}>
      ${icon(config.source === "camera" ? "camera" : "album")}<span>${config.text}</span>
    </button>
    ${config.source === "camera"
      ? html`<input type="file" accept="image/*" capture="environment" tabindex="-1" aria-hidden="true" hidden data-test="${config.test}-input" @change=${changed} />`
      : html`<input type="file" accept="image/*" multiple tabindex="-1" aria-hidden="true" hidden data-test="${config.test}-input" @change=${changed} />`}
  </span>`;
}
