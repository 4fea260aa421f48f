// <sup-record>: the document that was shown and signed, fetched by its hash and compared with it
// before it is shown, with the signatures drawn under it. Until the original has arrived it says so.

import { html, nothing, type TemplateResult } from "lit";
import { sha256Hex } from "../../protocol/bytes.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import "../../screen/kept-image.ts";
import { badge, banner, button } from "../../screen/parts.ts";
import { original, type SignatureView } from "../../store/index.ts";
import { ApiError, fetchOriginal } from "../../sync/index.ts";
import "./paper.ts";
import { printDocument } from "./print.ts";

interface About {
  readonly space: string;
  readonly sha256: string;
  readonly signatures: readonly SignatureView[];
}

const whose = ({ signer, name }: SignatureView): string => `${t(`sup.signer.${signer}` as Key)} ${name}`;

class Record extends ScreenElement {
  #about: About = { space: "", sha256: "", signatures: [] };
  private text = "";
  private isSame = false;
  private failure = "";

  set about(about: About) {
    if (about.sha256 === this.#about.sha256) return;
    this.#about = about;
    this.load();
  }

  private async bytes(): Promise<ArrayBuffer> {
    const here = await original(this.#about.sha256);
    return here ? here.bytes : (await fetchOriginal(this.#about.space, this.#about.sha256)).arrayBuffer();
  }

  private load(): void {
    this.attempt(async () => {
      try {
        const bytes = await this.bytes();
        this.put({ text: new TextDecoder().decode(bytes), isSame: (await sha256Hex(bytes)) === this.#about.sha256, failure: "" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.put({ failure: error.code });
      }
    });
  }

  /** Pictures of signatures that have not arrived are missing on paper as on the screen. */
  private print(): void {
    const shown = [...this.querySelectorAll<HTMLElement>("[data-test=signature]")].flatMap((one) => {
      const picture = one.querySelector("img")?.src;
      return picture ? [{ who: one.querySelector("figcaption")?.textContent ?? "", picture }] : [];
    });
    this.attempt(() => printDocument({ text: this.text, sha256: this.#about.sha256, signatures: shown }));
  }

  private signatures(): TemplateResult | typeof nothing {
    const { signatures, space } = this.#about;
    if (signatures.length === 0) return nothing;
    return html`<div class="sup-signatures">${signatures.map((one) => html`<figure data-test="signature">
      <lh-kept-image .of=${{ space, sha256: one.sha256, mediaType: one.mediaType, label: whose(one) }}></lh-kept-image><figcaption>${whose(one)}</figcaption></figure>`)}</div>`;
  }

  override render(): TemplateResult {
    if (this.failure) return html`${banner("todo", t(this.failure === "not_found" ? "sup.doc.not_arrived" : "sup.timeline.offline"))}
      ${button(t("do.retry"), () => this.load(), { test: "record-retry" })}`;
    if (!this.text) return html`<p class="soft">${t("app.loading")}</p>`;
    return html`<div class="stack" data-test="record">
      <div class="row row-wrap"><span class="grow">${badge(this.isSame ? "done" : "alarm", t(this.isSame ? "sup.record.matches" : "sup.photo.differs"), this.isSame ? "sealed" : "attention", "record-check")}</span>
        ${this.isSame ? button(t("sup.doc.print"), () => this.print(), { icon: "print", test: "document-print" }) : nothing}</div>
      <sup-paper .text=${this.text}></sup-paper>
      ${this.signatures()}
    </div>`;
  }
}

define("sup-record", Record);
