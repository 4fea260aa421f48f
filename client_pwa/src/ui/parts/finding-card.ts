// One hazard in a list: number, what it is, where it stands, what is missing, by when.

import { html, nothing, type TemplateResult } from "lit";
import { daysUntil } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import { stateLabel } from "../../screen/labels.ts";
import { badge, type Tone } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { today, type FindingView } from "../../store/index.ts";
import "../../screen/photo.ts";

const DONE = ["passed", "closed", "fixed_on_spot"];
const ALARM = ["disputed", "failed"];
const QUIET = ["withdrawn", "duplicate", "transferred", "enterprise_ceased"];

/** closed is the only green; disputed, failed and overdue the only red. */
export function stateTone(state: string): Tone {
  if (state === "closed") return "done";
  if (ALARM.includes(state)) return "alarm";
  if (QUIET.includes(state) || DONE.includes(state)) return "plain";
  return state === "draft" || state === "confirmed" ? "todo" : "busy";
}

export const stateBadge = (state: string): TemplateResult => badge(stateTone(state), stateLabel("finding", state));

/** How long until the order's date, in words; red only when it is past. */
export function dueBadge(finding: FindingView): TemplateResult | typeof nothing {
  if (!finding.deadline || DONE.includes(finding.state) || QUIET.includes(finding.state)) return nothing;
  const days = daysUntil(finding.deadline, today());
  if (finding.overdue) return badge("alarm", t("due.overdue", { days: -days }), "attention", "overdue");
  return badge(days <= 3 ? "todo" : "plain", days === 0 ? t("due.today") : t("due.in_days", { days }), "clock");
}

export const gapKey = { description: "gap.description", place: "gap.place", basis: "gap.basis", criterion: "gap.criterion" } as const;

function badges(finding: FindingView): TemplateResult {
  return html`<span class="row row-wrap">
    ${stateBadge(finding.state)}
    ${finding.grade === "major" ? badge("alarm", t("grade.major_short"), "hazard") : nothing}
    ${dueBadge(finding)}
    ${finding.gaps.length > 0 && !QUIET.includes(finding.state) ? badge("todo", t("gap.badge", { gaps: finding.gaps.map((gap) => t(gapKey[gap])).join(t("list.comma")) }), "waiting", "gap-badge") : nothing}
    ${finding.contested.length > 0 ? badge("alarm", t("finding.contested"), "attention") : nothing}
  </span>`;
}

/** A card that leads to the hazard (or to `to`). `late` marks 未列入笔录. */
export function findingCard(finding: FindingView, options: { late?: boolean; to?: string; title?: string } = {}): TemplateResult {
  return html`<a class="card finding-card" href=${href(options.to ?? `/findings/${finding.id}`)} data-test="finding" data-number=${finding.number} data-state=${finding.state}>
    <span class="finding-head">
      <span class="finding-number digits">${finding.number}</span>
      <span class="grow stack stack-tight">
        ${options.title ? html`<span class="soft">${options.title}</span>` : nothing}
        <span class="strong">${finding.description || t("finding.no_text")}</span>
        ${finding.place ? html`<span class="soft">${finding.place}</span>` : nothing}
      </span>
      ${finding.photos[0] ? html`<lh-photo class="thumb" photo=${finding.photos[0]} label=${t("photo.of_finding", { number: finding.number })}></lh-photo>` : nothing}
    </span>
    ${options.late ? badge("todo", t("inspection.late"), "attention", "late-badge") : nothing}
    ${badges(finding)}
  </a>`;
}
