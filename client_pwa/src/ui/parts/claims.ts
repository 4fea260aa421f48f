// <lh-claims>: two officers came to different results. On the phone both stand side by side, and what a
// supervisor decided; nothing can be chosen here.

import { html, nothing, type TemplateResult } from "lit";
import type { Claim } from "../../protocol/rows.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner } from "../../screen/parts.ts";
import "../../screen/photo.ts";
import { ToldElement } from "../../screen/told.ts";
import type { FindingView, ReinspectionView } from "../../store/index.ts";
import { stateBadge } from "./finding-card.ts";

class Claims extends ToldElement {
  #finding: FindingView | undefined;
  rechecks: readonly ReinspectionView[] = [];

  set finding(finding: FindingView) {
    this.#finding = finding;
    this.learn();
    this.requestUpdate();
  }

  /** The op of a supervisor's decision while it is the latest step. */
  private get decision(): string {
    const state = this.#finding?.row.states["finding"];
    return state?.step === "decide" ? state.op : "";
  }

  protected about(): string {
    return `finding/${this.#finding?.id ?? ""}`;
  }

  protected shownOps(): string[] {
    return [...(this.#finding?.claims ?? []).map(({ op }) => op), ...(this.decision ? [this.decision] : [])];
  }

  private claim(claim: Claim): TemplateResult {
    const made = this.rechecks.find((one) => one.row.created.op === claim.op);
    return html`<li class="version" data-test="claim" data-op=${claim.op} data-to=${claim.to}>
      ${stateBadge(claim.to)} ${this.told(claim.op)}
      ${made?.opinion ? html`<p class="version-text">${made.opinion}</p>` : nothing}
      ${made && made.photos.length > 0 ? html`<div class="pictures">${made.photos.map((photo, at) => html`<lh-photo class="picture" photo=${photo} label=${t("photo.alt", { number: at + 1 })}></lh-photo>`)}</div>` : nothing}
    </li>`;
  }

  override render(): TemplateResult | typeof nothing {
    const finding = this.#finding;
    if (!finding) return nothing;
    if (this.decision) {
      return html`<section class="decided" data-test="dispute-decided">${banner("plain", t("claims.decided"), html`
        ${this.told(this.decision)}<p class="version-text" data-test="decided-reason">${this.origins.get(this.decision)?.reason ?? ""}</p>`)}</section>`;
    }
    if (finding.claims.length === 0) return nothing;
    return html`<section class="contested" data-test="dispute">${banner("alarm", t("claims.title"), t("claims.waits"))}
      <ul class="versions">${finding.claims.map((claim) => this.claim(claim))}</ul></section>`;
  }
}

define("lh-claims", Claims);
