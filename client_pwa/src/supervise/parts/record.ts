// <sup-record>: the document that was shown and signed, fetched by its hash and compared with it
// before it is shown. Until the original has arrived it says so.

import { html, type TemplateResult } from "lit";
import { sha256Hex } from "../../protocol/bytes.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { badge, banner, button } from "../../screen/parts.ts";
import { original } from "../../store/index.ts";
import { ApiError, fetchOriginal } from "../../sync/index.ts";
import "./paper.ts";

class Record extends ScreenElement {
  #about = { space: "", sha256: "" };
  private text = "";
  private isSame = false;
  private failure = "";

  set about(about: { space: string; sha256: string }) {
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

  override render(): TemplateResult {
    if (this.failure) return html`${banner("todo", t(this.failure === "not_found" ? "sup.photo.not_arrived" : "sup.timeline.offline"))}
      ${button(t("do.retry"), () => this.load(), { test: "record-retry" })}`;
    if (!this.text) return html`<p class="soft">${t("app.loading")}</p>`;
    return html`<div class="stack" data-test="record">
      <div>${badge(this.isSame ? "done" : "alarm", t(this.isSame ? "sup.record.matches" : "sup.photo.differs"), this.isSame ? "sealed" : "attention", "record-check")}</div>
      <sup-paper .text=${this.text}></sup-paper>
    </div>`;
  }
}

define("sup-record", Record);
