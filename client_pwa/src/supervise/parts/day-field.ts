// A date as `YYYY-MM-DD`, typed or set by one tap. The browser's own date control speaks the
// browser's language, not the app's, so it is not used.

import { html, nothing, type TemplateResult } from "lit";
import { plusDays } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import { field } from "../../screen/parts.ts";

const STEPS = [7, 15, 30] as const;

/** Whether a text is a real `YYYY-MM-DD` date. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}

export function dayField(
  name: string, label: string, day: string, today: string, set: (day: string) => void, test: string,
): TemplateResult {
  const wrong = day.length >= 10 && !isDay(day);
  return html`${field(name, label, (id) => html`<input id=${id} class="digits" inputmode="numeric" autocomplete="off" maxlength="10"
      placeholder=${today} required .value=${day} data-test=${test} aria-invalid=${String(wrong)}
      @input=${(event: Event) => set((event.target as HTMLInputElement).value.trim())} />`,
    wrong ? html`<strong>${t("sup.day.wrong")}</strong>` : t("sup.day.hint"))}
    <div class="row row-wrap" role="group" aria-label=${label}>
      ${STEPS.map((days) => html`<button type="button" class="chip" data-test=${`${test}-plus-${days}`} aria-pressed=${String(day === plusDays(today, days))}
        @click=${() => set(plusDays(today, days))}>${t("sup.day.plus", { days })}</button>`)}${nothing}
    </div>`;
}
