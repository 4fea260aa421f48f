// <lh-phrase-picker>: ready hazard texts of the trade, found by two characters or the initials of
// their pinyin. One tap takes text, requirement and legal basis with its version.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { empty } from "../../screen/parts.ts";
import { phrases, type PhraseView } from "../../store/index.ts";

const SHOWN = 40;

class PhrasePicker extends ScreenElement {
  trade = "";
  picked: (phrase: PhraseView) => void = () => undefined;
  asked = "";
  found: readonly PhraseView[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.find("");
  }

  private find(asked: string): void {
    this.asked = asked;
    this.attempt(async () => {
      const found = await phrases(this.trade, asked.trim(), SHOWN);
      if (asked === this.asked) this.put({ found });
    });
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <div class="search">${icon("search")}<input id="field-phrase" type="search" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder=${t("phrase.search")} aria-label=${t("phrase.search")}
        data-test="phrase-search" @input=${(event: Event) => this.find((event.target as HTMLInputElement).value)} /></div>
      <div class="stack" data-test="phrase-list">
        ${this.found.map((phrase) => html`<button type="button" class="card stack stack-tight" data-test="phrase" @click=${() => this.picked(phrase)}>
          <span class="strong">${phrase.text}</span><span class="soft">${phrase.basis.law} ${phrase.basis.article}</span></button>`)}
        ${this.found.length === 0 && this.asked ? empty("search", t("phrase.none"), t("phrase.none_hint")) : nothing}
      </div>
    </div>`;
  }
}

define("lh-phrase-picker", PhrasePicker);
