// A clock and a number for the body camera to film, three seconds at least: whoever reads both off the
// footage later knows how far the camera's clock was off. What was shown, and when, is recorded.

import { html, nothing, type TemplateResult } from "lit";
import { clockShown } from "../../capture/index.ts";
import { dateOf } from "../../screen/dates.ts";
import { define, every, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner, button, field } from "../../screen/parts.ts";
import { nowMs } from "../../store/index.ts";
import { lastCamera, rememberCamera } from "../remembered.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";

const FEWEST_MS = 3000;
const TICK_MS = 100;
const beijing = (atMs: number): string => new Date(atMs + 8 * 3_600_000).toISOString();

const freshNonce = (): string => [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

class Clock extends ScreenElement {
  private camera = lastCamera(me().person);
  private code = "";
  private shownAtMs = 0;
  private saving = false;

  constructor() {
    super();
    this.watch(every(TICK_MS));
  }

  private show(): void {
    rememberCamera(me().person, this.camera);
    this.put({ code: freshNonce(), shownAtMs: nowMs() });
  }

  private done(): void {
    const { camera, code: nonce, shownAtMs } = this;
    const inspection = this.params["id"] ?? "";
    this.put({ saving: true });
    this.attempt(async () => {
      try {
        await clockShown(inspection, { camera, nonce, shownAtMs });
      } finally {
        this.put({ saving: false });
      }
      say(this, t("saved.here"));
      this.leaveFor(`/inspections/${inspection}/recordings`);
    });
  }

  override render(): TemplateResult {
    if (!this.code) {
      return html`<div class="page" data-test="clock-page"><div class="card stack"><p>${t("rec.clock_how")}</p>
        ${field("shown-camera", t("rec.camera"), (id) => html`<input id=${id} maxlength="40" autocomplete="off" class="digits" .value=${this.camera} data-test="shown-camera"
          @input=${(event: Event) => this.put({ camera: (event.target as HTMLInputElement).value.trim() })} />`)}
        ${button(t("rec.clock_begin"), () => this.show(), { kind: "primary", wide: true, icon: "clock", disabled: this.camera === "", test: "clock-begin" })}</div></div>`;
    }
    const now = nowMs();
    const left = Math.ceil((FEWEST_MS - (now - this.shownAtMs)) / 1000);
    return html`<div class="page" data-test="clock-shown" data-nonce=${this.code}>
      <div class="clock-face card stack" aria-live="off"><span class="digits">${dateOf(now)}</span><span class="clock-time digits">${beijing(now).slice(11, 19)}</span>
        <span class="clock-nonce digits">${this.code.toUpperCase()}</span><span class="digits">${this.camera}</span></div>
      ${left > 0 ? banner("busy", t("rec.clock_hold", { seconds: left })) : nothing}
      ${button(t("rec.clock_done"), () => this.done(), { kind: "primary", wide: true, icon: "check", disabled: left > 0 || this.saving, test: "clock-done" })}
    </div>`;
  }
}

define("lh-clock", Clock);
