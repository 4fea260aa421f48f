// <sup-footage>: the files one reference could mean, each confirmed or rejected with a reason. What a
// person decides goes first, and the opposite takes it back.

import { html, nothing, type TemplateResult } from "lit";
import { confirmFootage, rejectFootage } from "../../capture/index.ts";
import { dateTimeOf, timeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { badge, banner, button, empty, field } from "../../screen/parts.ts";
import { outcomeBadge, type RecordingItem } from "./recording-line.ts";
import { modal } from "./modal.ts";

class FootageDialog extends ScreenElement {
  item: RecordingItem | undefined;
  close: () => void = () => undefined;
  private done: ReadonlySet<string> = new Set();

  private decide(way: "confirm" | "reject", footage: string): void {
    const input = this.querySelector<HTMLTextAreaElement>("[name=reason]");
    const reason = input?.value.trim() ?? "";
    const clip = this.item?.entry.clip ?? "";
    if (!reason) return input?.focus();
    this.attempt(async () => {
      await (way === "confirm" ? confirmFootage : rejectFootage)(clip, footage, reason);
      this.put({ done: new Set([...this.done, footage]) });
    });
  }

  private file(item: RecordingItem, id: string): TemplateResult {
    const file = item.files[id];
    if (!file) return html``;
    const proposed = item.entry.footage.includes(id);
    return html`<li class="sup-sub stack" data-test="footage" data-footage=${id} data-proposed=${String(proposed)}>
      <p><strong class="digits">${file.file_name}</strong> ${proposed ? badge("plain", t("sup.rec.proposed"), "link") : nothing}<br />
        <span class="soft">${file.station} · ${file.camera} · <span class="digits">${dateTimeOf(file.started_at_ms)} – ${timeOf(file.ended_at_ms)}</span></span>
        ${file.sha256 ? html`<br /><code class="sup-hash">${file.sha256}</code>` : nothing}</p>
      ${this.done.has(id) ? badge("busy", t("saved.here"), "check", "footage-decided") : html`<div class="row row-wrap">
        ${button(t("sup.rec.confirm"), () => this.decide("confirm", id), { kind: "primary", icon: "check", test: "footage-confirm" })}
        ${button(t("sup.rec.reject"), () => this.decide("reject", id), { kind: "danger", icon: "close", test: "footage-reject" })}</div>`}
    </li>`;
  }

  override render(): TemplateResult {
    const { item } = this;
    if (!item) return html``;
    const ids = [...new Set([...item.entry.footage, ...(item.entry.suggested ?? [])])];
    return modal(t("sup.rec.decide_title"), html`<div class="stack">
      <div class="row row-wrap">${outcomeBadge(item.entry.outcome)}<span class="digits">${item.entry.camera} ${dateTimeOf(item.entry.started_at_ms)} – ${timeOf(item.entry.ended_at_ms)}</span></div>
      ${ids.length === 0 ? empty("search", t("sup.rec.no_candidate")) : html`${banner("plain", t("sup.rec.decide_note"))}
        ${field("footage-reason", t("sup.reason"), (id) => html`<textarea id=${id} name="reason" maxlength="500" required data-test="footage-reason"></textarea>`, t("field.required"))}
        <ul class="stack">${ids.map((id) => this.file(item, id))}</ul>`}
    </div>`, this.close, "footage-dialog");
  }
}

define("sup-footage", FootageDialog);
