// <lh-pin-pad>: twelve big keys and as many dots as the PIN has digits. Takes a keyboard, too, wherever
// the focus is: at a desk nobody clicks digits.

import { html, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";

export const PIN_DIGITS = 6;

class PinPad extends ScreenElement {
  static override properties = { digits: { attribute: false }, disabled: { attribute: false } };
  declare digits: string;
  declare disabled: boolean;
  changed: (digits: string) => void = () => undefined;

  constructor() {
    super();
    this.digits = "";
    this.disabled = false;
    this.watch((listener) => {
      const typed = (event: KeyboardEvent): void => {
        this.typed(event);
        listener();
      };
      addEventListener("keydown", typed);
      return () => removeEventListener("keydown", typed);
    });
  }

  private add(digit: string): void {
    if (this.digits.length < PIN_DIGITS) this.changed(this.digits + digit);
  }

  private typed(event: KeyboardEvent): void {
    if (this.disabled || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^\d$/.test(event.key)) this.add(event.key);
    if (event.key === "Backspace") this.changed(this.digits.slice(0, -1));
  }

  private key(digit: string): TemplateResult {
    return html`<button type="button" class="pin-key digits" ?disabled=${this.disabled} data-test="pin-${digit}" @click=${() => this.add(digit)}>${digit}</button>`;
  }

  override render(): TemplateResult {
    const { digits, disabled } = this;
    return html`<div class="pin">
      <p class="pin-dots" role="status" aria-label=${t("pin.entered", { count: digits.length })}>
        ${Array.from({ length: PIN_DIGITS }, (_, index) => html`<span class="pin-dot ${index < digits.length ? "pin-dot-full" : ""}"></span>`)}
      </p>
      <div class="pin-keys" role="group" aria-label=${t("pin.keys")}>
        ${["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((digit) => this.key(digit))}
        <span></span>${this.key("0")}
        <button type="button" class="pin-key" ?disabled=${disabled} aria-label=${t("do.delete")} data-test="pin-delete" @click=${() => this.changed(digits.slice(0, -1))}>${icon("back")}</button>
      </div>
    </div>`;
  }
}

define("lh-pin-pad", PinPad);

/** `changed` is called with the digits after each key. */
export const pinPad = (digits: string, changed: (digits: string) => void, disabled = false): TemplateResult =>
  html`<lh-pin-pad .digits=${digits} .changed=${changed} .disabled=${disabled}></lh-pin-pad>`;
