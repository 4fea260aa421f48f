// 生成加密文件: everything unsent of this phone as one file under a passphrase, to be shared or kept.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, empty, field, submit } from "../../screen/parts.ts";
import { freshPassphrase, packFile, PASSPHRASE_MIN, toHandOver, type CarryFile } from "../../sync/index.ts";
import { megabytes } from "../parts/sync-chip.ts";

class CarrySave extends LiveScreen {
  load: Awaited<ReturnType<typeof toHandOver>> | undefined;
  passphrase = freshPassphrase();
  working = false;
  percent = 0;
  made: CarryFile | undefined;

  protected override async read(): Promise<void> {
    if (!this.made && !this.working) this.load = await toHandOver();
  }

  private make(event: SubmitEvent): void {
    event.preventDefault();
    this.put({ working: true, percent: 0 });
    this.attempt(async () => {
      try {
        this.made = await packFile(this.passphrase, (done, total) => this.put({ percent: Math.floor((100 * done) / total) }));
      } finally {
        this.put({ working: false });
      }
    });
  }

  private async share(file: File): Promise<void> {
    try {
      await navigator.share({ files: [file] });
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "AbortError") throw error; // the person changed their mind
    }
  }

  private keep(file: File): void {
    const address = URL.createObjectURL(file);
    const link = document.createElement("a");
    link.href = address;
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  private form(): TemplateResult {
    return html`<form class="card stack" @submit=${(event: SubmitEvent) => this.make(event)}>
      ${field("passphrase", t("carry.save.pass"), (id) => html`<input id=${id} class="digits" minlength=${PASSPHRASE_MIN} maxlength="100" required autocomplete="off"
        autocapitalize="characters" spellcheck="false" data-test="carry-passphrase" .value=${this.passphrase}
        @input=${(event: Event) => this.put({ passphrase: (event.target as HTMLInputElement).value })} />`, t("carry.save.pass_hint", { count: PASSPHRASE_MIN }))}
      ${button(t("carry.save.pass_new"), () => this.put({ passphrase: freshPassphrase() }), { icon: "recheck", test: "carry-passphrase-new" })}
      ${submit(t("carry.save.make"), "carry-make", "download")}
    </form>`;
  }

  private ready({ file, ops, blobs }: CarryFile): TemplateResult {
    const canShare = navigator.canShare?.({ files: [file] }) ?? false;
    return html`<section class="verdict verdict-done" data-test="carry-made" data-ops=${ops} data-blobs=${blobs}>${icon("check")}<div class="stack stack-tight">
        <h2 aria-live="polite">${t("carry.save.ready")}</h2><p>${t("carry.save.holds", { ops, blobs, size: megabytes(file.size) })}</p></div></section>
      ${canShare ? button(t("carry.save.share"), () => this.attempt(() => this.share(file)), { kind: "primary", wide: true, icon: "upload", test: "carry-share" }) : nothing}
      ${button(t("carry.save.keep"), () => this.keep(file), { kind: canShare ? "plain" : "primary", wide: true, icon: "download", test: "carry-keep" })}
      <section class="card stack"><p>${t("carry.save.say")}</p><p class="carry-words digits" data-test="carry-words">${this.passphrase}</p></section>
      <p class="soft">${t("carry.save.stays")}</p>`;
  }

  protected override view(): TemplateResult {
    const { ops = 0, blobs = 0, bytes = 0, others = false } = this.load ?? {};
    if (this.made) return html`<div class="page">${this.ready(this.made)}</div>`;
    if (ops === 0) return html`<div class="page">${empty("check", t("carry.nothing"))}</div>`;
    const text = t("carry.save.working");
    return html`<div class="page" data-test="carry-save">
      ${banner("plain", t("carry.save.holds", { ops, blobs, size: megabytes(bytes) }), others ? t("carry.save.everybody") : nothing)}
      ${this.working ? html`<section class="card stack" role="status"><p>${text} <span class="digits">${this.percent}%</span></p><progress max="100" value=${this.percent} aria-label=${text}></progress></section>` : this.form()}
    </div>`;
  }
}

define("lh-carry-save", CarrySave);
