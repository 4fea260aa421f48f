// <sup-manifest-drop>: bring in a station's manifest, dropped onto the page or chosen, and what became
// of each of its rows. The file goes to the service as it is; nothing of it is kept here.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { problemLabel, rowCodeLabel } from "../../screen/labels.ts";
import { banner, field } from "../../screen/parts.ts";
import { LIMITS } from "../../protocol/tables.ts";
import { ApiError, bringManifest, type ManifestReport } from "../../sync/index.ts";
import { nameOf, type Names } from "../model/names.ts";
import "./window-list.ts";

const LINE_PX = 96; // three lines on the narrowest screen

interface RefusedLine {
  readonly id: string;
  readonly line: number;
  readonly code: string;
}

class ManifestDrop extends ScreenElement {
  spaces: readonly string[] = [];
  names: Names = new Map();
  space = "";
  private over = false;
  private busy = "";
  private report: ManifestReport | undefined;
  private failed = "";

  private bring(file: File | undefined): void {
    if (!file || this.busy) return;
    const station = this.querySelector<HTMLInputElement>("[name=station]")?.value.trim() ?? "";
    if (file.size > LIMITS.manifest_bytes) return this.put({ failed: problemLabel("too_large"), report: undefined });
    this.put({ busy: file.name, failed: "", report: undefined });
    this.attempt(async () => {
      try {
        const report = await bringManifest(this.space, file, file.name.slice(-200), station);
        this.put({ report });
        this.dispatchEvent(new CustomEvent("manifest-brought", { bubbles: true }));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.put({ failed: error.code === "network" ? t("sup.rec.offline") : problemLabel(error.code) });
      } finally {
        this.put({ busy: "" });
      }
    });
  }

  private dropped(event: DragEvent): void {
    event.preventDefault();
    this.put({ over: false });
    this.bring(event.dataTransfer?.files[0]);
  }

  private dragged(event: DragEvent, over: boolean): void {
    event.preventDefault();
    if (over !== this.over) this.put({ over });
  }

  private outcome(report: ManifestReport): TemplateResult {
    const lines = report.refusals.map((one): RefusedLine => ({ id: String(one.line), line: one.line, code: one.code }));
    const more = report.refused - lines.length;
    return html`<div class="stack" data-test="manifest-report" data-accepted=${report.accepted} data-new=${report.new} data-refused=${report.refused} data-duplicate=${String(report.duplicate)}>
      ${banner(report.refused > 0 ? "todo" : "done", t(report.duplicate ? "sup.rec.brought_before" : "sup.rec.brought", { accepted: report.accepted, fresh: report.new, refused: report.refused }))}
      ${lines.length === 0 ? nothing : html`<details class="sup-fold" data-test="manifest-refused"><summary>${t("sup.rec.refused_rows", { count: report.refused })}</summary>
        <sup-window-list .linePx=${LINE_PX} .items=${lines} .line=${(one: RefusedLine) => html`<p class="sup-refused" data-test="refused-row" data-line=${one.line} data-code=${one.code}>
          <strong class="digits">${t("sup.rec.line", { line: one.line })}</strong> <span>${rowCodeLabel(one.code)}</span></p>`}></sup-window-list>
        ${more > 0 ? html`<p class="soft">${t("sup.rec.more_refused", { count: more })}</p>` : nothing}</details>`}
    </div>`;
  }

  override render(): TemplateResult {
    return html`<div class="card stack">
      <div class="sup-filters">
        ${this.spaces.length < 2 ? nothing : html`<label class="sup-filter"><span>${t("sup.rec.bureau")}</span>
          <select data-test="manifest-space" .value=${this.space} @change=${(event: Event) => this.put({ space: (event.target as HTMLSelectElement).value })}>
            ${this.spaces.map((space) => html`<option value=${space} ?selected=${space === this.space}>${nameOf(this.names, space)}</option>`)}</select></label>`}
        ${field("station", t("sup.rec.station"), (id) => html`<input id=${id} name="station" maxlength="60" data-test="manifest-station" />`, t("sup.rec.station_hint"))}
      </div>
      <label class="sup-drop ${this.over ? "sup-drop-over" : ""}" data-test="manifest-drop" data-busy=${String(this.busy !== "")}
        @dragover=${(event: DragEvent) => this.dragged(event, true)} @dragleave=${(event: DragEvent) => this.dragged(event, false)} @drop=${(event: DragEvent) => this.dropped(event)}>
        ${icon("upload")}<span class="strong" role="status">${this.busy ? t("sup.rec.bringing", { name: this.busy }) : t("sup.rec.drop")}</span><span class="soft">${t("sup.rec.drop_hint")}</span>
        <input type="file" class="visually-hidden" accept=".csv,.json,.txt,text/csv,application/json" data-test="manifest-file" ?disabled=${this.busy !== ""}
          @change=${(event: Event) => { const input = event.target as HTMLInputElement; this.bring(input.files?.[0]); input.value = ""; }} /></label>
      ${this.failed ? banner("alarm", this.failed, t("sup.rec.nothing_brought"), "manifest-failed") : nothing}
      ${this.report ? this.outcome(this.report) : nothing}
    </div>`;
  }
}

define("sup-manifest-drop", ManifestDrop);
