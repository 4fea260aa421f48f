// Begin on site: why, then which enterprise. The reason is chosen here so that the arrival card
// itself stays at three taps.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { chips, empty, section } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { enterprises, type EnterpriseView } from "../../store/index.ts";
import { reasonChoices } from "../parts/reasons.ts";

const SHOWN = 30;

class Start extends LiveScreen {
  search = "";
  found: readonly EnterpriseView[] = [];
  reason = "";

  protected override async read(): Promise<void> {
    const asked = this.search;
    const found = await enterprises(asked.trim(), SHOWN);
    if (asked === this.search) this.found = found;
  }

  private typed(event: Event): void {
    this.search = (event.target as HTMLInputElement).value;
    this.refresh();
  }

  private card(one: EnterpriseView): TemplateResult {
    const query = this.reason ? `?reason=${encodeURIComponent(this.reason)}` : "";
    return html`<a class="card row" href=${href(`/start/${one.id}${query}`)} data-test="enterprise" data-name=${one.name}>
      <span class="tile" aria-hidden="true">${icon("building")}</span>
      <span class="grow stack stack-tight"><span class="strong">${one.name}</span><span class="soft">${t(`trade.${one.trade}`)} · ${one.address}</span></span>
      ${icon("next")}
    </a>`;
  }

  protected override view(): TemplateResult {
    return html`<div class="page" data-test="start">
      ${section(t("arrival.reason"), chips(t("arrival.reason"), reasonChoices(), this.reason, (reason) => this.put({ reason })))}
      ${section(t("start.which"), html`<div class="stack">
        <div class="search">${icon("search")}<input id="field-search" type="search" enterkeyhint="search" autocomplete="off" aria-label=${t("start.search")} placeholder=${t("start.search")} .value=${this.search} data-test="enterprise-search" @input=${this.typed} /></div>
        ${this.found.map((one) => this.card(one))}
        ${this.found.length === 0 ? empty("search", t("start.none"), t("start.none_hint")) : nothing}
        ${this.found.length === SHOWN ? html`<p class="soft">${t("start.more", { count: SHOWN })}</p>` : nothing}
      </div>`)}
    </div>`;
  }
}

define("lh-start", Start);
