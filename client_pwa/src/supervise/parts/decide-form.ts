// <sup-decide>: accept or decline one quarantined record, each with its reason and what it means.

import { html, nothing, type TemplateResult } from "lit";
import { acceptQuarantined, declineQuarantined } from "../../capture/index.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner, button, field, submit } from "../../screen/parts.ts";
import { modal } from "./modal.ts";

const DECIDE = { accept: acceptQuarantined, decline: declineQuarantined } as const;
type Way = keyof typeof DECIDE;

class Decide extends ScreenElement {
  op = "";
  space = "";
  private way: Way | undefined;

  private decide(event: SubmitEvent, way: Way): void {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason")).trim();
    this.attempt(async () => {
      await DECIDE[way]({ op: this.op, space: this.space }, reason);
      this.put({ way: undefined });
    });
  }

  private dialog(way: Way): TemplateResult {
    return modal(t(`sup.held.${way}_title`), html`<form class="stack" @submit=${(event: SubmitEvent) => this.decide(event, way)}>
      ${banner(way === "accept" ? "plain" : "todo", t(`sup.held.${way}_note`))}
      ${field("decide-reason", t("sup.reason"), (id) => html`<textarea id=${id} name="reason" maxlength="500" required data-test="decide-reason"></textarea>`, t("field.required"))}
      ${submit(t(`sup.held.${way}`), "decide-submit")}
    </form>`, () => this.put({ way: undefined }), "decide-dialog");
  }

  override render(): TemplateResult {
    return html`<div class="row row-wrap">
      ${button(t("sup.held.accept"), () => this.put({ way: "accept" }), { kind: "primary", icon: "check", test: "held-accept" })}
      ${button(t("sup.held.decline"), () => this.put({ way: "decline" }), { kind: "danger", icon: "close", test: "held-decline" })}</div>
      ${this.way ? this.dialog(this.way) : nothing}`;
  }
}

define("sup-decide", Decide);
