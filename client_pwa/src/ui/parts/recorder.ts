// <lh-recorder>: body camera on or off with its running time. Hazards and photos fall into the
// clip by time; there is no tap per hazard.

import { html, nothing, type TemplateResult } from "lit";
import { recorderOff, recorderOn } from "../../capture/index.ts";
import { elapsed } from "../../screen/dates.ts";
import { define, every, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { cameraLabel } from "../../screen/labels.ts";
import { field, sheet, submit } from "../../screen/parts.ts";
import type { ClipView, InspectionView } from "../../store/index.ts";
import { lastCamera, rememberCamera } from "../remembered.ts";
import { me } from "../session.ts";

class Recorder extends ScreenElement {
  static override properties = { inspection: { attribute: false } };
  declare inspection: InspectionView | undefined;
  asking = false;

  constructor() {
    super();
    this.watch(every(1000));
  }

  private get running(): ClipView | undefined {
    return this.inspection?.clips.find((clip) => clip.stoppedAtMs === 0 && clip.officer === me().person);
  }

  private last(): TemplateResult | typeof nothing {
    const camera = lastCamera(me().person);
    return camera ? html`<span class="soft digits">${camera}</span>` : nothing;
  }

  private flip(): void {
    const id = this.inspection?.id ?? "";
    const on = this.running !== undefined;
    if (on) this.attempt(() => recorderOff(id));
    else if (lastCamera(me().person)) this.attempt(() => recorderOn(id, lastCamera(me().person)));
    else this.put({ asking: true });
  }

  private start(camera: string): void {
    rememberCamera(me().person, camera.trim());
    this.put({ asking: false });
    this.attempt(() => recorderOn(this.inspection?.id ?? "", camera));
  }

  /** Asked while this phone knows none; it is remembered for every later start. */
  private ask(): TemplateResult {
    return sheet(t("recorder.turn_on"), html`<form class="stack" @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      this.start(String(new FormData(event.target as HTMLFormElement).get("camera")));
    }}>
      ${field("recorder-camera", t("arrival.camera"), (id) => html`<input id=${id} name="camera" maxlength="40" autocomplete="off" class="digits" data-test="recorder-camera" />`, t("recorder.ask_hint"))}
      ${submit(t("recorder.turn_on"), "recorder-start", "record")}
    </form>`, () => this.put({ asking: false }), "recorder-ask");
  }

  override render(): TemplateResult {
    const clip = this.running;
    return html`<div class="recorder ${clip ? "recorder-on" : ""}" data-test="recorder" data-on=${String(clip !== undefined)}>
      ${icon(clip ? "record" : "stop")}
      <span class="grow stack stack-tight">
        <span class="strong">${clip ? t("recorder.on") : t("recorder.off")}</span>
        ${clip ? html`<span class="digits" aria-live="off">${elapsed(Date.now() - clip.startedAtMs)} · ${cameraLabel(clip.camera)}</span>` : this.last()}
      </span>
      <button type="button" class="button" data-test="recorder-flip" @click=${() => this.flip()}>${clip ? t("recorder.turn_off") : t("recorder.turn_on")}</button>
    </div>
    ${this.asking ? this.ask() : nothing}`;
  }
}

define("lh-recorder", Recorder);
