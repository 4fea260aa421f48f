// Set the PIN that opens this app without a network. Twice, so that a slip locks nobody out.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner, button } from "../../screen/parts.ts";
import { navigate } from "../../screen/router.ts";
import { isGuessable, setPin } from "../../sync/index.ts";
import { pinPad, PIN_DIGITS } from "../parts/pin-pad.ts";
import { say } from "../../screen/says.ts";
import { me, refreshSession } from "../session.ts";

class SetPin extends ScreenElement {
  digits = "";
  first = "";
  differs = false;
  guessable = false;

  private async press(digits: string): Promise<void> {
    this.put({ digits, differs: false, guessable: false });
    if (digits.length < PIN_DIGITS) return;
    if (!this.first && isGuessable(digits)) return this.put({ digits: "", guessable: true });
    if (!this.first) return this.put({ first: digits, digits: "" });
    if (this.first !== digits) return this.put({ first: "", digits: "", differs: true });
    await setPin(digits);
    await refreshSession();
    say(this, t("pin.saved"));
    navigate(me().role === "inspector" ? "/ready" : "/", true);
  }

  override render(): TemplateResult {
    return html`<div class="page pin-page" data-test="set-pin">
      <div class="stack centred">
        <h2>${this.first ? t("pin.repeat") : t("pin.choose", { count: PIN_DIGITS })}</h2>
        <p class="soft">${t("pin.why")}</p>
        <div class="pin-said">${this.differs ? banner("alarm", t("pin.differs"), nothing, "pin-differs") : nothing}
        ${this.guessable ? banner("alarm", t("pin.guessable"), nothing, "pin-guessable") : nothing}</div>
      </div>
      ${pinPad(this.digits, (digits) => this.attempt(() => this.press(digits)))}
      ${button(t("pin.later"), () => navigate("/"), { kind: "quiet", test: "pin-later" })}
    </div>`;
  }
}

define("lh-set-pin", SetPin);
