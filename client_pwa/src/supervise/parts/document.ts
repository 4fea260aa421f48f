// <sup-document>: one signed document in a list: which it is, whose and when; opened, the very text whose
// hash was signed, the signatures drawn under it, and a way to print it.

import { html, nothing, type TemplateResult } from "lit";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { button, facts } from "../../screen/parts.ts";
import type { OrderView, RecordView } from "../../store/index.ts";
import { nameOf, type Names } from "../model/names.ts";
import "./record.ts";

export interface SignedDocument {
  readonly title: Key;
  readonly of: RecordView | OrderView;
  readonly atMs: number;
  readonly refusal?: { readonly reason: string; readonly witness: string };
}

/** `signing`: the op that signed the inspection's first record; later ones add to it. */
export const documentOfRecord = (record: RecordView, signing: string): SignedDocument => ({
  of: record, atMs: record.signedAtMs, title: record.refusalReason ? "sup.doc.refused" : record.id === signing ? "sup.doc.record" : "sup.doc.supplement",
  ...(record.refusalReason ? { refusal: { reason: record.refusalReason, witness: record.witness } } : {}),
});
export const documentOfOrder = (order: OrderView): SignedDocument => ({ of: order, atMs: order.issuedAtMs, title: "sup.doc.order" });

class DocumentElement extends ScreenElement {
  names: Names = new Map();
  private open = false;
  #doc: SignedDocument | undefined;

  set doc(doc: SignedDocument) {
    this.#doc = doc;
    this.requestUpdate();
  }

  override render(): TemplateResult {
    const doc = this.#doc;
    if (!doc) return html``;
    const { id, row, author, renderingSha256: sha256, signatures } = doc.of;
    return html`<div class="sup-sub stack" data-test="document" data-document=${id} data-title=${doc.title}>
      <div class="row row-wrap"><p class="grow"><strong>${t(doc.title)}</strong><br /><span class="soft">${nameOf(this.names, author)} <span class="digits">${dateTimeOf(doc.atMs)}</span></span></p>
        ${button(t(this.open ? "sup.doc.fold" : "sup.doc.open"), () => this.put({ open: !this.open }), { icon: "order", test: "document-open" })}</div>
      ${doc.refusal ? facts([[t("sup.inspection.refused_because"), doc.refusal.reason], [t("sup.inspection.witness"), doc.refusal.witness || t("sup.none")]]) : nothing}
      ${this.open ? html`<sup-record .about=${{ space: row.space, sha256, signatures }}></sup-record>` : nothing}
    </div>`;
  }
}

define("sup-document", DocumentElement);

/** Documents in the order given, each folded until somebody asks for it. */
export const documents = (docs: readonly SignedDocument[], names: Names): TemplateResult =>
  html`<ul class="stack">${docs.map((doc) => html`<li><sup-document .names=${names} .doc=${doc}></sup-document></li>`)}</ul>`;
