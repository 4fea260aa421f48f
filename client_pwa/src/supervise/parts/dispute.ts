// <sup-dispute>: two officers came to different results. Both stand side by side with who, when, what
// they wrote and their photos; the supervisor chooses one and says why. Nothing is chosen before.

import { html, nothing, type TemplateResult } from "lit";
import { decideDispute } from "../../capture/index.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { stateLabel } from "../../screen/labels.ts";
import { button, facts, field, section } from "../../screen/parts.ts";
import { ToldElement } from "../../screen/told.ts";
import type { Claim } from "../../protocol/rows.ts";
import type { FindingView, PhotoView, ReinspectionView } from "../../store/index.ts";
import { nameOf, type Names } from "../model/names.ts";
import { stateBadge } from "../model/look.ts";
import { pictures } from "./picture.ts";

export interface DisputeOf {
  readonly finding: FindingView;
  readonly reinspections: readonly ReinspectionView[];
  readonly photos: ReadonlyMap<string, PhotoView>;
  readonly names: Names;
  readonly mayDecide: boolean;
}

class Dispute extends ToldElement {
  #of: DisputeOf | undefined;
  private chosen = "";
  private reason = "";

  set of(of: DisputeOf) {
    this.#of = of;
    this.learn();
    this.requestUpdate();
  }

  protected about(): string {
    return `finding/${this.#of?.finding.id ?? ""}`;
  }

  protected shownOps(): string[] {
    return (this.#of?.finding.claims ?? []).map(({ op }) => op);
  }

  private claim(claim: Claim, of: DisputeOf): TemplateResult {
    const made = of.reinspections.find((one) => one.row.created.op === claim.op);
    const photos = (made?.photos ?? []).flatMap((id) => of.photos.get(id) ?? []);
    const name = nameOf(of.names, claim.by);
    return html`<li class="card stack sup-claim" data-test="claim" data-op=${claim.op} data-to=${claim.to} data-chosen=${String(this.chosen === claim.op)}>
      <div class="section-head"><h3>${name}</h3>${stateBadge("finding", claim.to)}</div>
      ${facts([
        [t("sup.timeline.device"), dateTimeOf(claim.at_ms)],
        [t("sup.said.device"), this.devices.get(this.origins.get(claim.op)?.chain ?? "") ?? "…"],
        [t("sup.said.officers_word"), (made?.officers ?? []).map((id) => nameOf(of.names, id)).join(" ") || t("sup.none")],
        [t("sup.said.opinion_word"), made?.opinion || t("sup.none")],
        [t("sup.dispute.attested"), made && made.attestedBy.length > 0 ? made.attestedBy.map((id) => nameOf(of.names, id)).join(" ") : t("sup.dispute.not_attested")],
      ])}
      ${photos.length > 0 ? pictures(photos) : nothing}
      ${of.mayDecide ? html`<button type="button" class="button" role="radio" aria-checked=${String(this.chosen === claim.op)} data-test="claim-choose"
        @click=${() => this.put({ chosen: claim.op })}>${t("sup.dispute.choose", { result: stateLabel("finding", claim.to) })}</button>` : nothing}
    </li>`;
  }

  private decide(of: DisputeOf): void {
    this.attempt(() => decideDispute(of.finding.id, { chosen: this.chosen, reason: this.reason.trim() }));
  }

  override render(): TemplateResult {
    const of = this.#of;
    if (!of || of.finding.claims.length === 0) return html``;
    const ready = this.chosen !== "" && this.reason.trim() !== "";
    return html`<div id="sup-dispute" class="card stack sup-dispute">${section(t("sup.dispute.title"), html`
      <p>${t("sup.dispute.note")}</p>
      <ul class="sup-claims" role="radiogroup" aria-label=${t("sup.dispute.title")}>${of.finding.claims.map((claim) => this.claim(claim, of))}</ul>
      ${of.mayDecide ? html`${field("decide-reason", t("sup.dispute.reason"), (id) => html`<textarea id=${id} maxlength="1000" data-test="decide-reason" .value=${this.reason}
          @input=${(event: Event) => this.put({ reason: (event.target as HTMLTextAreaElement).value })}></textarea>`, t("field.required"))}
        ${button(t("sup.dispute.decide"), () => this.decide(of), { kind: "primary", icon: "check", disabled: !ready, test: "decide-submit" })}` : nothing}`, nothing, "dispute")}</div>`;
  }
}

define("sup-dispute", Dispute);
