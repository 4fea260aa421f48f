// When an entry was made: the interval with its grounds, and how far the phone's clock is off at least.

import { html, nothing, type TemplateResult } from "lit";
import type { Bracket } from "../../protocol/bracket.ts";
import type { PhoneTime } from "../../protocol/rows.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import { badge } from "../../screen/parts.ts";
import { spanOf } from "../model/when.ts";

/** Less is what a clock and a log may well differ by. */
const SKEW_SHOWN_MS = 60_000;

const bound = (text: string, ms: number | undefined, ground: Bracket["notBefore"], test: string): TemplateResult => html`
  <span data-test=${test} data-at=${ms ?? ""} data-ground=${ground}>${text} <span class="digits">${ms === undefined ? t("sup.time.unknown") : dateTimeOf(ms)}</span>${t("sup.time.by", { ground: t(`sup.time.by.${ground}`) })}</span>`;

/** The interval, as two lines under the phone's and the service's time. */
export const interval = (bracket: Bracket): TemplateResult => html`<p class="soft" data-test="interval">
  ${bound(t("sup.time.not_before"), bracket.notBeforeMs, bracket.notBefore, "not-before")}<br />${bound(t("sup.time.not_after"), bracket.notAfterMs, bracket.notAfter, "not-after")}
  ${bracket.contradicts ? html`<br />${t("sup.time.contradicts")}` : nothing}</p>`;

/** How far the wall clock is off at least, when that is more than a minute. */
export function skew({ wallOffMs }: Bracket): TemplateResult | typeof nothing {
  if (Math.abs(wallOffMs) < SKEW_SHOWN_MS) return nothing;
  const { unit, count } = spanOf(wallOffMs);
  const span = t(`sup.time.${unit}`, { count });
  return badge("todo", t(wallOffMs > 0 ? "sup.time.fast" : "sup.time.slow", { span }), "clock", "skew");
}

/** The phone's own counting, for who compares by hand. */
export const running = ({ boot, mono_ms: ms }: PhoneTime): TemplateResult => html`<p class="soft" data-test="running">
  ${t("sup.time.running")} <span class="digits">${t("sup.time.seconds", { count: Math.floor(ms / 1000) })}</span> · ${t("sup.time.boot")} <span class="digits">${boot}</span></p>`;
