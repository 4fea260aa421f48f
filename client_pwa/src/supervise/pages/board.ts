// 总览: every finding of the jurisdiction, overdue first. Big numbers, bars and dates filter with a
// click; the list below holds any number of lines. The filter stays while one looks into a finding.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { stateLabel } from "../../screen/labels.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, empty } from "../../screen/parts.ts";
import { MACHINES } from "../../protocol/tables.ts";
import { today } from "../../store/index.ts";
import { boardItems, type BoardItem } from "../../store/supervise.ts";
import { BANDS, bandsOf, BUCKETS, bucketsOf, countBy, filtered, inBoardOrder, NO_FILTER, type BoardFilter } from "../model/board.ts";
import { bureauNames, nameOf, type Names } from "../model/names.ts";
import { stateTone } from "../model/look.ts";
import { onWide } from "../model/width.ts";
import { bars, type Bar } from "../parts/bars.ts";
import { boardLine, CARD_PX, LINE_PX } from "../parts/board-line.ts";
import "../parts/held-note.ts";
import "../parts/hold-note.ts";
import "../parts/window-list.ts";

let kept: BoardFilter = NO_FILTER;
const STATES = Object.keys(MACHINES["finding"]!.states);
const TRADES = ["mine", "chemical", "fireworks", "industry"] as const;

class Board extends LiveScreen {
  private items: readonly BoardItem[] = [];
  private bureaus: Names = new Map();
  private readonly wide = onWide(1400);
  private readonly beside = onWide(1200);
  private readonly roomy = onWide(640);

  constructor() {
    super();
    this.watch(this.wide.watch);
    this.watch(this.beside.watch);
    this.watch(this.roomy.watch);
  }

  protected override async read(): Promise<void> {
    this.items = await boardItems();
    this.bureaus = await bureauNames(this.items.map((item) => item.space));
  }

  private filter(change: Partial<BoardFilter>): void {
    kept = { ...kept, ...change };
    this.requestUpdate();
  }

  private figures(now: string): TemplateResult {
    const counts = countBy(filtered(this.items, { ...kept, band: "" }, now), (item) => bandsOf(item, now));
    return html`<div class="sup-figures" role="group" aria-label=${t("sup.board.figures")}>
      ${BANDS.map((band) => html`<button type="button" class="sup-figure sup-figure-${band}" aria-pressed=${String(kept.band === band)}
        data-test=${`figure-${band}`} data-count=${counts.get(band) ?? 0} @click=${() => this.filter({ band: kept.band === band ? "" : band })}>
        <span class="figure-value">${counts.get(band) ?? 0}</span><span>${t(`sup.band.${band}`)}</span></button>`)}
    </div>`;
  }

  private pictures(now: string): TemplateResult {
    const states = countBy(filtered(this.items, { ...kept, state: "" }, now), (item) => [item.state]);
    const stateBars = STATES.filter((state) => states.has(state) || state === kept.state).map((state): Bar => {
      const tone = stateTone(state);
      return { name: state, text: stateLabel("finding", state), count: states.get(state) ?? 0, tone: tone === "busy" ? "plain" : tone };
    });
    const due = countBy(filtered(this.items, { ...kept, due: "" }, now), (item) => bucketsOf(item, now));
    const dueBars = BUCKETS.map((bucket): Bar => ({
      name: bucket.name, text: t(`sup.due.${bucket.name}`), count: due.get(bucket.name) ?? 0,
      tone: bucket.until < 0 ? "alarm" : bucket.until <= 7 ? "todo" : "plain",
    }));
    const upright = this.roomy.matches() && !this.beside.matches();
    return html`<div class="sup-pictures">
      <section class="card stack"><h2>${t("sup.board.by_due")}</h2>
        ${bars(t("sup.board.by_due"), dueBars, kept.due, (due) => this.filter({ due: due as BoardFilter["due"] }), "due-bar", upright)}</section>
      <section class="card stack"><h2>${t("sup.board.by_state")}</h2>
        ${bars(t("sup.board.by_state"), stateBars, kept.state, (state) => this.filter({ state }), "state-bar")}</section>
    </div>`;

  }

