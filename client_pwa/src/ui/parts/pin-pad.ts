// Twelve big keys and as many dots as the PIN has digits. Also takes a keyboard.

import { html, type TemplateResult } from "lit";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";

export const PIN_DIGITS = 6;

export function pinPad(digits: string, changed: (digits: string) => void, disabled = false): TemplateResult {
  const add = (digit: string): void => {
    if (digits.length < PIN_DIGITS) changed(digits + digit);
  };
  const typed = (event: KeyboardEvent): void => {
    if (disabled) return;
    if (/^\d$/.test(event.key)) add(event.key);
    if (event.key === "Backspace") changed(digits.slice(0, -1));
  };
  const key = (digit: string): TemplateResult => html`<button type="button" class="pin-key digits" ?disabled=${disabled} data-test="pin-${digit}" @click=${() => add(digit)}>${digit}</button>`;
  return html`<div class="pin" @keydown=${typed}>
    <p class="pin-dots" role="status" aria-label=${t("pin.entered", { count: digits.length })}>
      ${Array.from({ length: PIN_DIGITS }, (_, index) => html`<span class="pin-dot ${index < digits.length ? "pin-dot-full" : ""}"></span>`)}
    </p>
    <div class="pin-keys" role="group" aria-label=${t("pin.keys")}>
      ${["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key)}
      <span></span>${key("0")}
      <button type="button" class="pin-key" ?disabled=${disabled} aria-label=${t("do.delete")} data-test="pin-delete" @click=${() => changed(digits.slice(0, -1))}>${icon("back")}</button>
    </div>
  </div>`;
}
