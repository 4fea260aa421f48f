// One hazard in an order: what is required, and by which date. The date chips count calendar days
// from today; rectification orders name a date, so no working days are counted.

import { html, nothing, type TemplateResult } from "lit";
import { daysUntil, deadlineDoubt, plusDays } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import { badge, banner, button, chips, field } from "../../screen/parts.ts";
import { today, type FindingView } from "../../store/index.ts";

const DAYS = [7, 15, 30];

export interface ItemFields {
  readonly requirement: string;
  readonly deadline: string;
  readonly left_out?: boolean;
}

/** +7, +15 and +30 days; nothing is chosen unless `deadline` falls on one of them. */
export const deadlineChips = (label: string, deadline: string, pick: (days: number) => void, test: string): TemplateResult =>
  chips(label, DAYS.map((days) => ({ value: String(days), text: t("order.days", { days }), test: `days-${days}-${test}` })),
    deadline ? String(daysUntil(deadline, today())) : "", (days) => pick(Number(days)));

/** Said where the date stands; a past one can't be ordered, a far one is asked about before the order is shown. */
function doubt(deadline: string): TemplateResult | typeof nothing {
  const found = deadlineDoubt(deadline, today());
  if (found === "past") return banner("alarm", t("order.past", { date: deadline }), nothing, "deadline-past");
  return found === "far" ? banner("todo", t("order.far", { date: deadline, days: daysUntil(deadline, today()) }), nothing, "deadline-far") : nothing;
}

export function orderItem(finding: FindingView, item: ItemFields, change: (fields: Partial<ItemFields>) => void): TemplateResult {
  const number = finding.number;
  return html`<article class="card stack ${item.left_out ? "card-off" : ""}" data-test="order-item" data-number=${number}>
    <header class="row"><span class="finding-number digits">${number}</span><span class="grow strong">${finding.description || t("finding.no_text")}</span></header>
    ${item.left_out ? nothing : html`
      ${field(`requirement-${number}`, t("hazard.requirement"), (id) => html`<textarea id=${id} rows="3" maxlength="1000" .value=${item.requirement} data-test="requirement" @input=${(event: Event) => change({ requirement: (event.target as HTMLTextAreaElement).value })}></textarea>`)}
      <div class="stack">
        <div class="row row-wrap"><span class="strong">${t("order.deadline")}</span>${item.deadline ? nothing : badge("todo", t("order.no_date"), "calendar")}</div>
        ${deadlineChips(`${number} ${t("order.deadline")}`, item.deadline, (days) => change({ deadline: plusDays(today(), days) }), number)}
        <input id="field-deadline-${number}" type="date" min=${today()} aria-label=${`${number} ${t("order.deadline")}`} .value=${item.deadline} data-test="deadline" @change=${(event: Event) => change({ deadline: (event.target as HTMLInputElement).value })} />
        ${doubt(item.deadline)}
      </div>`}
    ${button(item.left_out ? t("order.take_in") : t("order.leave_out"), () => change({ left_out: !item.left_out }), { kind: "quiet", test: "leave-out" })}
  </article>`;
}
