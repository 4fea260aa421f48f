// A screen that shows what the store holds: it reads when it appears and again after each durable
// change, in this tab or another. Reads never overlap; a change during a read causes one more.

import { html, type TemplateResult } from "lit";
import { subscribe } from "../store/index.ts";
import { ScreenElement } from "./element.ts";
import { t } from "./i18n.ts";

export abstract class LiveScreen extends ScreenElement {
  #hasRead = false;
  #reading = false;
  #again = false;

  constructor() {
    super();
    this.watch(subscribe, () => this.refresh());
  }

  /** Read what view() needs into fields. */
  protected abstract read(): Promise<void>;
  protected abstract view(): TemplateResult;

  override connectedCallback(): void {
    super.connectedCallback();
    this.refresh();
  }

  protected refresh(): void {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    this.attempt(async () => {
      try {
        await this.read();
        this.#hasRead = true;
      } finally {
        this.#reading = false;
        this.requestUpdate();
      }
      if (this.#again) {
        this.#again = false;
        this.refresh();
      }
    });
  }

  override render(): TemplateResult {
    return this.#hasRead ? this.view() : html`<div class="page"><p class="soft">${t("app.loading")}</p></div>`;
  }
}
