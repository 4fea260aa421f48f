// The bar at the lower edge of an inspection: four capture controls while it runs, the next
// document afterwards.

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../screen/i18n.ts";
import { icon, type IconName } from "../../screen/icons.ts";
import { button } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import type { InspectionView } from "../../store/index.ts";
import { cameraInput, type Taken } from "./camera-input.ts";

export interface BarActions {
  readonly before: () => Promise<void>;
  readonly taken: (photo: Taken) => Promise<void>;
  readonly done: () => void;
  readonly attempt: (action: () => Promise<unknown>) => void;
  readonly resume: () => void;
  readonly conclude: () => void;
}

const ORDERABLE = ["confirmed", "measures_taken", "failed"];

const go = (path: string, shape: IconName, text: string, test: string, main = false): TemplateResult =>
  html`<a class="capture-button ${main ? "capture-button-main" : ""}" href=${href(path)} data-test=${test}>${icon(shape)}<span>${text}</span></a>`;

const camera = (actions: BarActions): TemplateResult =>
  cameraInput({ source: "camera", text: t("capture.photo"), test: "take-photo", before: actions.before, taken: actions.taken, done: actions.done }, actions.attempt);

function running(id: string, actions: BarActions): TemplateResult {
  return html`<div class="capture">
    ${camera(actions)} ${go(`/inspections/${id}/hazard`, "hazard", t("capture.hazard"), "new-hazard", true)}
    ${go(`/inspections/${id}/burst`, "burst", t("capture.burst"), "burst")} ${go(`/inspections/${id}/sign`, "sign", t("capture.sign"), "sign")}
  </div>`;
}

function afterwards(one: InspectionView, actions: BarActions): TemplateResult {
  const orderable = one.findings.some((finding) => ORDERABLE.includes(finding.state));
  const supplement = one.unrecorded.length > 0;
  return html`<div class="capture">
    ${one.state === "concluded" ? nothing : go(`/inspections/${one.id}/hazard`, "hazard", t("capture.late_hazard"), "new-hazard")}
    ${supplement ? go(`/inspections/${one.id}/supplement`, "sign", t("capture.supplement"), "supplement", !orderable) : nothing}
    ${orderable ? go(`/inspections/${one.id}/order`, "order", t("capture.order"), "order", true) : nothing}
    ${one.state !== "concluded" && !orderable && !supplement
      ? html`<button type="button" class="capture-button capture-button-main" data-test="conclude" @click=${actions.conclude}>${icon("check")}<span>${t("inspection.conclude")}</span></button>`
      : nothing}
  </div>`;
}

export function inspectionBar(one: InspectionView, actions: BarActions): TemplateResult | typeof nothing {
  if (one.state === "in_progress") return html`<div class="bottombar">${running(one.id, actions)}</div>`;
  if (one.state === "paused") return html`<div class="bottombar">${button(t("inspection.resume"), actions.resume, { kind: "primary", wide: true, icon: "record", test: "resume" })}</div>`;
  if (["signed", "signature_refused", "concluded"].includes(one.state)) return html`<div class="bottombar">${afterwards(one, actions)}</div>`;
  return nothing;
}
