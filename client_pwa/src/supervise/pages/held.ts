// 待人工确认: every record of the jurisdiction that has no effect. The quarantined ones come first, to
// be accepted or declined; waiting and refused ones can be read, so that nothing is lost in silence.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { problemLabel } from "../../screen/labels.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, chips, empty } from "../../screen/parts.ts";
import { currentAuthor, deviceNames, isCitys, ownDecisions, type Author, type Decision } from "../../store/index.ts";
import { ApiError, engine, heldPage, type HeldOutcome } from "../../sync/index.ts";
import { firstHeld, HELD, moreHeld, NOTHING_HELD, type HeldList } from "../model/held.ts";
import { bureauNames, nameOf, peopleNames, type Names } from "../model/names.ts";
import "../parts/decided.ts";
import "../parts/held-card.ts";

class Held extends LiveScreen {
  private list: HeldList | undefined;
  private outcome: HeldOutcome = "quarantined";
  private space = "";
  private failure = "";
  private author: Author | undefined;
  private names: Names = new Map();
  private devices: Names = new Map();
  private bureaus: Names = new Map();
  private decisions: readonly Decision[] = [];
  private decidesForAll = false;
  #syncedAtMs = 0;
  #answered = "";

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.afterSync());
  }

  protected override async read(): Promise<void> {
    this.author = await currentAuthor();
    this.names = await peopleNames();
    this.devices = await deviceNames();
    this.bureaus = await bureauNames(this.author?.spaces ?? []);
    this.decisions = await ownDecisions();
    this.decidesForAll = await isCitys(this.author?.bureau ?? "");
    const answered = JSON.stringify(this.decisions.map(({ target, ruling }) => [target, ruling?.index]));
    if (this.list === undefined || answered !== this.#answered) this.load();
    this.#answered = answered;
  }

  /** What others sent and decided meanwhile; a round of this computer's own sync is the moment to look. */
  private afterSync(): void {
    const { lastSyncAtMs, online } = engine.status();
    if (!online || lastSyncAtMs === this.#syncedAtMs) return;
    this.#syncedAtMs = lastSyncAtMs;
    this.load();
  }

  private spaces(): readonly string[] {
    return this.space ? [this.space] : (this.author?.spaces ?? []);
  }

  private fetch(get: (ask: (space: string, before?: number) => ReturnType<typeof heldPage>) => Promise<HeldList>): void {
    const { outcome, space } = this;
    this.attempt(async () => {
      try {
        const list = await get((from, before) => heldPage(from, outcome, before));
        if (outcome === this.outcome && space === this.space) this.put({ list, failure: "" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.put({ failure: error.code });
      }
    });
  }

  private load(): void {
    if (this.author) this.fetch((ask) => firstHeld(this.spaces(), ask));
  }

  private choose(change: { outcome?: HeldOutcome; space?: string }): void {
    this.put({ ...change, list: undefined });
    this.load();
  }

  private filters(): TemplateResult {
    const counts = (this.list ?? NOTHING_HELD).counts;
    const spaces = this.author?.spaces ?? [];
    return html`<div class="sup-held-filters">${chips(t("sup.held.which"), HELD.map((one) => ({ value: one, text: t(`sup.held.${one}`, { count: counts[one] }), test: `held-${one}` })), this.outcome,
        (value) => this.choose({ outcome: value as HeldOutcome }))}
      ${spaces.length > 2 ? html`<label class="sup-filter"><span>${t("sup.filter.county")}</span>
        <select data-test="held-space" @change=${(event: Event) => this.choose({ space: (event.target as HTMLSelectElement).value })}>
          <option value="" ?selected=${this.space === ""}>${t("sup.held.all_counties")}</option>
          ${spaces.map((space) => html`<option value=${space} ?selected=${this.space === space}>${space === "common" ? t("sup.held.common") : nameOf(this.bureaus, space)}</option>`)}</select></label>` : nothing}</div>`;
  }

  private entries(list: HeldList): TemplateResult {
    const sending = new Set(this.decisions.filter(({ ruling }) => ruling === undefined).map(({ target }) => target));
    const { names, devices, bureaus } = this;
    return html`${list.entries.length === 0 ? empty("check", t(`sup.held.none.${this.outcome}`)) : nothing}
      <div class="sup-cards">${list.entries.map((entry) => html`<sup-held-card .of=${{ entry, names, devices, bureaus, me: this.author?.person ?? "", mayDecide: entry.space !== "common" || this.decidesForAll, isSending: sending.has(entry.op) }}></sup-held-card>`)}</div>
      ${list.next.size > 0 ? button(t("sup.held.more"), () => this.fetch((ask) => moreHeld(list, ask)), { wide: true, test: "held-more" }) : nothing}`;
  }

  private shown(): TemplateResult {
    if (this.failure && !this.list) return html`${banner("todo", t("sup.timeline.offline"), problemLabel(this.failure), "held-offline")}
      ${button(t("do.retry"), () => this.load(), { test: "held-retry" })}`;
    return this.list ? this.entries(this.list) : html`<p class="soft">${t("app.loading")}</p>`;
  }

  protected override view(): TemplateResult {
    return html`<div class="page page-wide sup" data-test="held" data-outcome=${this.outcome} data-loaded=${String(this.list !== undefined)}>
      ${this.filters()}
      ${banner("plain", t(`sup.held.about.${this.outcome}`))}
      ${this.shown()}
      ${this.outcome === "quarantined" ? html`<sup-decided .names=${this.names} .decisions=${this.decisions}></sup-decided>` : nothing}
    </div>`;
  }
}

define("sup-held", Held);
