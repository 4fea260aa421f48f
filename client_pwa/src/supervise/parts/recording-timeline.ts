// <sup-recording-timeline>: one inspection's recordings as bars, findings and photos as points, gaps in
// red, and the same as a table. References are this browser's; footage is asked of the service.

import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { dateTimeOf, timeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { banner } from "../../screen/parts.ts";
import type { FindingView, InspectionView } from "../../store/index.ts";
import { recorded, type Recorded } from "../../store/recordings.ts";
import { ApiError, engine, recordingsOfInspection, type InspectionRecordings } from "../../sync/index.ts";
import { clipsDuring } from "../model/clips.ts";
import { drawn, scaleOf, type Bar, type Point } from "../model/recordings.ts";
import { nameOf, type Names } from "../model/names.ts";
import { outcomeBadge } from "./recording-line.ts";
import "./case-form.ts";

const LOOK_MS = 4000;
const [WIDTH, ROW] = [1000, 40];

class RecordingTimeline extends ScreenElement {
  names: Names = new Map();
  mayDecide = false;
  private one: InspectionView | undefined;
  private known: Recorded | undefined;
  private found: InspectionRecordings | undefined;
  private offline = false;
  #lookedAtMs = -LOOK_MS;

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.look());
  }

  set about(one: InspectionView) {
    this.one = one;
    this.attempt(async () => this.put({ known: await recorded(one) }));
    this.look();
  }

  private look(): void {
    const { lastSyncAtMs } = engine.status();
    if (!this.one || (lastSyncAtMs - this.#lookedAtMs < LOOK_MS && !this.offline)) return;
    this.#lookedAtMs = lastSyncAtMs;
    this.attempt(async () => {
      try {
        this.put({ found: await recordingsOfInspection(this.one?.id ?? ""), offline: false });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.put({ offline: true });
      }
    });
  }

  private picture(bars: readonly Bar[], points: readonly Point[]): TemplateResult {
    const scale = scaleOf(bars, points, WIDTH);
    const rows = [...new Set(bars.map((bar) => bar.row))];
    const height = (rows.length + 1) * ROW;
    const bar = (one: Bar): SVGTemplateResult => svg`<rect class=${`rec-${one.kind}`} x=${scale(one.fromMs)} y=${rows.indexOf(one.row) * ROW + 6}
      width=${Math.max(3, scale(one.untilMs) - scale(one.fromMs))} height=${ROW - 14} rx="3" data-test=${`bar-${one.kind}`} />`;
    const y = rows.length * ROW + ROW / 2;
    const point = (one: Point): SVGTemplateResult => one.kind === "finding"
      ? svg`<path class="rec-finding" d=${`M${scale(one.atMs)} ${y - 11}l9 11-9 11-9-11z`} data-test="point-finding" />`
      : svg`<circle class="rec-photo" cx=${scale(one.atMs)} cy=${y} r="5" data-test="point-photo" />`;
    return html`<p class="row rec-scale digits"><span class="grow">${timeOf(scale.fromMs)}</span><span>${timeOf(scale.untilMs)}</span></p>
      <svg class="rec-timeline" viewBox=${`0 0 ${WIDTH} ${height}`} role="img" aria-label=${t("sup.rec.picture")} data-test="recording-timeline">
      ${bars.map(bar)}${points.map(point)}</svg>
      <ul class="rec-legend">${(["clip", "footage", "gap", "finding", "photo"] as const).map((kind) => html`<li><span class=${`rec-key rec-key-${kind}`} aria-hidden="true"></span>${t(`sup.rec.kind_${kind}` as Key)}</li>`)}</ul>`;
  }

  /** Footage that shows the moment; without it, whether a noted clip ran then, which the station may still bring. */
  private coverOf({ id, createdAtMs }: FindingView): string {
    const files = (this.found?.covering[id] ?? []).map((file) => this.found?.footage[file]?.file_name ?? "").join(" ");
    if (files !== "") return files;
    const clips = clipsDuring(this.one?.clips ?? [], createdAtMs);
    if (clips.length === 0) return t("sup.finding.no_clip");
    const times = clips.map((clip) => `${timeOf(clip.startedAtMs)}–${clip.stoppedAtMs > 0 ? timeOf(clip.stoppedAtMs) : ""}`).join(t("list.comma"));
    return t(this.found ? "sup.rec.in_clip_only" : "sup.rec.in_clip", { times });
  }

  private row(bar: Bar): TemplateResult {
    return html`<tr data-test="recording-row" data-kind=${bar.kind} data-outcome=${bar.outcome ?? ""}><th scope="row">${t(`sup.rec.kind_${bar.kind}` as Key)}</th>
      <td class="digits">${dateTimeOf(bar.fromMs)} – ${timeOf(bar.untilMs)}</td>
      <td>${bar.who ? nameOf(this.names, bar.who) : nothing} <span class="digits">${bar.text}</span> ${bar.outcome ? outcomeBadge(bar.outcome) : nothing}
        ${bar.reason ? t(`gap.${bar.reason}` as Key) : bar.kind === "gap" ? t("sup.rec.unexplained") : nothing} ${bar.note ?? nothing}</td></tr>`;
  }

  override render(): TemplateResult {
    const { one, known } = this;
    if (!one || !known) return html``;
    const { bars, points } = drawn(one, known, this.found);
    return html`<div class="stack">
      ${this.offline ? banner("todo", t("sup.rec.footage_offline"), nothing, "recordings-offline") : nothing}
      ${bars.length === 0 ? html`<p class="soft">${t("sup.rec.no_clips")}</p>` : this.picture(bars, points)}
      <div class="rec-table"><table><caption class="visually-hidden">${t("sup.rec.picture")}</caption>
        <tbody>${bars.map((bar) => this.row(bar))}
        ${one.findings.map((finding) => html`<tr data-test="recording-finding" data-finding=${finding.id}><th scope="row">${t("sup.rec.kind_finding")} <span class="digits">${finding.number}</span></th>
          <td class="digits">${dateTimeOf(finding.createdAtMs)}</td>
          <td class="digits">${this.coverOf(finding)}</td></tr>`)}</tbody></table></div>
      ${known.clocks.length === 0 ? nothing : html`<ul class="stack">${known.clocks.map((clock) => html`<li class="sup-sub" data-test="clock">${clock.nonce
        ? t("sup.rec.clock_shown", { camera: clock.camera, nonce: clock.nonce.toUpperCase(), time: dateTimeOf(clock.shownAtMs) })
        : t("sup.rec.clock_declared", { camera: clock.camera, date: clock.date, seconds: Math.round(clock.offsetMs / 1000) })}</li>`)}</ul>`}
      <sup-case-form .about=${{ one, cases: known.cases, found: this.found }} .mayOpen=${this.mayDecide}></sup-case-form>
    </div>`;
  }
}

define("sup-recording-timeline", RecordingTimeline);
