// <sup-picture>: a photo as evidence: its small picture, when it was taken, whether the original has
// arrived and was verified. A click opens the original, fetched with the session and shown from
// memory; until it has arrived it says so.

import { html, nothing, type TemplateResult } from "lit";
import { sha256Hex } from "../../protocol/bytes.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { badge, banner, facts } from "../../screen/parts.ts";
import "../../screen/photo.ts";
import type { PhotoView } from "../../store/index.ts";
import { fetchOriginal } from "../../sync/index.ts";
import { modal } from "./modal.ts";

class Picture extends ScreenElement {
  #view: PhotoView | undefined;
  label = "";
  private open = false;
  private address = "";
  private isSame: boolean | undefined;

  set view(view: PhotoView) {
    this.#view = view;
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.close();
  }

  private close(): void {
    if (this.address) URL.revokeObjectURL(this.address);
    this.put({ open: false, address: "" });
  }

  private show(view: PhotoView): void {
    this.put({ open: true, isSame: undefined });
    if (!view.verified) return;
    this.attempt(async () => {
      const original = await fetchOriginal(view.space, view.sha256);
      const isSame = (await sha256Hex(await original.arrayBuffer())) === view.sha256;
      if (this.open) this.put({ address: URL.createObjectURL(original), isSame });
    });
  }

  private viewer(view: PhotoView): TemplateResult {
    const at = view.position;
    return modal(this.label, html`
      ${this.address
        ? html`<img class="sup-original" src=${this.address} alt=${this.label} data-test="original" />`
        : banner(view.verified ? "busy" : "todo", t(view.verified ? "app.loading" : "sup.photo.not_arrived"))}
      ${this.isSame === undefined ? nothing : badge(this.isSame ? "done" : "alarm", t(this.isSame ? "sup.photo.matches" : "sup.photo.differs"), this.isSame ? "check" : "attention", "original-check")}
      ${facts([
        [t("sup.photo.taken"), dateTimeOf(view.capturedAtMs)],
        [t("sup.photo.source"), t(`sup.photo.${view.source}`)],
        [t("sup.photo.position"), at ? `${(at.lat_e7 / 1e7).toFixed(5)}, ${(at.lon_e7 / 1e7).toFixed(5)} (${t("sup.photo.within", { metres: at.accuracy_m })})` : t("sup.none")],
        [t("sup.photo.digest"), html`<code class="sup-digest">${view.sha256}</code>`],
      ])}`, () => this.close(), "photo-dialog");
  }

  override render(): TemplateResult {
    const view = this.#view;
    if (!view) return html``;
    return html`<figure class="sup-picture" data-test="photo" data-photo=${view.id} data-verified=${String(view.verified)}>
      <button type="button" class="sup-picture-open" aria-label=${this.label} data-test="photo-open" @click=${() => this.show(view)}>
        <lh-photo .photo=${view.id} .label=${this.label}></lh-photo>
      </button>
      <figcaption><span class="digits">${dateTimeOf(view.capturedAtMs)}</span>
        ${view.verified ? badge("done", t("sup.photo.verified"), "sealed") : badge("todo", t("sup.photo.waiting"), "waiting")}
        ${view.source === "album" ? badge("plain", t("sup.photo.album"), "album") : nothing}</figcaption>
      ${this.open ? this.viewer(view) : nothing}
    </figure>`;
  }
}

define("sup-picture", Picture);

/** Photos side by side, numbered. */
export const pictures = (views: readonly PhotoView[]): TemplateResult => html`<div class="sup-pictures-row">
  ${views.map((view, at) => html`<sup-picture .view=${view} .label=${t("photo.alt", { number: at + 1 })}></sup-picture>`)}
</div>`;
