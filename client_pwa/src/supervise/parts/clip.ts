// A body-camera clip in one line: camera, officer, from when to when.

import { html, type TemplateResult } from "lit";
import { dateTimeOf, timeOf } from "../../screen/dates.ts";
import { cameraLabel } from "../../screen/labels.ts";
import { t } from "../../screen/i18n.ts";
import { badge } from "../../screen/parts.ts";
import type { ClipView } from "../../store/index.ts";
import { nameOf, type Names } from "../model/names.ts";

export const clipLine = (clip: ClipView, names: Names): TemplateResult => html`<li class="row row-wrap" data-test="clip" data-clip=${clip.id}>
  <strong class="digits">${cameraLabel(clip.camera)}</strong><span>${nameOf(names, clip.officer)}</span>
  <span class="digits soft">${dateTimeOf(clip.startedAtMs)} – ${clip.stoppedAtMs > 0 ? timeOf(clip.stoppedAtMs) : ""}</span>
  ${clip.stoppedAtMs > 0 ? "" : badge("busy", t("sup.field.recording"), "record")}
</li>`;
