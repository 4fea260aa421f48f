// Printing a document by itself: a copy of it stands alone on A4 pages while the browser's dialog is
// open, the application around it does not print. The copy is made of the same text and pictures.

import { html, nothing, render, type TemplateResult } from "lit";
import { dateTimeOf } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import "./paper.ts";

export interface Printed {
  readonly text: string;
  readonly sha256: string;
  /** Signatures as they are shown on the screen now, each with who drew it. */
  readonly signatures: readonly { readonly who: string; readonly picture: string }[];
}

const signed = ({ signatures }: Printed): TemplateResult | typeof nothing =>
  signatures.length === 0 ? nothing : html`<div class="print-signatures">${signatures.map(({ who, picture }) => html`<figure><img src=${picture} alt="" /><figcaption>${who}</figcaption></figure>`)}</div>`;

/** Opens the browser's print dialog and cleans up when it is closed. */
export async function printDocument(printed: Printed): Promise<void> {
  const sheet = document.createElement("div");
  sheet.className = "print-sheet";
  sheet.dataset["test"] = "print-sheet";
  render(html`<sup-paper .text=${printed.text}></sup-paper>${signed(printed)}
    <p class="print-foot">${t("sup.doc.print_foot", { sha256: printed.sha256, at: dateTimeOf(Date.now()) })}</p>`, sheet);
  addEventListener("afterprint", () => sheet.remove(), { once: true });
  document.body.append(sheet);
  await Promise.all([...sheet.querySelectorAll("img")].map((image) => image.decode()));
  await sheet.querySelector<HTMLElement & { updateComplete: Promise<boolean> }>("sup-paper")!.updateComplete;
  print();
}
