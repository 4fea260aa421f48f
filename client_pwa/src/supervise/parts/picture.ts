// <sup-picture>: a photo as evidence: its small picture, when it was taken, whether the original has
// arrived and was verified. A click opens the original, fetched with the session and shown from
// memory; until it has arrived it says so.

import { html, nothing, type TemplateResult } from "lit";
import { sha256Hex } from "../../protocol/bytes.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { badge, banner, button, facts } from "../../screen/parts.ts";
import "../../screen/photo.ts";
import { derivePhoto } from "../../capture/index.ts";
import { drawable, isForeign } from "../../screen/kept-image.ts";
import type { Copy } from "../../screen/marks.ts";
import { derivationsOf, subscribe, type DerivationView, type PhotoView } from "../../store/index.ts";
import { fetchOriginal, type SeenImage } from "../../sync/index.ts";
import { claims, copies } from "./copies.ts";
import "../../screen/annotator.ts";
import { modal } from "./modal.ts";

class Picture extends ScreenElement {
  #view: PhotoView | undefined;
  label = "";
  private open = false;
  private address = "";
  private isSame: boolean | undefined;
  private copies: readonly DerivationView[] = [];
  private picture: Blob | undefined;
  #mayRedact = false;
  #seen: SeenImage | undefined;

  constructor() {
    super();
    this.watch(subscribe, () => this.open && this.readCopies());
  }

  private readCopies(): void {
    const id = this.#view?.id ?? "";
    this.attempt(async () => this.put({ copies: await derivationsOf(id) }));
  }

  /** Who redacts for the public: supervisors. */
  set mayRedact(may: boolean) {
    this.#mayRedact = may;
    this.requestUpdate();
  }

  set seen(seen: SeenImage | undefined) {
    this.#seen = seen;
    this.requestUpdate();
  }

  set view(view: PhotoView) {
    const cameNow = view.verified && this.#view?.verified === false;
    this.#view = view;
    this.requestUpdate();
    if (this.open && cameNow) this.fetch(view); // it came while somebody waits before the open photo
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
    this.readCopies();
    if (view.verified) this.fetch(view);
  }

  private fetch(view: PhotoView): void {
    this.attempt(async () => {
      const original = await fetchOriginal(view.space, view.sha256);
      const isSame = (await sha256Hex(await original.arrayBuffer())) === view.sha256;
      const shown = isForeign(view.mediaType) ? await drawable(view) : original;
      if (this.open) this.put({ address: URL.createObjectURL(shown), isSame });
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
        ...(this.#seen ? claims(this.#seen) : []),
      ])}
      ${copies(this.copies)}
      ${this.#mayRedact && this.address ? html`<div class="row row-wrap">${button(t("mark.redact"), () => this.redact(view), { icon: "mosaic", test: "redact" })}<span class="soft">${t("mark.redact_note")}</span></div>` : nothing}
      ${this.redacting(view)}`, () => this.close(), "photo-dialog");
  }

  private redact(view: PhotoView): void {
    this.attempt(async () => this.put({ picture: await drawable(view) }));
  }

  private redacting(view: PhotoView): TemplateResult | typeof nothing {
    if (!this.picture) return nothing;
    return html`<lh-annotator .work=${{
      picture: this.picture, tools: ["blur"], tool: "blur", title: t("mark.redact_title"),
      keep: async (copy: Copy) => void (await derivePhoto(view.id, { purpose: "redaction", ...copy })),
      close: () => this.put({ picture: undefined }),
    }}></lh-annotator>`;
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
        ${(this.#seen?.alike.length ?? 0) > 0 ? badge("todo", t("seen.title"), "copy", "photo-alike") : nothing}
        ${view.source === "album" ? badge("plain", t("sup.photo.album"), "album") : nothing}</figcaption>
      ${this.open ? this.viewer(view) : nothing}
    </figure>`;
  }
}

define("sup-picture", Picture);

/** Photos side by side, numbered; `seen` is what the service saw in each. */
export const pictures = (views: readonly PhotoView[], more: { seen?: ReadonlyMap<string, SeenImage>; mayRedact?: boolean } = {}): TemplateResult => html`<div class="sup-pictures-row">
  ${views.map((view, at) => html`<sup-picture .view=${view} .seen=${more.seen?.get(view.id)} .mayRedact=${more.mayRedact ?? false} .label=${t("photo.alt", { number: at + 1 })}></sup-picture>`)}
</div>`;
