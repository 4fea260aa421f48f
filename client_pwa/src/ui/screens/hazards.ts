// Every hazard that waits for a reinspection, overdue first, found by enterprise name: the same that Today
// counts. Those two officers disagree about wait for a supervisor, not for a reinspection: a list of their own.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { button, chips, empty, type Choice } from "../../screen/parts.ts";
import { openFindings, type FindingView } from "../../store/index.ts";
import { enterpriseNames } from "../enterprise-names.ts";
import { findingCard } from "../parts/finding-card.ts";

const STEP = 40;
const isDisputed = ({ state }: FindingView): boolean => state === "disputed";
const WHICH: Readonly<Record<string, (one: FindingView) => boolean>> = { "": (one) => !isDisputed(one), overdue: (one) => one.overdue && !isDisputed(one), disputed: isDisputed };

class Hazards extends LiveScreen {
  all: readonly FindingView[] = [];
  names: ReadonlyMap<string, string> = new Map();
  search = "";
  /** "" for all that wait for a reinspection, or which. */
  which = "";
  shown = STEP;

  protected override async read(): Promise<void> {
    const disputed = await openFindings({ states: ["disputed"] });
    this.all = [...disputed, ...(await openFindings({ awaitingReinspection: true }))];
    this.names = await enterpriseNames(this.all);
  }

  private get found(): readonly FindingView[] {
    const search = this.search.trim();
    return this.all
      .filter((one) => WHICH[this.which]!(one))
      .filter((one) => !search || (this.names.get(one.enterprise) ?? "").includes(search) || one.description.includes(search));
  }

  private choices(): Choice[] {
    const count = (which: string): number => this.all.filter((one) => WHICH[which]!(one)).length;
    return [
      { value: "", text: t("hazards.all", { count: count("") }) },
      { value: "overdue", text: t("today.overdue", { count: count("overdue") }), test: "only-overdue" },
      { value: "disputed", text: t("hazards.disputed", { count: count("disputed") }), test: "only-disputed" },
    ];
  }

  protected override view(): TemplateResult {
    const found = this.found;
    return html`<div class="page" data-test="hazards">
      <div class="search">${icon("search")}<input id="field-hazards" type="search" autocomplete="off" placeholder=${t("hazards.search")} aria-label=${t("hazards.search")} .value=${this.search} data-test="hazard-search" @input=${(event: Event) => this.put({ search: (event.target as HTMLInputElement).value, shown: STEP })} /></div>
      ${chips(t("hazards.which"), this.choices(), this.which, (which) => this.put({ which, shown: STEP }))}
      <div class="stack">
        ${found.length > 0 ? nothing : this.all.length > 0 ? empty("search", t("hazards.none")) : empty("check", t("today.none_due"))}
        ${found.slice(0, this.shown).map((one) => findingCard(one, { to: isDisputed(one) ? `/findings/${one.id}` : `/findings/${one.id}/reinspect`, title: this.names.get(one.enterprise) ?? "" }))}
        ${found.length > this.shown ? button(t("do.more"), () => this.put({ shown: this.shown + STEP }), { wide: true }) : nothing}
      </div>
    </div>`;
  }
}

define("lh-hazards", Hazards);
