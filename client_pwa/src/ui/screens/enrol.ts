// This phone waits until a supervisor has compared its code. Recording may go on meanwhile; what
// is recorded is accepted once the phone is confirmed. A ticket serves the first supervisor.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, button, field, submit } from "../../screen/parts.ts";
import { looking } from "../../screen/looking.ts";
import { navigate } from "../../screen/router.ts";
import { ownChain, type ChainView } from "../../store/index.ts";
import { engine, redeemTicket } from "../../sync/index.ts";
import { failureText } from "../failures.ts";
import { me } from "../session.ts";

class Enrol extends LiveScreen {
  chain: ChainView | undefined;
  asksTicket = false;
  failure = "";

  constructor() {
    super();
    this.watch(looking);
  }

  protected override async read(): Promise<void> {
    this.chain = await ownChain();
    if (this.chain?.state === "active") this.goOn();
  }

  private goOn(): void {
    navigate(me().hasPin ? "/" : "/pin", true);
  }

  private async redeem(form: HTMLFormElement): Promise<void> {
    try {
      await redeemTicket(String(new FormData(form).get("ticket") ?? "").trim());
      engine.nudge();
    } catch (reason) {
      this.put({ failure: failureText(reason) });
    }
  }

  private ticket(): TemplateResult {
    // Who sets a system up has a ticket; officers come with a phone and have none.
    if (!this.asksTicket) return button(t("enrol.has_ticket"), () => this.put({ asksTicket: true }), { ...(me().role === "inspector" ? { kind: "quiet" } : { wide: true, icon: "keypad" }), test: "ticket-open" });
    return html`<form class="stack card" @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      this.attempt(() => this.redeem(event.target as HTMLFormElement));
    }}>
      ${this.failure ? banner("alarm", this.failure, nothing, "ticket-failure") : nothing}
      ${field("ticket", t("enrol.ticket"), (id) => html`<input id=${id} name="ticket" autocomplete="off" autocapitalize="none" spellcheck="false" required data-test="ticket" />`, t("enrol.ticket_hint"))}
      ${submit(t("enrol.redeem"), "ticket-submit")}
    </form>`;
  }

  protected override view(): TemplateResult {
    return html`<div class="page" data-test="enrol">
      <section class="card stack centred">
        <span class="seal seal-plain" aria-hidden="true">${icon("phone")}</span>
        <h2>${t("enrol.compare")}</h2>
        <p class="pairing-code digits" data-test="pairing-code" aria-label=${t("enrol.code")}>${this.chain?.pairingCode ?? "····-····"}</p>
        ${badge("todo", t("enrol.waiting"), "waiting", "enrol-state")}
        <p class="soft">${t("enrol.hint")}</p>
      </section>
      ${banner("plain", t("enrol.may_work"))}
      ${button(t("enrol.work_on"), () => this.goOn(), { wide: true, kind: "primary", test: "enrol-continue" })}
      ${this.ticket()}
    </div>`;
  }
}

define("lh-enrol", Enrol);
