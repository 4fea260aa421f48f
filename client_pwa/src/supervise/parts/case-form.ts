// <sup-case-form>: cases of an inspection, and opening one. Each recording is named with the hash of its
// files, or with the reason why there is none; the hold stands until the case is closed.

import { html, nothing, type TemplateResult } from "lit";
import { closeCase, openCase } from "../../capture/index.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { cameraLabel, stateLabel } from "../../screen/labels.ts";
import { badge, banner, button, field, submit } from "../../screen/parts.ts";
import type { ClipView, InspectionView } from "../../store/index.ts";
import type { CaseView } from "../../store/recordings.ts";
import type { InspectionRecordings } from "../../sync/index.ts";
import { modal } from "./modal.ts";

interface About {
  readonly one: InspectionView;
  readonly cases: readonly CaseView[];
  readonly found: InspectionRecordings | undefined;
}
const SURE = ["matched", "gap"];

class CaseForm extends ScreenElement {
  static override properties = { about: { attribute: false }, mayOpen: { attribute: false } };
  declare about: About | undefined;
  declare mayOpen: boolean;
  private asking: "" | "open" | "close" = "";
  private closing = "";

  /** Files of a recording that are proposed or confirmed without doubt. */
  private files(clip: ClipView): readonly string[] {
    const entry = this.about?.found?.entries.find((one) => one.clip === clip.id);
    return entry && SURE.includes(entry.outcome) ? entry.footage : [];
  }

  private open(event: SubmitEvent, { one }: About): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(given.get(name) ?? "").trim();
    const footage = one.clips.flatMap((clip) => this.files(clip).map((id) => ({ clip: clip.id, footage: id, sha256: this.about?.found?.footage[id]?.sha256 || text(`hash-${id}`).toLowerCase() })));
    const without = one.clips.filter((clip) => this.files(clip).length === 0).map((clip) => ({ clip: clip.id, reason: text(`why-${clip.id}`) }));
    this.attempt(async () => {
      await openCase(one.id, { number: text("number") || undefined, cause: text("cause"), footage, without });
      this.put({ asking: "" });
    });
  }

  private close(event: SubmitEvent): void {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason")).trim();
    this.attempt(async () => {
      await closeCase(this.closing, reason);
      this.put({ asking: "", closing: "" });
    });
  }

  private recording(clip: ClipView): TemplateResult {
    const files = this.files(clip);
    const title = `${cameraLabel(clip.camera)} ${dateTimeOf(clip.startedAtMs)}`;
    if (files.length === 0) return field(`why-${clip.id}`, t("sup.case.why", { clip: title }), (id) => html`<input id=${id} name=${`why-${clip.id}`} required maxlength="200" data-test="case-why" />`);
    return html`${files.map((footage) => {
      const file = this.about?.found?.footage[footage];
      if (file?.sha256) return html`<p data-test="case-file"><strong class="digits">${file.file_name}</strong><br /><code class="sup-hash">${file.sha256}</code></p>`;
      return field(`hash-${footage}`, t("sup.case.hash", { name: file?.file_name ?? title }), (id) => html`<input id=${id} name=${`hash-${footage}`} class="digits" required pattern="[0-9a-fA-F]{64}" maxlength="64" data-test="case-hash" />`, t("sup.case.hash_hint"));
    })}`;
  }

  private dialogs(about: About): TemplateResult | typeof nothing {
    const shut = (): void => this.put({ asking: "", closing: "" });
    if (this.asking === "open") {
      return modal(t("sup.case.open"), html`<form class="stack" @submit=${(event: SubmitEvent) => this.open(event, about)}>
        ${banner("plain", t("sup.case.note"))}
        ${field("case-number", t("sup.case.number"), (id) => html`<input id=${id} name="number" maxlength="60" data-test="case-number" />`, t("field.optional"))}
        ${field("case-cause", t("sup.case.cause"), (id) => html`<textarea id=${id} name="cause" maxlength="1000" required data-test="case-cause"></textarea>`, t("field.required"))}
        ${about.one.clips.map((clip) => this.recording(clip))}
        ${submit(t("sup.case.open"), "case-submit")}</form>`, shut, "case-dialog");
    }
    if (this.asking === "close") {
      return modal(t("sup.case.close"), html`<form class="stack" @submit=${(event: SubmitEvent) => this.close(event)}>
        ${banner("todo", t("sup.case.close_note"))}
        ${field("case-reason", t("sup.reason"), (id) => html`<textarea id=${id} name="reason" maxlength="500" required data-test="case-reason"></textarea>`, t("field.required"))}
        ${submit(t("sup.case.close"), "case-close-submit")}</form>`, shut, "case-close-dialog");
    }
    return nothing;
  }

  override render(): TemplateResult {
    const { about } = this;
    if (!about) return html``;
    return html`${about.cases.map((one) => html`<div class="sup-sub row row-wrap" data-test="case" data-case=${one.id} data-open=${String(one.open)}>
        ${badge(one.open ? "busy" : "plain", stateLabel("case", one.open ? "open" : "closed"), "book")}<span>${one.number}</span>
        <span data-test="case-held">${t("sup.case.held", { held: one.footage.filter((id) => one.held.includes(id)).length, all: one.footage.length })}</span>
        ${one.open && this.mayOpen ? button(t("sup.case.close"), () => this.put({ asking: "close", closing: one.id }), { test: "case-close" }) : nothing}</div>`)}
      ${this.mayOpen && about.found ? html`<div>${button(t("sup.case.open"), () => this.put({ asking: "open" }), { icon: "book", test: "case-open" })}</div>` : nothing}
      ${this.dialogs(about)}`;
  }
}

define("sup-case-form", CaseForm);
