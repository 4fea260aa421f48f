// 打开转交文件: choose, look, passphrase, check, take in whole or not at all. Each failure stays on the
// page in its own words.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner, button, field, submit } from "../../screen/parts.ts";
import { StoreError } from "../../store/index.ts";
import { engine, lookAtFile, ParcelError, takeFile, type Arrival } from "../../sync/index.ts";
import { failureText } from "../failures.ts";
import { arrived } from "../parts/arrival.ts";
import { megabytes } from "../parts/sync-chip.ts";

class CarryOpen extends ScreenElement {
  file: File | undefined;
  failure: ParcelError | StoreError | undefined;
  working = false;
  percent = 0;
  arrival: Arrival | undefined;

  /** What is wrong with the file is this page's business; anything else the shell's. */
  private expecting(work: () => Promise<void>): void {
    this.put({ failure: undefined });
    this.attempt(async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof ParcelError) && !(error instanceof StoreError)) throw error;
        console.warn(error.message);
        this.put({ failure: error });
      } finally {
        this.put({ working: false });
      }
    });
  }

  private choose(input: HTMLInputElement): void {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    this.put({ file: undefined, arrival: undefined });
    this.expecting(async () => {
      await lookAtFile(file);
      this.put({ file });
    });
  }

  private take(event: SubmitEvent, file: File): void {
    event.preventDefault();
    const words = String(new FormData(event.target as HTMLFormElement).get("passphrase"));
    this.put({ working: true, percent: 0 });
    this.expecting(async () => {
      this.arrival = await takeFile(file, words, (done, total) => this.put({ percent: Math.floor((100 * done) / total) }));
      engine.nudge();
    });
  }

  private form(file: File): TemplateResult {
    return html`<form class="card stack" @submit=${(event: SubmitEvent) => this.take(event, file)}>
      <p class="digits">${file.name}</p><p>${t("carry.open.chosen", { size: megabytes(file.size) })}</p>
      ${field("passphrase", t("carry.open.pass"), (id) => html`<input id=${id} name="passphrase" class="digits" required maxlength="100" autocomplete="off"
        autocapitalize="characters" spellcheck="false" data-test="carry-passphrase" />`)}
      ${submit(t("carry.open.take"), "carry-take", "check")}
    </form>`;
  }

  private progress(): TemplateResult {
    const text = t("carry.open.working");
    return html`<section class="card stack" role="status"><p>${text} <span class="digits">${this.percent}%</span></p>
      <progress max="100" value=${this.percent} aria-label=${text}></progress></section>`;
  }

  override render(): TemplateResult {
    if (this.arrival) return html`<div class="page">${arrived(this.arrival)}</div>`;
    return html`<div class="page" data-test="carry-open-page">
      ${this.failure ? banner("alarm", failureText(this.failure), nothing, "carry-failure") : nothing}
      ${button(t("carry.open.choose"), () => this.querySelector<HTMLInputElement>("input[type=file]")?.click(), { wide: true, icon: "book", kind: this.file ? "plain" : "primary", test: "carry-choose" })}
      <input type="file" tabindex="-1" aria-hidden="true" hidden data-test="carry-choose-input" @change=${(event: Event) => this.choose(event.target as HTMLInputElement)} />
      ${this.working ? this.progress() : this.file ? this.form(this.file) : nothing}
    </div>`;
  }
}

define("lh-carry-open", CarryOpen);
