// What an entry of the timeline brought that can be looked at or listened to.

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../screen/i18n.ts";
import "../../screen/kept-image.ts";
import "../../screen/photo.ts";
import { type Heard, voiceNotes } from "../../screen/voice-note.ts";
import type { TimelineEntry } from "../../sync/index.ts";

interface Brought {
  readonly photo?: string;
  readonly voice?: string;
  readonly purpose?: "annotation" | "redaction";
  readonly recorded_at_ms?: number;
  readonly duration_ms?: number;
  readonly blob?: { readonly sha256: string; readonly media_type: string };
}

/** A photo's small picture, a copy, or a voice note; nothing for other kinds. */
export function evidenceIn({ kind, body, space }: TimelineEntry): TemplateResult | typeof nothing {
  const said = JSON.parse(body) as Brought;
  if (kind === "photo.add") return html`<lh-photo class="sup-entry-photo" photo=${said.photo} label=${t("photo.word")}></lh-photo>`;
  if (!said.blob) return nothing;
  const { sha256, media_type: mediaType } = said.blob;
  if (kind === "photo.derive") {
    return html`<div class="sup-entry-copy"><lh-kept-image .of=${{ space, sha256, mediaType, label: t(`mark.${said.purpose ?? "annotation"}`), small: true }}></lh-kept-image></div>`;
  }
  if (kind !== "voice.add") return nothing;
  const heard: Heard = { id: said.voice ?? "", space, sha256, recordedAtMs: said.recorded_at_ms ?? 0, durationMs: said.duration_ms ?? 0 };
  return voiceNotes([heard]);
}
