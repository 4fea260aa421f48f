// Opened inside WeChat: hand over to a real browser before any evidence exists, because WeChat
// may clear its storage at any time. Nothing can be recorded from here.

import { html, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { button } from "../../screen/parts.ts";
import { say } from "../../screen/says.ts";

class WeChat extends ScreenElement {
  private async copy(): Promise<void> {
    await navigator.clipboard.writeText(location.origin);
    say(this, t("wechat.copied"));
  }

  override render(): TemplateResult {
    return html`<div class="page wechat" data-test="wechat">
      <div class="wechat-arrow">${icon("upload")}<span>${t("wechat.corner")}</span></div>
      <h1>${t("wechat.title")}</h1>
      <ol class="stack numbered">
        <li class="card">${t("wechat.step1")}</li>
        <li class="card">${t("wechat.step2")}</li>
      </ol>
      <p>${t("wechat.why")}</p>
      <p class="card digits">${location.origin}</p>
      ${button(t("wechat.copy"), () => this.attempt(() => this.copy()), { icon: "copy", wide: true, kind: "primary", test: "wechat-copy" })}
    </div>`;
  }
}

define("lh-wechat", WeChat);
