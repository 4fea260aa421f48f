// 出示二维码: the unsent records as a stream of codes for another phone's camera. The other phone says
// when it has all; this one can't know.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner, chips, empty } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { lightSource, ParcelError, type Grain, type LightSource } from "../../sync/index.ts";
import { failureText } from "../failures.ts";

/** A camera takes thirty pictures a second, a screen needs some of them to change. */
const FRAME_MS: Readonly<Record<Grain, number>> = { plain: 125, coarse: 160 };

class CarryShow extends ScreenElement {
  grain: Grain = "plain";
  source: LightSource | undefined;
  nothing = false;
  failure: ParcelError | undefined;
  number = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lock: WakeLockSentinel | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.begin("plain");
    void this.stayAwake();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    void this.#lock?.release();
  }

  /** Best effort: a phone that refuses may go dark after a while. */
  private async stayAwake(): Promise<void> {
    this.#lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
    if (!this.isConnected) await this.#lock?.release();
  }

  private begin(grain: Grain): void {
    clearInterval(this.#timer);
    this.put({ grain, failure: undefined });
    this.attempt(async () => {
      try {
        const [source, { drawCode }] = await Promise.all([lightSource(grain), import("../qr-code.ts")]);
        if (!source) return this.put({ nothing: true });
        this.put({ source, number: 0 });
        await this.updateComplete;
        this.run(source, grain, drawCode);
      } catch (error) {
        if (!(error instanceof ParcelError)) throw error;
        this.put({ failure: error, source: undefined });
      }
    });
  }

  private run(source: LightSource, grain: Grain, draw: (canvas: HTMLCanvasElement, text: string) => void): void {
    if (grain !== this.grain || !this.isConnected) return;
    const next = (): void => {
      const canvas = this.querySelector("canvas");
      if (!canvas) return;
      draw(canvas, source.text(this.number));
      canvas.dataset["frame"] = String(this.number);
      this.put({ number: this.number + 1 });
    };
    next();
    this.#timer = setInterval(next, FRAME_MS[grain]);
  }

  private showing(source: LightSource): TemplateResult {
    const done = this.number % source.round;
    return html`<canvas class="carry-code" role="img" aria-label=${t("carry.show.code")} data-test="carry-code" data-round=${source.round} data-bytes=${source.bytes}></canvas>
      <p class="row row-wrap"><span class="grow">${t("carry.show.holds", { count: source.ops })}</span><span class="digits">${t("carry.show.round", { round: Math.floor(this.number / source.round) + 1 })}</span></p>
      <progress max=${source.round} value=${done} aria-label=${t("carry.show.progress")}></progress>`;
  }

  override render(): TemplateResult {
    if (this.nothing) return html`<div class="page">${empty("check", t("carry.nothing"))}</div>`;
    return html`<div class="page" data-test="carry-show">
      ${this.failure ? banner("alarm", failureText(this.failure), nothing, "carry-failure") : html`<p>${t("carry.show.hint")}</p>`}
      ${this.source ? this.showing(this.source) : this.failure ? nothing : html`<p class="soft">${t("app.loading")}</p>`}
      <p class="soft">${t("carry.show.grain")}</p>
      ${chips(t("carry.show.grain"), [{ value: "plain", text: t("carry.show.plain"), test: "grain-plain" }, { value: "coarse", text: t("carry.show.coarse"), test: "grain-coarse" }],
        this.grain, (grain) => this.begin(grain as Grain))}
      <a class="button button-wide" href=${href("/carry")} data-test="carry-shown">${t("carry.show.done")}</a>
    </div>`;
  }
}

define("lh-carry-show", CarryShow);
