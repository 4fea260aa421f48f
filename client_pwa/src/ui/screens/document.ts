// A signed document opened again: the very text whose hash was signed, from this phone or fetched,
// compared with that hash before it is shown, then the signatures as drawn; to print or to keep.

import { html, nothing, type TemplateResult } from "lit";
import { sha256Hex } from "../../protocol/bytes.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import "../../screen/kept-image.ts";
import { LiveScreen } from "../../screen/live.ts";
import { showPaper } from "../../screen/paper.ts";
import { badge, banner, button, empty, facts, section } from "../../screen/parts.ts";
import { saveFile } from "../../screen/save.ts";
import { textOf, valueOf, viewed, type Row } from "../../store/index.ts";
import { ApiError, engine, fetchOriginal } from "../../sync/index.ts";

interface Ref {
  readonly sha256: string;
  readonly media_type: string;
}
interface Signature {
  readonly signer: "site_head" | "officer" | "witness" | "recipient";
  readonly name: string;
  readonly image: Ref;
}
const KINDS = ["record", "order"];

class SignedDocument extends LiveScreen {
  row: Row | undefined;
  text = "";
  failure = "";

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.failure && engine.status().online && this.load());
  }

  private get rendering(): Ref | undefined {
    return this.row && (valueOf(this.row, "rendering") as unknown as Ref | undefined);
  }

  private get signatures(): readonly Signature[] {
    return ((this.row && valueOf(this.row, "signatures")) ?? []) as unknown as readonly Signature[];
  }

  protected override async read(): Promise<void> {
    const { kind = "", id = "" } = this.params;
    this.row = KINDS.includes(kind) ? (await viewed(`${kind}/${id}`))?.row : undefined;
    if (!this.text) await this.open();
  }

  private load(): void {
    this.attempt(() => this.open());
  }

  private async open(): Promise<void> {
    const [row, signed] = [this.row, this.rendering];
    if (!row || !signed) return;
    try {
      const bytes = await (await fetchOriginal(row.space, signed.sha256)).arrayBuffer();
      if ((await sha256Hex(bytes)) !== signed.sha256) throw new ApiError("malformed_reply", 200);
      this.put({ text: new TextDecoder().decode(bytes), failure: "" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.put({ failure: error.code });
    }
  }

  private save(): void {
    const title = this.text.match(/<title>([^<]*)<\/title>/)?.[1] ?? t("document.title");
    saveFile(new Blob([this.text], { type: "text/html" }), `${title}-${this.rendering?.sha256.slice(0, 8)}.html`);
  }

  private signed(row: Row): TemplateResult {
    const [refusal, witness] = [textOf(row, "refusal_reason"), textOf(row, "witness")];
    return section(t("document.signatures"), html`<div class="stack">
      ${refusal ? facts([[t("sign.refusal_reason"), refusal], ...(witness ? [[t("signature.witness"), witness] as const] : [])]) : nothing}
      ${this.signatures.map(({ signer, name, image }) => html`<div class="card row signed-by" data-test="signed-by">
        <span class="grow">${signer === "officer" ? t("signature.officer", { name }) : `${t(`signature.${signer}`)} ${name}`}</span>
        <lh-kept-image .of=${{ space: row.space, sha256: image.sha256, mediaType: image.media_type, label: t("document.signature_of", { name }) }}></lh-kept-image></div>`)}
      <p class="soft digits">${dateTimeOf(row.created.at_ms)}</p></div>`);
  }

  protected override updated(): void {
    const host = this.querySelector<HTMLElement>(".signed-text");
    if (host) showPaper(host, this.text);
  }

  protected override view(): TemplateResult {
    const [row, signed] = [this.row, this.rendering];
    if (!row || !signed) return html`<div class="page">${empty("search", t("document.unknown"))}</div>`;
    if (this.failure) {
      return html`<div class="page" data-test="document-away">${banner("todo", t(this.failure === "malformed_reply" ? "document.differs" : this.failure === "not_found" ? "mark.not_arrived" : "document.away"))}
        ${button(t("do.retry"), () => this.load(), { wide: true, test: "document-retry" })}</div>`;
    }
    if (!this.text) return html`<div class="page"><p class="soft">${t("app.loading")}</p></div>`;
    return html`<div class="page" data-test="document-page">
      <div class="no-print">${badge("plain", t("document.same"), "sealed", "document-same")}</div>
      <div class="paper signed-text" data-test="rendering" data-sha256=${signed.sha256}></div>
      ${this.signed(row)}
      <p class="soft">${t("sign.hash")} <span class="digits hash">${signed.sha256}</span></p>
    </div>
    <div class="bottombar">
      ${button(t("document.print"), () => window.print(), { kind: "primary", wide: true, icon: "order", test: "document-print" })}
      ${button(t("document.save"), () => this.save(), { wide: true, test: "document-save" })}
    </div>`;
  }
}

define("lh-document", SignedDocument);
