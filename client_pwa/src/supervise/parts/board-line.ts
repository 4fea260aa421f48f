// One finding in the board's list: a line of columns on a wide window, a card on a narrow one. Its
// height is fixed, so texts are cut to what fits.

import { html, nothing, type TemplateResult } from "lit";
import { t, type Key } from "../../screen/i18n.ts";
import { href } from "../../screen/router.ts";
import { badge } from "../../screen/parts.ts";
import type { BoardItem } from "../../store/supervise.ts";
import { dueBadge, fitted, stateBadge } from "../model/look.ts";

/** Heights in CSS pixels of a line and of a card, their gap included. */
export const LINE_PX = 124;
export const CARD_PX = 248;

const said = (group: "trade" | "grade", value: string): string =>
  value === "" ? "" : t((group === "grade" ? `grade.${value}_short` : `trade.${value}`) as Key);

const about = (item: BoardItem): string =>
  [item.text || item.place || t("sup.finding.no_text")].join("");

function marks(item: BoardItem, today: string): TemplateResult {
  return html`${stateBadge("finding", item.state)}${dueBadge(item.state, item.deadline, today) ?? nothing}
    ${item.contested ? badge("alarm", t("sup.contested"), "people") : nothing}
    ${item.pending ? badge("busy", t("sup.pending"), "phone") : nothing}`;
}

export function boardLine(item: BoardItem, today: string, county: string, wide: boolean): TemplateResult {
  const grade = item.grade === "major" ? badge("alarm", said("grade", "major"), "hazard") : html`<span>${said("grade", item.grade)}</span>`;
  const head = html`<span class="sup-line-head"><strong class="digits">${item.number}</strong> ${fitted(about(item), wide ? 76 : 52)}</span>`;
  return html`<a class="sup-line ${wide ? "" : "sup-line-card"}" href=${href(`/board/findings/${item.id}`)} data-test="board-line" data-finding=${item.id} data-state=${item.state}>
    <span class="sup-line-marks">${marks(item, today)}</span>
    <span class="sup-line-what">${head}
      <span class="sup-line-where"><span>${fitted(item.enterprise, wide ? 44 : 36)}</span><span class="soft">${county} · ${said("trade", item.trade)}</span></span></span>
    <span class="sup-line-end">${grade}<span class="soft digits">${item.deadline ? t("due.on", { date: item.deadline }) : nothing}</span></span>
  </a>`;
}