  private choice(name: "space" | "trade" | "grade" | "state", label: string, values: readonly (readonly [string, string])[]): TemplateResult {
    return html`<label class="sup-filter"><span>${label}</span>
      <select data-test=${`filter-${name}`} .value=${kept[name]} @change=${(event: Event) => this.filter({ [name]: (event.target as HTMLSelectElement).value })}>
        <option value="" ?selected=${kept[name] === ""}>${t("sup.filter.all")}</option>
        ${values.map(([value, text]) => html`<option value=${value} ?selected=${kept[name] === value}>${text}</option>`)}
      </select></label>`;
  }

  /** What the filter is set to, in words. */
  private filterWords(): string[] {
    const { space, trade, grade, state, band, due, text } = kept;
    return [
      band && t(`sup.band.${band}`), due && t(`sup.due.${due}`), state && stateLabel("finding", state), space && nameOf(this.bureaus, space),
      trade && t(`trade.${trade}` as Key), grade && t(`grade.${grade}_short` as Key), text && `“${text}”`,
    ].filter((word) => word !== "");
  }

  /** The filter stays while one looks elsewhere: coming back, it must be seen that it is on. */
  private filterNote(): TemplateResult | typeof nothing {
    const words = this.filterWords();
    if (words.length === 0) return nothing;
    return banner("busy", t("sup.filter.on", { what: words.join(t("list.comma")) }),
      button(t("sup.filter.clear"), () => this.filter(NO_FILTER), { icon: "close", test: "filter-clear" }), "filter-on");
  }

  private filters(): TemplateResult {
    const spaces = [...new Set(this.items.map((item) => item.space))].sort();
    return html`<form class="sup-filters" role="search" @submit=${(event: Event) => event.preventDefault()}>
      <label class="sup-filter sup-filter-text"><span>${t("sup.filter.text")}</span>
        <input type="search" id="board-text" data-test="filter-text" placeholder=${t("sup.filter.text_hint")} .value=${kept.text}
          @input=${(event: Event) => this.filter({ text: (event.target as HTMLInputElement).value })} /></label>
      ${this.choice("space", t("sup.filter.county"), spaces.map((space) => [space, nameOf(this.bureaus, space)]))}
      ${this.choice("trade", t("sup.filter.trade"), TRADES.map((trade) => [trade, t(`trade.${trade}`)]))}
      ${this.choice("grade", t("sup.filter.grade"), [["general", t("grade.general_short")], ["major", t("grade.major_short")]])}
      ${this.choice("state", t("sup.filter.state"), STATES.map((state) => [state, stateLabel("finding", state)]))}
    </form>`;
  }

  private list(now: string): TemplateResult {
    const shown = inBoardOrder(filtered(this.items, kept, now), now);
    return html`<section class="stack">
      <header class="section-head">
        <h2 aria-live="polite" data-test="board-count" data-count=${shown.length}>${t("sup.board.shown", { count: shown.length, all: this.items.length })}</h2>
      </header>
      ${shown.length === 0 ? empty("search", t(this.items.length === 0 ? "sup.board.none_yet" : "sup.board.none")) : nothing}
      <sup-window-list data-test="board-list" .linePx=${this.wide.matches() ? LINE_PX : CARD_PX} .items=${shown}
        .line=${(item: BoardItem) => boardLine(item, now, nameOf(this.bureaus, item.space), this.wide.matches())}></sup-window-list>
    </section>`;
  }

  /** Open where there is room; folded away below it, so that the list comes first. */
  private folded(title: string, body: TemplateResult, room: boolean, test: string): TemplateResult {
    return room ? body : html`<details class="sup-fold card" data-test=${test}><summary>${title}</summary>${body}</details>`;
  }

  protected override view(): TemplateResult {
    const now = today();
    return html`<div class="page page-wide sup" data-test="board">
      <sup-held-note></sup-held-note><sup-hold-note></sup-hold-note>
      ${this.figures(now)}${this.filterNote()}${this.folded(t("sup.board.filters"), this.filters(), this.roomy.matches(), "fold-filters")}
      <div class="sup-board">${this.folded(t("sup.board.charts"), this.pictures(now), this.beside.matches(), "fold-charts")}${this.list(now)}</div>
    </div>`;
  }
}

define("sup-board", Board);
