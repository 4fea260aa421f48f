// Recordings of one inspection: those referred to, why there is none for a stretch (asked once), a
// recording added afterwards by time or file name, and the camera's clock.

import { html, nothing, type TemplateResult } from "lit";
import { declareClock, explainGap, referToRecording, type GapReason } from "../../capture/index.ts";
import { fileNamed } from "../../protocol/cameras.ts";
import { dateOf, dateTimeOf, timeOf } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { cameraLabel } from "../../screen/labels.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, chips, empty, field, section, submit } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { inspection, person, type ClipView, type InspectionView } from "../../store/index.ts";
import { recorded, unexplained, type Recorded } from "../../store/recordings.ts";
import { lastCamera, rememberCamera } from "../remembered.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";

const REASONS: readonly GapReason[] = ["battery", "explosive_area", "forgot", "other"];
const DAY_MS = 86_400_000;

class Recordings extends LiveScreen {
  one: InspectionView | undefined;
  known: Recorded | undefined;
  names: ReadonlyMap<string, string> = new Map();
  fileName = "";
  wrong = "";

  private get inspection(): string {
    return this.params["id"] ?? "";
  }

  protected override async read(): Promise<void> {
    this.one = await inspection(this.inspection);
    if (!this.one) return;
    this.known = await recorded(this.one);
    const officers = [...new Set(this.one.clips.map((clip) => clip.officer))];
    this.names = new Map(await Promise.all(officers.map(async (id) => [id, (await person(id))?.name ?? id] as const)));
  }

  private clip(clip: ClipView): TemplateResult {
    return html`<li class="card stack stack-tight" data-test="recording" data-clip=${clip.id}>
      <span class="strong digits">${dateTimeOf(clip.startedAtMs)} – ${clip.stoppedAtMs ? timeOf(clip.stoppedAtMs) : ""}</span>
      <span>${t("rec.of", { camera: cameraLabel(clip.camera), officer: this.names.get(clip.officer) ?? clip.officer })}</span>
      ${clip.stoppedAtMs ? nothing : badge("busy", t("recorder.on"), "record")}
      ${clip.fileName ? html`<span class="soft digits">${clip.fileName}</span>` : nothing}
    </li>`;
  }

  private gaps({ gaps, explained }: Recorded): TemplateResult | typeof nothing {
    const open = unexplained(gaps, explained);
    if (open.length === 0) return nothing;
    const choices = REASONS.map((reason) => ({ value: reason, text: t(`gap.${reason}`), test: `gap-${reason}` }));
    return section(t("rec.gaps"), html`<p>${t("rec.gaps_hint")}</p><ul class="stack">${open.map(([fromMs, untilMs]) => html`<li class="card stack" data-test="gap">
      <span class="strong digits">${timeOf(fromMs)} – ${timeOf(untilMs)}</span>
      ${chips(t("rec.gap_reason"), choices, "", (reason) => this.attempt(async () => {
        await explainGap(this.inspection, { fromMs, untilMs, reason: reason as GapReason });
        say(this, t("saved.here"));
      }))}</li>`)}</ul>`, nothing, "gaps");
  }

  /** A known name says which camera and from when; the officer may still correct both. */
  private named(form: HTMLFormElement, fileName: string): void {
    this.put({ fileName });
    const told = fileNamed(fileName);
    if (!told) return;
    (form.elements.namedItem("camera") as HTMLInputElement).value = told.camera;
    (form.elements.namedItem("from") as HTMLInputElement).value = timeOf(told.startedAtMs);
  }

