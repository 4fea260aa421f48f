// <sup-paper>: a rendered document as it was shown and signed.

import { html, type PropertyValues, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { showPaper } from "../../screen/paper.ts";

class Paper extends ScreenElement {
  #text = "";

  set text(text: string) {
    this.#text = text;
    this.requestUpdate();
  }

  override render(): TemplateResult {
    return html`<div class="sup-paper" tabindex="0"></div>`;
  }

  protected override updated(_changed: PropertyValues): void {
    showPaper(this.querySelector<HTMLElement>(".sup-paper")!, this.#text);
  }
}

define("sup-paper", Paper);
