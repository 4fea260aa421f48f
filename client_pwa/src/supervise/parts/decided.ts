// <sup-decided>: what this supervisor decided on quarantined records lately, and what became of each:
// an accepted one may still be refused by today's state.

import { html, nothing, type TemplateResult } from "lit";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { kindLabel, reasonLabel } from "../../screen/labels.ts";
import { badge } from "../../screen/parts.ts";
import type { Decision } from "../../store/index.ts";
import { ApiError, opEntry, type TimelineEntry } from "../../sync/index.ts";
import { outcomeBadge } from "../model/look.ts";
import { nameOf, type Names } from "../model/names.ts";

const SHOWN = 6;

class Decided extends ScreenElement {
  names: Names = new Map();
  #decisions: readonly Decision[] = [];
  private results: ReadonlyMap<string, TimelineEntry> = new Map();

  set decisions(decisions: readonly Decision[]) {
    this.#decisions = decisions.slice(0, SHOWN);
    for (const { target, ruling } of this.#decisions) {
      const known = this.results.get(target);
      if (ruling && (!known || known.ruling.outcome === "quarantined")) this.attempt(() => this.learn(target));
    }
    this.requestUpdate();
  }

  private async learn(target: string): Promise<void> {
    try {
      const entry = await opEntry(target);
      this.put({ results: new Map([...this.results, [target, entry]]) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // no connection: the result stays open
    }
  }

  private line(decision: Decision): TemplateResult {
    const entry = this.results.get(decision.target);
    return html`<li class="card stack stack-tight" data-test="decided" data-op=${decision.target} data-accepts=${String(decision.accepts)} data-outcome=${entry?.ruling.outcome ?? ""}>
      <div class="row row-wrap">${badge(decision.accepts ? "done" : "plain", t(decision.accepts ? "sup.held.decided_accept" : "sup.held.decided_decline"), decision.accepts ? "check" : "close")}
        <strong>${entry ? kindLabel(entry.kind) : nothing}</strong><span>${entry ? nameOf(this.names, entry.by) : nothing}</span><span class="soft digits">${dateTimeOf(decision.atMs)}</span></div>
      <p class="sup-said">${decision.reason}</p>
      ${entry ? html`<div class="row row-wrap"><span>${t("sup.held.now")}</span>${outcomeBadge(entry.ruling.outcome)}<span>${entry.ruling.code ? reasonLabel(entry.ruling.code) : nothing}</span></div>`
        : decision.ruling ? nothing : badge("busy", t("sup.held.sending"), "upload")}</li>`;
  }

  override render(): TemplateResult {
    if (this.#decisions.length === 0) return html``;
    return html`<section class="section" data-test="decided-list"><header class="section-head"><h2>${t("sup.held.decided")}</h2></header>
      <ul class="stack">${this.#decisions.map((one) => this.line(one))}</ul></section>`;
  }
}

define("sup-decided", Decided);