  private add(event: SubmitEvent, one: InspectionView): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const text = (name: string): string => String(given.get(name) ?? "").trim();
    const day = dateOf(one.arrivedAtMs || one.row.created.at_ms);
    const at = (time: string): number => Date.parse(`${day}T${time}:00+08:00`);
    const startedAtMs = at(text("from"));
    // Past midnight the end is the next day's.
    const stoppedAtMs = at(text("until")) + (text("until") < text("from") ? DAY_MS : 0);
    const fileName = text("file") || undefined;
    rememberCamera(me().person, text("camera"));
    this.attempt(async () => {
      await referToRecording(one.id, { camera: text("camera"), startedAtMs, stoppedAtMs, source: fileName ? "name" : "range", fileName });
      form.reset();
      this.put({ fileName: "" });
      say(this, t("saved.here"));
    });
  }

  private form(one: InspectionView): TemplateResult {
    const unknown = this.fileName !== "" && !fileNamed(this.fileName);
    return section(t("rec.add"), html`<form class="card stack" @submit=${(event: SubmitEvent) => this.add(event, one)}>
      ${field("rec-file", t("rec.file"), (id) => html`<input id=${id} name="file" maxlength="200" autocomplete="off" class="digits" data-test="rec-file"
        @input=${(event: Event) => { const input = event.target as HTMLInputElement; this.named(input.form!, input.value.trim()); }} />`, t("field.optional"))}
      ${unknown ? banner("todo", t("rec.file_unknown"), nothing, "rec-file-unknown") : nothing}
      ${field("rec-camera", t("rec.camera"), (id) => html`<input id=${id} name="camera" required maxlength="40" autocomplete="off" class="digits" .defaultValue=${lastCamera(me().person)} data-test="rec-camera" />`)}
      <div class="row row-wrap">
        ${field("rec-from", t("rec.from"), (id) => html`<input id=${id} name="from" type="time" required data-test="rec-from" />`)}
        ${field("rec-until", t("rec.until"), (id) => html`<input id=${id} name="until" type="time" required data-test="rec-until" />`)}</div>
      ${submit(t("rec.save"), "rec-save", "record")}
    </form>
    <a class="button button-wide" href=${href(`/inspections/${one.id}/list`)} data-test="go-list">${t("rec.list")}</a>`);
  }

  private declare(event: SubmitEvent, one: InspectionView): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const seconds = Number(given.get("seconds"));
    const ahead = given.get("ahead") === "slow" ? -seconds : seconds;
    const camera = String(given.get("camera")).trim();
    const shown = this.known?.clocks.filter((clock) => clock.nonce !== "" && clock.camera === camera).at(-1)?.id;
    this.attempt(async () => {
      await declareClock(one.id, { camera, atMs: one.arrivedAtMs || one.row.created.at_ms, offsetMs: ahead * 1000, shown });
      form.reset();
      say(this, t("saved.here"));
    });
  }

  private clock(one: InspectionView): TemplateResult {
    const declared = this.known?.clocks ?? [];
    return section(t("rec.clock"), html`<div class="card stack"><p>${t("rec.clock_hint")}</p>
      <a class="button button-wide" href=${href(`/inspections/${one.id}/clock`)} data-test="show-clock">${t("rec.clock_show")}</a>
      <ul class="stack">${declared.map((clock) => html`<li data-test="clock">${clock.nonce
        ? t("rec.clock_shown", { camera: clock.camera, nonce: clock.nonce.toUpperCase(), time: timeOf(clock.shownAtMs) })
        : t("rec.clock_declared", { camera: clock.camera, seconds: Math.abs(clock.offsetMs / 1000), way: t(clock.offsetMs < 0 ? "rec.slow" : "rec.fast") })}</li>`)}</ul>
      <form class="stack" @submit=${(event: SubmitEvent) => this.declare(event, one)}>
        ${field("clock-camera", t("rec.camera"), (id) => html`<input id=${id} name="camera" required maxlength="40" autocomplete="off" class="digits" .defaultValue=${lastCamera(me().person)} data-test="clock-camera" />`)}
        <div class="row row-wrap">${field("clock-way", t("rec.clock_is"), (id) => html`<select id=${id} name="ahead" data-test="clock-way"><option value="fast">${t("rec.fast")}</option><option value="slow">${t("rec.slow")}</option></select>`)}
          ${field("clock-seconds", t("rec.seconds"), (id) => html`<input id=${id} name="seconds" type="number" inputmode="numeric" required min="0" max="86400" step="1" data-test="clock-seconds" />`)}</div>
        ${submit(t("rec.clock_save"), "clock-save", "clock")}
      </form></div>`);
  }

  protected override view(): TemplateResult {
    const { one, known } = this;
    if (!one || !known) return html`<div class="page">${empty("search", t("inspection.unknown"))}</div>`;
    return html`<div class="page" data-test="recordings" data-count=${one.clips.length}>
      ${this.gaps(known)}
      ${section(t("rec.known", { count: one.clips.length }), one.clips.length === 0 ? empty("record", t("rec.none")) : html`<ul class="stack">${one.clips.map((clip) => this.clip(clip))}</ul>`)}
      ${this.form(one)} ${this.clock(one)}
    </div>`;
  }
}

define("lh-recordings", Recordings);
