// One reference or one unclaimed file in the list of recordings. Its height is fixed.

import { html, nothing, type TemplateResult } from "lit";
import { dateTimeOf, timeOf } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import { cameraLabel, recordingLabel } from "../../screen/labels.ts";
import { badge, type Tone } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import type { FootageById, Outcome, RecordingReply } from "../../sync/index.ts";
import { fitted } from "../model/look.ts";

export interface RecordingItem {
  readonly id: string;
  readonly entry: RecordingReply;
  readonly files: FootageById;
}

const TONES: Readonly<Record<Outcome, Tone>> = {
  matched: "done", gap: "todo", ambiguous: "todo", missing: "alarm", hash_mismatch: "alarm", unclaimed: "plain",
};
export const outcomeBadge = (outcome: Outcome): TemplateResult => badge(TONES[outcome], recordingLabel(outcome), undefined, "recording-outcome");

const namesOf = (item: RecordingItem): string => {
  const [first, ...rest] = item.entry.footage.flatMap((id) => item.files[id]?.file_name ?? []);
  return first === undefined ? "" : rest.length === 0 ? first : t("sup.rec.and_more", { name: first, count: rest.length });
};

export function recordingLine(item: RecordingItem, wide: boolean, open: (item: RecordingItem) => void): TemplateResult {
  const { entry } = item;
  return html`<div class="sup-line ${wide ? "" : "sup-line-card"}" data-test="recording-line" data-outcome=${entry.outcome} data-clip=${entry.clip ?? ""}>
    <span class="sup-line-marks">${outcomeBadge(entry.outcome)}</span>
    <span class="sup-line-what"><span class="sup-line-head"><strong class="digits">${cameraLabel(entry.camera)}</strong>
        <span class="digits">${dateTimeOf(entry.started_at_ms)} – ${timeOf(entry.ended_at_ms)}</span></span>
      <span class="sup-line-where"><span class="digits">${fitted(namesOf(item), wide ? 60 : 40)}</span>
        ${entry.by ? html`<span class="soft">${t(`sup.rec.by_${entry.by}` as "sup.rec.by_time")}</span>` : nothing}</span></span>
    <span class="sup-line-end">${entry.clip
      ? html`<button type="button" class="button" data-test="recording-open" @click=${() => open(item)}>${t("sup.rec.decide")}</button>
        <a class="sup-link" href=${href(`/field/inspections/${entry.inspection ?? ""}`)}>${t("sup.inspection.title")}</a>` : nothing}</span>
  </div>`;
}
