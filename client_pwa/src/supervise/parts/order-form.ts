// <sup-order-form>: a supervisor orders one finding to be put right by a date. First the requirement
// and the date, then the document exactly as it will be kept, then the order itself.

import { html, nothing, type TemplateResult } from "lit";
import { issueOrder, renderOrder, type Rendering } from "../../capture/index.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { button, field } from "../../screen/parts.ts";
import { today, type FindingView } from "../../store/index.ts";
import { dayField, isDay } from "./day-field.ts";
import "./paper.ts";

/** Another bureau keeps the inspection of a hazard that was taken over. */
const inspectionOf = ({ takenOver, inspection }: FindingView): string | undefined => (takenOver ? undefined : inspection);

class OrderForm extends ScreenElement {
  #finding: FindingView | undefined;
  private requirement = "";
  private day = "";
  private rendering: Rendering | undefined;

  set finding(finding: FindingView) {
    if (finding.id !== this.#finding?.id) this.requirement = finding.requirement;
    this.#finding = finding;
    this.requestUpdate();
  }

  private items(finding: FindingView): { finding: string; requirement: string; deadline: string }[] {
    return [{ finding: finding.id, requirement: this.requirement.trim(), deadline: this.day }];
  }

  private show(finding: FindingView): void {
    this.attempt(async () => this.put({ rendering: await renderOrder(inspectionOf(finding), this.items(finding)) }));
  }

  private issue(finding: FindingView, rendering: Rendering): void {
    this.attempt(async () => {
      await issueOrder(inspectionOf(finding), { items: this.items(finding), rendering, signatures: [] });
      this.dispatchEvent(new CustomEvent("order-issued"));
    });
  }

  private shown(finding: FindingView, rendering: Rendering): TemplateResult {
    return html`<div class="stack">
      <p>${t("sup.order.check")}</p>
      <sup-paper .text=${rendering.html} data-test="order-paper"></sup-paper>
      <div class="row row-wrap">
        ${button(t("sup.order.issue"), () => this.issue(finding, rendering), { kind: "primary", icon: "order", test: "order-issue" })}
        ${button(t("sup.order.change"), () => this.put({ rendering: undefined }), { test: "order-change" })}
      </div>
    </div>`;
  }

  override render(): TemplateResult {
    const finding = this.#finding;
    if (!finding) return html``;
    if (this.rendering) return this.shown(finding, this.rendering);
    const ready = this.requirement.trim() !== "" && isDay(this.day) && this.day >= today();
    return html`<div class="stack">
      ${field("order-requirement", t("sup.field_name.requirement"), (id) => html`<textarea id=${id} maxlength="1000" data-test="order-requirement" .value=${this.requirement}
        @input=${(event: Event) => this.put({ requirement: (event.target as HTMLTextAreaElement).value })}></textarea>`)}
      ${dayField("order-day", t("sup.order.deadline"), this.day, today(), (day) => this.put({ day }), "order-day")}
      ${isDay(this.day) && this.day < today() ? html`<p>${t("sup.act.day_past")}</p>` : nothing}
      ${button(t("sup.order.preview"), () => this.show(finding), { kind: "primary", icon: "order", disabled: !ready, test: "order-preview" })}
    </div>`;
  }
}

define("sup-order-form", OrderForm);
