// <lh-photo>: one photo's small picture, from the phone or else from the server, with a word
// where there is none. Never shows a picture that is not this photo's.

import { html, nothing, type TemplateResult } from "lit";
import { fetchThumbnail } from "../sync/index.ts";
import { photo, subscribe, thumbnail } from "../store/index.ts";
import { define, ScreenElement } from "./element.ts";
import { t } from "./i18n.ts";
import { icon } from "./icons.ts";

export class PhotoElement extends ScreenElement {
  static override properties = { photo: { type: String }, label: { type: String } };
  /** Photo id. */
  declare photo: string;
  /** What a screen reader says. */
  declare label: string;

  #address = "";
  #shown = "";

  constructor() {
    super();
    this.photo = "";
    this.label = "";
    this.watch(subscribe, () => this.#againIfEmpty());
  }

  /** The small picture of a new photo is made after the photo is kept. */
  #againIfEmpty(): void {
    if (!this.#address) this.attempt(() => this.#load(this.photo));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  protected override updated(): void {
    if (this.photo && this.#shown !== this.photo) {
      this.#shown = this.photo;
      if (this.#address) this.#revoke();
      this.attempt(() => this.#load(this.photo));
    }
  }

  async #load(id: string): Promise<void> {
    const view = id ? await photo(id) : undefined;
    if (!view) return;
    const picture = (await thumbnail(view.sha256)) ?? (view.verified ? await fetchThumbnail(view.space, view.sha256).catch(absentOffline) : undefined);
    if (!picture || id !== this.photo || !this.isConnected) return;
    this.#revoke();
    this.#address = URL.createObjectURL(picture);
    this.requestUpdate();
  }

  #forget(): void {
    this.#shown = "";
    this.#revoke();
  }

  #revoke(): void {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = "";
    this.requestUpdate();
  }

  override render(): TemplateResult {
    return this.#address
      ? html`<img src=${this.#address} alt=${this.label || t("photo.word")} />`
      : html`<span class="photo-none" role="img" aria-label=${this.label || t("photo.word")}>${this.photo ? icon("album") : nothing}</span>`;
  }
}

/** Offline there is no picture to fetch; anything else is a fault worth showing. */
function absentOffline(reason: unknown): undefined {
  const code = (reason as { code?: string }).code;
  if (code === "network" || code === "not_found" || code === "unauthenticated" || code === "session_expired") return undefined;
  throw reason;
}

define("lh-photo", PhotoElement);
