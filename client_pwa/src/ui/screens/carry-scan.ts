// 扫描二维码: reads the other phone's stream of codes with this one's camera, shows how much is here,
// and takes it in whole or not at all.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner, button } from "../../screen/parts.ts";
import { StoreError } from "../../store/index.ts";
import { engine, LightSink, ParcelError, type Arrival } from "../../sync/index.ts";
import { CodeReader } from "../code-reader.ts";
import { failureText } from "../failures.ts";
import { arrived } from "../parts/arrival.ts";

/** Faster than the other screen changes; what is left of the time is for drawing and the finger. */
const LOOK_MS = 50;

class CarryScan extends ScreenElement {
  refused = false;
  failure: ParcelError | StoreError | undefined;
  percent = 0;
  arrival: Arrival | undefined;
  #sink = new LightSink();
  readonly #reader = new CodeReader();

  override connectedCallback(): void {
    super.connectedCallback();
    this.attempt(() => this.open());
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#reader.close();
  }

  private async open(): Promise<void> {
    await this.updateComplete;
    const video = this.querySelector("video");
    if (!video) return;
    const isOpen = await this.#reader.open(video, (text) => this.seen(text), LOOK_MS);
    if (!isOpen) this.put({ refused: true }); // the page offers the file
  }

  private seen(text: string): void {
    if (this.#sink.take(text)) this.put({ percent: Math.floor(100 * this.#sink.share) });
    if (this.#sink.share < 1) return;
    this.#reader.close();
    this.attempt(() => this.finish());
  }

  private async finish(): Promise<void> {
    try {
      this.arrival = await this.#sink.finish();
      navigator.vibrate?.(200);
      engine.nudge();
    } catch (error) {
      if (!(error instanceof ParcelError) && !(error instanceof StoreError)) throw error;
      console.warn(error.message);
      this.failure = error;
    }
    this.requestUpdate();
  }

  private again(): void {
    this.put({ failure: undefined, refused: false, percent: 0 });
    this.attempt(() => this.open());
  }

  private trouble(): TemplateResult {
    const text = this.failure ? failureText(this.failure) : t("carry.scan.refused");
    return html`<div class="page" data-test="carry-scan">
      ${banner("alarm", text, this.failure ? nothing : t("carry.scan.refused_hint"), this.failure ? "carry-failure" : "camera-refused")}
      ${button(t("carry.again"), () => this.again(), { wide: true, icon: "recheck", test: "carry-again" })}</div>`;
  }

  override render(): TemplateResult {
    if (this.arrival) return html`<div class="page">${arrived(this.arrival)}</div>`;
    if (this.failure || this.refused) return this.trouble();
    const text = this.percent > 0 ? t("carry.scan.progress", { percent: this.percent }) : t("carry.scan.looking");
    return html`<div class="page" data-test="carry-scan" data-percent=${this.percent}>
      <p>${t("carry.scan.hint")}</p>
      <video class="carry-view" autoplay playsinline muted aria-label=${t("carry.scan.view")}></video>
      <p role="status" class="digits">${text}</p>
      <progress max="100" value=${this.percent} aria-label=${text}></progress>
    </div>`;
  }
}

define("lh-carry-scan", CarryScan);
