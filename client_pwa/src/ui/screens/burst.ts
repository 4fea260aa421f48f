// 连拍: one tap per photo in the page's own camera. Each photo is durable before it gets its tick;
// the counter never says more than that. Refused or missing camera: the system's camera instead.

import { html, nothing, type TemplateResult } from "lit";
import { addPhoto, watchPosition } from "../../capture/index.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { banner } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { drafts, isFull, requireRoomToCapture } from "../../store/index.ts";
import { frameOf, openCamera, type OpenCamera } from "../camera.ts";
import { NotKept } from "../not-kept.ts";
import { cameraInput, type Taken } from "../parts/camera-input.ts";

/** Fewer photos than the room set aside holds. */
const LOOKED_EVERY = 4;

class Burst extends ScreenElement {
  taken = 0;
  saved: readonly string[] = [];
  refused = false;
  /** No room for another photo. */
  full = false;
  playing = false;
  #camera: OpenCamera | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.watch(() => watchPosition());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.attempt(() => this.open());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#camera?.stop();
  }

  private async open(): Promise<void> {
    if (!(await this.hasRoom())) return;
    try {
      this.#camera = await openCamera();
    } catch {
      // Refused, absent or in use: all lead to the system's camera, which the screen then offers.
      return this.put({ refused: true });
    }
    if (!this.isConnected) return this.#camera.stop();
    const video = this.querySelector("video");
    if (!video) return;
    video.srcObject = this.#camera.stream;
    try {
      await video.play();
    } catch (reason) {
      if (!this.isConnected) return; // left before the picture came: nothing is to be shown any more
      throw reason;
    }
    this.put({ playing: true });
  }

  private keep(bytes: Promise<ArrayBuffer>, mediaType: string, source: "camera" | "album"): void {
    this.put({ taken: this.taken + 1 });
    const capturedAtMs = Date.now();
    const inspection = this.params["id"] ?? "";
    this.#saving = this.#saving.then(async () => {
      const add = async (): Promise<void> => {
        const kept = await addPhoto(await bytes, { inspection, purpose: "finding", source, mediaType, capturedAtMs });
        this.put({ saved: [kept.photo, ...this.saved], taken: Math.max(this.taken, this.saved.length + 1) });
      };
      try {
        await add();
        if (this.saved.length % LOOKED_EVERY === 0) void this.hasRoom(); // no photo waits for it
      } catch (reason) {
        this.put({ taken: this.taken - 1 });
        this.attempt(() => Promise.reject(isFull(reason) ? new NotKept(1, add, reason) : reason));
      }
    });
  }

  /** Before the camera opens and after every few photos: the next ones must fit. */
  private async hasRoom(): Promise<boolean> {
    try {
      await requireRoomToCapture();
      return true;
    } catch (reason) {
      this.#camera?.stop();
      this.put({ full: true, playing: false });
      this.attempt(() => Promise.reject(reason));
      return false;
    }
  }

  private shoot(): void {
    const video = this.querySelector("video");
    if (video && this.playing) this.keep(frameOf(video), "image/jpeg", "camera");
  }

  private received({ bytes, mediaType, source }: Taken): Promise<void> {
    this.keep(Promise.resolve(bytes), mediaType, source);
    return this.#saving;
  }

  private async finish(): Promise<void> {
    await this.#saving;
    this.leaveFor(`/inspections/${this.params["id"] ?? ""}/${this.saved.length > 0 ? "tray" : ""}`.replace(/\/$/, ""));
  }

  override render(): TemplateResult {
    const waiting = this.taken - this.saved.length;
    return html`<div class="burst" data-test="burst-page" data-saved=${this.saved.length} data-taken=${this.taken}>
      <div class="burst-view">
        ${this.full ? html`<div class="page">${banner("alarm", t("room.full"), html`<a class="button" href=${href("/storage")}>${t("storage.title")}</a>`, "burst-full")}</div>` : this.refused ? html`<div class="page">${banner("todo", t("burst.refused"), t("burst.refused_hint"), "camera-refused")}</div>` : html`<video autoplay playsinline muted aria-label=${t("burst.view")}></video>`}
      </div>
      <div class="burst-foot">
        <ul class="strip" aria-label=${t("burst.kept")}>
          ${this.saved.slice(0, 8).map((photo, index) => html`<li class="strip-item"><lh-photo class="thumb" photo=${photo} label=${t("photo.alt", { number: this.saved.length - index })}></lh-photo><span class="strip-tick">${icon("check")}</span></li>`)}
        </ul>
        <p class="burst-count" role="status"><span class="figure-value" data-test="burst-count">${this.saved.length}</span> <span>${t("burst.saved_here")}</span>
          ${waiting > 0 ? html`<span>${t("burst.waiting", { count: waiting })}</span>` : nothing}</p>
        <div class="burst-controls">
          <button type="button" class="button" data-test="burst-done" @click=${() => this.attempt(() => this.finish())}>${icon("check")}<span>${t("do.done")}</span></button>
          ${this.full ? nothing : this.refused
            ? cameraInput({ source: "camera", text: t("capture.photo"), test: "take-photo", main: true, before: () => drafts.save(`camera/${this.params["id"] ?? ""}`, { at_ms: Date.now() }), taken: (photo) => this.received(photo) }, (action) => this.attempt(action))
            : html`<button type="button" class="shutter" ?disabled=${!this.playing} aria-label=${t("burst.shoot")} data-test="shutter" @click=${() => this.shoot()}></button>`}
          <span></span>
        </div>
      </div>
    </div>`;
  }
}

define("lh-burst", Burst);
