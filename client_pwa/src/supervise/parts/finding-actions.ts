// <sup-finding-actions>: the steps legal now for this role, each a button with a small form behind
// it. Nothing is chosen or dated in advance except what the enterprise itself asked for.

import { html, nothing, type TemplateResult } from "lit";
import * as capture from "../../capture/index.ts";
import { daysUntil } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { kindLabel, reasonLabel } from "../../screen/labels.ts";
import { banner, button, facts, field, submit } from "../../screen/parts.ts";
import { today, type Bureau, type FindingView, type ReinspectionView } from "../../store/index.ts";
import { FINDING_KINDS, offered, type FindingKind } from "../model/actions.ts";
import { dayField, isDay } from "./day-field.ts";
import { modal } from "./modal.ts";
import "./order-form.ts";

const LATER: readonly FindingKind[] = ["finding.propose_close", "finding.hand_over", "finding.transfer", "finding.enterprise_ceased", "finding.withdraw"];
const given = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();

class FindingActions extends ScreenElement {
  #finding: FindingView | undefined;
  actor = "";
  reinspections: readonly ReinspectionView[] = [];
  private asking: FindingKind | undefined;
  private day = "";
  /** Who may receive a hazard. */
  bureaus: readonly Bureau[] = [];
  isCity = false;

  set finding(finding: FindingView) {
    this.#finding = finding;
    if (this.asking && !offered(finding, this.actor, this.reinspections, this.isCity).some((one) => one.kind === this.asking)) this.asking = undefined;
    this.requestUpdate();
  }

  private close(): void {
    this.put({ asking: undefined, day: "" });
  }

  private ask(kind: FindingKind, finding: FindingView): void {
    if (kind === "finding.decide") {
      document.getElementById("sup-dispute")?.scrollIntoView({ block: "start" });
      return;
    }
    const wish = finding.row.fields["extension_until"]?.v;
    this.put({ asking: kind, day: kind === "extension.grant" && typeof wish === "string" ? wish : "" });
  }

  private run(kind: FindingKind, id: string, form: FormData): Promise<unknown> {
    const reason = given(form, "reason");
    switch (kind) {
      case "extension.grant": return capture.grantExtension(id, this.day);
      case "extension.deny": return capture.denyExtension(id, reason);
      case "finding.close": return capture.closeFinding(id, reason || undefined);
      case "finding.propose_close": return capture.proposeClose(id, reason);
      case "finding.hand_over": return capture.handOverFinding(id, { to: given(form, "to"), reason });
      case "finding.transfer": return capture.transferFinding(id, { authority: given(form, "authority"), reason });
      case "finding.enterprise_ceased": return capture.enterpriseCeased(id, reason);
      case "finding.withdraw": return capture.withdraw(id, reason);
      default: throw new Error(`${kind} has a form of its own`);
    }
  }

  private submitted(event: SubmitEvent, kind: FindingKind, finding: FindingView): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    this.attempt(async () => {
      await this.run(kind, finding.id, form);
      this.close();
    });
  }

  private reason(required: boolean): TemplateResult {
    return field("action-reason", t("sup.reason"), (id) => html`<textarea id=${id} name="reason" maxlength="500" ?required=${required} data-test="action-reason"></textarea>`,
      t(required ? "field.required" : "field.optional"));
  }

  private granting(finding: FindingView): TemplateResult {
    const texts = finding.row.fields;
    return html`${facts([
      [t("sup.act.now_due"), finding.deadline || t("sup.none")],
      [t("sup.act.wished"), String(texts["extension_until"]?.v ?? t("sup.none"))],
      [t("sup.act.wish_reason"), String(texts["extension_reason"]?.v ?? t("sup.none"))],
    ])}
    ${dayField("grant-day", t("sup.act.new_due"), this.day, today(), (day) => this.put({ day }), "grant-day")}
    ${isDay(this.day) && daysUntil(this.day, today()) < 0 ? banner("alarm", t("sup.act.day_past")) : nothing}`;
  }

  private receiver(finding: FindingView): TemplateResult {
    const others = this.bureaus.filter(({ code }) => code !== finding.row.space);
    return field("receiver", t("sup.act.receiver"), (id) => html`<select id=${id} name="to" required data-test="action-receiver">
      <option value="">${t("sup.act.receiver_choose")}</option>${others.map(({ code, name }) => html`<option value=${code}>${name}</option>`)}</select>`);
  }

  private fields(kind: FindingKind, finding: FindingView): TemplateResult {
    if (kind === "extension.grant") return this.granting(finding);
    if (kind === "finding.hand_over") return html`${this.receiver(finding)}${this.reason(true)}`;
    if (kind === "finding.transfer") return html`${field("authority", t("sup.act.authority"), (id) => html`<input id=${id} name="authority" maxlength="120" required data-test="action-authority" />`)}${this.reason(true)}`;
    return this.reason(kind !== "finding.close");
  }

  private dialog(kind: FindingKind, finding: FindingView): TemplateResult {
    const title = t(`sup.act.${kind}` as Key);
    if (kind === "order.issue") return modal(title, html`<sup-order-form .finding=${finding} @order-issued=${() => this.close()}></sup-order-form>`, () => this.close(), "action-dialog");
    const note = t(`sup.act.${kind}_note` as Key);
    return modal(title, html`<form class="stack" @submit=${(event: SubmitEvent) => this.submitted(event, kind, finding)}>
      ${note ? html`<p>${note}</p>` : nothing}
      ${this.fields(kind, finding)}
      ${kind === "extension.grant" && (!isDay(this.day) || daysUntil(this.day, today()) < 0) ? nothing : submit(title, "action-submit")}
    </form>`, () => this.close(), "action-dialog");
  }

  override render(): TemplateResult {
    const finding = this.#finding;
    if (!finding) return html``;
    const all = offered(finding, this.actor, this.reinspections, this.isCity);
    const bars = all.filter((one) => one.barred !== "");
    const first = all.find((one) => one.barred === "" && !LATER.includes(one.kind));
    return html`<div class="sup-actions" data-test="actions" data-state=${finding.state}>
      ${all.length === 0 ? html`<p class="soft" data-test="no-actions">${t("sup.act.nothing")}</p>` : nothing}
      <div class="row row-wrap">${all.map(({ kind, barred }) => button(t(`sup.act.${kind}` as Key), () => this.ask(kind, finding), {
        kind: kind === first?.kind ? "primary" : kind === "finding.withdraw" ? "danger" : "plain",
        disabled: barred !== "", test: `act-${kind}`,
      }))}</div>
      ${bars.map(({ kind, barred }) => html`<p data-test=${`barred-${kind}`}>${kindLabel(kind)}: ${reasonLabel(barred)}</p>`)}
      ${this.asking && FINDING_KINDS.includes(this.asking) ? this.dialog(this.asking, finding) : nothing}
    </div>`;
  }
}

define("sup-finding-actions", FindingActions);
