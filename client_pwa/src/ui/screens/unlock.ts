// Open the app with the PIN, with or without a network. After wrong tries it says how long to
// wait. Nobody's unsent work is lost by forgetting a PIN: the password opens it too.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { banner, button } from "../../screen/parts.ts";
import { navigate } from "../../screen/router.ts";
import { restorePoint } from "../../store/index.ts";
import { unlock } from "../../sync/index.ts";
import { pinPad, PIN_DIGITS } from "../parts/pin-pad.ts";
import { refreshSession, session } from "../session.ts";

class Unlock extends ScreenElement {
  digits = "";
  failure = "";
  waits = false;

  private async press(digits: string): Promise<void> {
    this.put({ digits, failure: "" });
    if (digits.length < PIN_DIGITS) return;
    const result = await unlock(digits);
    if (result.ok) return this.goOn();
    const wait = Math.ceil(result.waitMs / 1000);
    this.put({
      digits: "",
      waits: wait > 0,
      failure: wait > 0 ? t("unlock.wait", { seconds: wait }) : t("unlock.wrong", { count: result.triesLeft }),
    });
    if (wait > 0) setTimeout(() => this.put({ waits: false, failure: "" }), result.waitMs);
  }

  private async goOn(): Promise<void> {
    const place = await restorePoint();
    await refreshSession();
    if (place) location.replace(place.route);
    else navigate("/", true);
  }

  override render(): TemplateResult {
    return html`<div class="page pin-page" data-test="unlock">
      <div class="stack centred">
        <span class="seal seal-plain" aria-hidden="true">${icon("keypad")}</span>
        <h1>${session()?.name ?? ""}</h1>
        <p>${t("unlock.title")}</p>
        <div class="pin-said">${this.failure ? banner("alarm", this.failure, nothing, "unlock-failure") : nothing}</div>
      </div>
      ${pinPad(this.digits, (digits) => this.attempt(() => this.press(digits)), this.waits)}
      ${button(t("unlock.password"), () => navigate("/login"), { kind: "quiet", test: "unlock-password" })}
    </div>`;
  }
}

define("lh-unlock", Unlock);
