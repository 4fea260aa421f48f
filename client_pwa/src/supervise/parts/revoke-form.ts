// <sup-revoke-form>: ending a phone in use. Says what each cause means for what is still on it before
// anything can be confirmed; nothing is chosen in advance, and the reason goes into the log.

import { html, nothing, type TemplateResult } from "lit";
import { revokeChain } from "../../capture/index.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner, chips, facts, field, submit } from "../../screen/parts.ts";
import type { ChainView } from "../../store/index.ts";

const CAUSES = ["lost", "transfer", "for_cause"] as const;
type Cause = (typeof CAUSES)[number];

class RevokeForm extends ScreenElement {
  chain: ChainView | undefined;
  private cause: Cause | "" = "";

  private revoke(event: SubmitEvent, chain: ChainView, cause: Cause): void {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason")).trim();
    this.attempt(async () => {
      await revokeChain(chain.id, { cause, reason });
      this.dispatchEvent(new CustomEvent("phone-revoked"));
    });
  }

  private meaning(cause: Cause): TemplateResult {
    return html`${banner("todo", t(`sup.phones.means.${cause}`), html`<p>${t("sup.phones.means_always")}</p>`, "revoke-means")}
      ${cause === "lost" ? banner("plain", t("sup.phones.means_login")) : nothing}`;
  }

  override render(): TemplateResult {
    const { chain, cause } = this;
    if (!chain) return html``;
    return html`<form class="stack" @submit=${(event: SubmitEvent) => cause && this.revoke(event, chain, cause)}>
      ${facts([[t("sup.phones.device"), chain.device], [t("sup.phones.since"), dateTimeOf(chain.enrolledAtMs)]])}
      <h3>${t("sup.phones.revoke_why")}</h3>
      ${chips(t("sup.phones.revoke_why"), CAUSES.map((one) => ({ value: one, text: t(`sup.phones.cause.${one}`), test: `revoke-${one}` })), cause,
        (value) => this.put({ cause: value }))}
      ${cause ? html`${this.meaning(cause)}
        ${field("revoke-reason", t("sup.reason"), (id) => html`<textarea id=${id} name="reason" maxlength="500" required data-test="revoke-reason"></textarea>`, t("field.required"))}
        ${submit(t("sup.phones.revoke_confirm"), "revoke-submit")}` : nothing}
    </form>`;
  }
}

define("sup-revoke-form", RevokeForm);
