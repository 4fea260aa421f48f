// <sup-timeline>: everything that was done about one entity, the newest first: who, the device's
// time and the server's, what became of it, and the receipt, which opens to the exact texts and the
// checks made here. Read page by page from the server; says so when there is no connection.

import { html, nothing, type TemplateResult } from "lit";
import type { Bracket } from "../../protocol/bracket.ts";
import type { Header } from "../../protocol/rows.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { flagLabel, kindLabel, problemLabel, reasonLabel } from "../../screen/labels.ts";
import { badge, banner, button, empty } from "../../screen/parts.ts";
import "../../screen/photo.ts";
import { evidenceIn } from "./evidence.ts";
import { deviceNames } from "../../store/index.ts";
import { ApiError, engine, itemStatus, timeline, type OutboxItem, type TimelineEntry, type TimelinePage } from "../../sync/index.ts";
import { outcomeBadge } from "../model/look.ts";
import { nameOf, type Names } from "../model/names.ts";
import { anew, further, type Story } from "../model/story.ts";
import { saidIn } from "../model/summary.ts";
import { whenMade } from "../model/when.ts";
import { interval, running, skew } from "./when.ts";
import "./receipt.ts";

const SKEW_SHOWN_MS = 5 * 60_000;

/** Minutes up to two hours, whole hours beyond. */
const laterBy = (minutes: number): string =>
  Math.abs(minutes) < 120 ? t("sup.timeline.later", { minutes }) : t("sup.timeline.later_hours", { hours: Math.round(minutes / 60) });

/** Where an entry was before a restore: its old leaf, as the new one cites it. */
function leafBefore(leaf: string): { index: number; epoch: string } | undefined {
  const { was } = JSON.parse(leaf) as { readonly was?: { readonly index: number; readonly origin: string } };
  return was && { index: was.index, epoch: was.origin.slice(was.origin.lastIndexOf("/") + 1) };
}

class Timeline extends ScreenElement {
  #entity = "";
  #mark = "";
  names: Names = new Map();
  private devices: Names = new Map();
  private unsent: readonly OutboxItem[] = [];
  private story: Story | undefined;
  private failure = "";
  private opened = new Set<string>();

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.failure && engine.status().online && this.load());
  }

  /** What it is about, and a mark that changes whenever there may be something new. */
  set about(about: { readonly entity: string; readonly mark: string }) {
    if (about.entity === this.#entity && about.mark === this.#mark) return;
    if (about.entity !== this.#entity) this.story = undefined;
    [this.#entity, this.#mark] = [about.entity, about.mark];
    this.load();
  }

  /** Own records on this computer that the server has not ruled on yet. */
  set pending(ops: readonly string[]) {
    this.attempt(async () => {
      const items = await Promise.all(ops.map((op) => itemStatus(op)));
      this.put({ unsent: items.filter((item): item is OutboxItem => item !== undefined) });
    });
  }

  private load(read: (ask: (before?: number) => Promise<TimelinePage>) => Promise<Story> = (ask) => anew(this.story, ask)): void {
    const entity = this.#entity;
    this.attempt(async () => {
      try {
        const [story, devices] = [await read((before) => timeline(entity, before)), await deviceNames()];
        if (entity === this.#entity) this.put({ story, devices, failure: "" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.put({ failure: error.code });
      }
    });
  }

  private flip(op: string): void {
    if (!this.opened.delete(op)) this.opened.add(op);
    this.requestUpdate();
  }

  private entry(entry: TimelineEntry, bracket: Bracket): TemplateResult {
    // For reading only: whether the text is exact and signed is what the receipt checks.
    const { time, chain } = JSON.parse(entry.header) as Header;
    const deviceMs = time.wall_ms;
    const skewed = Math.abs(deviceMs - entry.server_at_ms) > SKEW_SHOWN_MS;
    const code = entry.ruling.code;
    const again = leafBefore(entry.receipt.leaf);
    const said = saidIn(this.#entity, entry.body, this.names);
    const open = this.opened.has(entry.op);
    return html`<li class="sup-entry sup-entry-${entry.ruling.outcome}" data-test="timeline-entry" data-op=${entry.op} data-kind=${entry.kind} data-outcome=${entry.ruling.outcome}>
      <div class="row row-wrap"><h3>${kindLabel(entry.kind)}</h3>${outcomeBadge(entry.ruling.outcome)}
        ${entry.ruling.flags.map((flag) => badge("todo", flagLabel(flag), "info"))}${skew(bracket)}</div>
      <p><strong data-test="entry-by">${nameOf(this.names, entry.by)}</strong>
        ${entry.carrier === entry.by || entry.carrier === "" ? nothing : html`<span class="soft">${t("sup.timeline.carried", { name: nameOf(this.names, entry.carrier) })}</span>`}</p>
      ${evidenceIn(entry)}
      ${said.map((line) => html`<p class="sup-said">${line}</p>`)}
      ${code ? html`<p class="sup-said">${reasonLabel(code)}</p>` : nothing}
      <p class="soft"><span>${t("sup.timeline.device")} <span class="digits">${dateTimeOf(deviceMs)}</span> ${this.devices.get(chain || entry.op) ?? nothing}</span><br />
        <span>${t("sup.timeline.server")} <span class="digits">${dateTimeOf(entry.server_at_ms)}</span></span>
        ${again ? html`<br /><span data-test="entry-again">${t("sup.timeline.again", again)}</span>` : nothing}
        ${skewed ? html`<br /><span>${laterBy(Math.round((entry.server_at_ms - deviceMs) / 60_000))}</span>` : nothing}</p>
      ${interval(bracket)}
      <button type="button" class="button button-quiet sup-receipt-open" aria-expanded=${String(open)} data-test="receipt-open" @click=${() => this.flip(entry.op)}>
        <span>${t("sup.receipt.number", { index: entry.receipt.index })}</span><span>${t(open ? "sup.receipt.fold" : "sup.receipt.unfold")}</span></button>
      ${open ? running(time) : nothing}
      ${open ? html`<sup-receipt .entry=${entry}></sup-receipt>` : nothing}
    </li>`;
  }

  private unsentEntry(item: OutboxItem): TemplateResult {
    return html`<li class="sup-entry" data-test="timeline-unsent" data-op=${item.op} data-kind=${item.kind}>
      <div class="row row-wrap"><h3>${kindLabel(item.kind)}</h3>${badge("busy", t("sup.pending"), "phone")}</div>
      <p class="soft">${t("sup.timeline.device")} <span class="digits">${dateTimeOf(item.savedAtMs)}</span></p></li>`;
  }

  override render(): TemplateResult {
    const story = this.story;
    if (this.failure && !story) return html`${banner("todo", t("sup.timeline.offline"), problemLabel(this.failure), "timeline-offline")}
      ${button(t("do.retry"), () => this.load(), { test: "timeline-retry" })}`;
    if (!story) return html`<p class="soft">${t("app.loading")}</p>`;
    const unsent = this.unsent.filter((item) => !story.entries.some((entry) => entry.op === item.op));
    if (story.entries.length + unsent.length === 0) return empty("list", t("sup.timeline.empty"));
    const made = whenMade(story.entries);
    return html`<ol class="sup-timeline" data-test="timeline">${unsent.map((item) => this.unsentEntry(item))}${story.entries.map((entry) => this.entry(entry, made.get(entry.op)!))}</ol>
      ${story.next === undefined ? nothing : button(t("sup.timeline.more"), () => this.load((ask) => further(story, ask)), { wide: true, test: "timeline-more" })}
      <p class="soft">${t("sup.time.note")}</p>`;
  }
}

define("sup-timeline", Timeline);
