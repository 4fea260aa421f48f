// 审核, 审批 and 补办审批 of an inspection, as buttons that ask once more and take an opinion. Review
// and approval need two people: who has reviewed is told why approving is not theirs.

import { html, nothing, type TemplateResult } from "lit";
import { approveInspection, completeApproval, reviewInspection, type Saved } from "../../capture/index.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { banner, button, field, submit } from "../../screen/parts.ts";
import type { Author } from "../../store/index.ts";
import { modal } from "./modal.ts";

export interface ApprovalState {
  readonly state: string;
  readonly approval: string;
  readonly reviewers: readonly string[];
}

const STEPS = {
  review: reviewInspection,
  approve: approveInspection,
  complete: completeApproval,
} as const satisfies Record<string, (inspection: string, opinion?: string) => Promise<Saved>>;
type Step = keyof typeof STEPS;

/** What this person may do about the approval now; empty for other roles. */
export function approvalSteps(now: ApprovalState, author: Author | undefined): Step[] {
  if (author?.role !== "supervisor") return [];
  const steps: Step[] = [];
  if (now.approval === "pending") steps.push("complete");
  if (now.state !== "planned") return steps;
  if (now.reviewers.length === 0) return [...steps, "review"];
  return now.reviewers.some((id) => id !== author.person) ? [...steps, "approve"] : steps;
}

class Approval extends ScreenElement {
  inspection = "";
  step: Step = "review";
  private asking = false;

  private decide(event: SubmitEvent): void {
    event.preventDefault();
    const opinion = String(new FormData(event.target as HTMLFormElement).get("opinion")).trim();
    this.attempt(async () => {
      await STEPS[this.step](this.inspection, opinion || undefined);
      this.put({ asking: false });
    });
  }

  private dialog(): TemplateResult {
    const close = (): void => this.put({ asking: false });
    return modal(t(`sup.approval.${this.step}` as Key), html`<form class="stack" @submit=${(event: SubmitEvent) => this.decide(event)}>
      ${banner("plain", t(`sup.approval.${this.step}_note` as Key))}
      ${field("opinion", t("sup.approval.opinion"), (id) => html`<textarea id=${id} name="opinion" maxlength="500" data-test="opinion"></textarea>`, t("field.optional"))}
      ${submit(t("sup.approval.submit"), "approval-submit")}
    </form>`, close, "approval-dialog");
  }

  override render(): TemplateResult {
    return html`${button(t(`sup.approval.${this.step}` as Key), () => this.put({ asking: true }), { kind: "primary", icon: "sign", test: `approval-${this.step}` })}
      ${this.asking ? this.dialog() : nothing}`;
  }
}

define("sup-approval", Approval);

export function approvalActions(inspection: string, now: ApprovalState, author: Author | undefined): TemplateResult | typeof nothing {
  const steps = approvalSteps(now, author);
  const waitsForOther = author?.role === "supervisor" && now.state === "planned" && now.reviewers.length > 0 && !steps.includes("approve");
  if (steps.length === 0 && !waitsForOther) return nothing;
  return html`<div class="row row-wrap">
    ${steps.map((step) => html`<sup-approval .inspection=${inspection} .step=${step}></sup-approval>`)}
    ${waitsForOther ? html`<p class="soft" data-test="approve-by-other">${t("sup.approval.by_other")}</p>` : nothing}
  </div>`;
}
