// <lh-recorder>: body camera on or off with its running time. Hazards and photos fall into the
// clip by time; there is no tap per hazard.

import { html, nothing, type TemplateResult } from "lit";
import { recorderOff, recorderOn } from "../../capture/index.ts";
import { elapsed } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import type { ClipView, InspectionView } from "../../store/index.ts";
import { lastCamera } from "../remembered.ts";
import { me } from "../session.ts";

class Recorder extends ScreenElement {
  static override properties = { inspection: { attribute: false } };
  declare inspection: InspectionView | undefined;

  constructor() {
    super();
    this.watch((listener) => {
      const timer = setInterval(listener, 1000);
      return () => clearInterval(timer);
    });
  }

  private get running(): ClipView | undefined {
    return this.inspection?.clips.find((clip) => clip.stoppedAtMs === 0 && clip.officer === me().person);
  }

  private flip(): void {
    const id = this.inspection?.id ?? "";
    const on = this.running !== undefined;
    this.attempt(() => (on ? recorderOff(id) : recorderOn(id, lastCamera(me().person) || "未填编号")));
  }

  override render(): TemplateResult {
    const clip = this.running;
    return html`<div class="recorder ${clip ? "recorder-on" : ""}" data-test="recorder" data-on=${String(clip !== undefined)}>
      ${icon(clip ? "record" : "stop")}
      <span class="grow stack stack-tight">
        <span class="strong">${clip ? t("recorder.on") : t("recorder.off")}</span>
        ${clip ? html`<span class="digits" aria-live="off">${elapsed(Date.now() - clip.startedAtMs)} · ${clip.camera}</span>` : nothing}
      </span>
      <button type="button" class="button" data-test="recorder-flip" @click=${() => this.flip()}>${clip ? t("recorder.turn_off") : t("recorder.turn_on")}</button>
    </div>`;
  }
}

define("lh-recorder", Recorder);
