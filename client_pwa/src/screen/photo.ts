// <lh-photo>: one photo's small picture, from the phone or else from the server, with a word where there
// is none. While the original is on its way it shows, named as such, what its phone sent ahead.

import { html, nothing, type TemplateResult } from "lit";
import { fetchPreview, fetchThumbnail } from "../sync/index.ts";
import { hasBytes, photo, subscribe, thumbnail } from "../store/index.ts";
import { define, ScreenElement } from "./element.ts";
import { t } from "./i18n.ts";
import { icon } from "./icons.ts";

const ASK_AGAIN_MS = 2_000;
const ASK_AGAIN_LATEST_MS = 60_000;

export class PhotoElement extends ScreenElement {
  static override properties = { photo: { type: String }, label: { type: String } };
  /** Photo id. */
  declare photo: string;
  /** What a screen reader says. */
  declare label: string;

  #address = "";
  #shown = "";
  #isPreview = false;
  #asking: ReturnType<typeof setTimeout> | undefined;
  #askAgainMs = ASK_AGAIN_MS;

  constructor() {
    super();
    this.photo = "";
    this.label = "";
    this.watch(subscribe, () => this.#againIfEmpty());
  }

  /** The small picture of a new photo is made after the photo is kept. */
  #againIfEmpty(): void {
    if (!this.#address || this.#isPreview) this.attempt(() => this.#load(this.photo));
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
      this.#isPreview = false;
      if (this.#address) this.#revoke();
      this.attempt(() => this.#load(this.photo));
    }
  }

  async #load(id: string): Promise<void> {
    const view = id ? await photo(id) : undefined;
    if (!view) return;
    const own = (await thumbnail(view.sha256)) ?? (view.verified ? await fetchThumbnail(view.space, view.sha256).catch(absentOffline) : undefined);
    const isElsewhere = !own && !(await hasBytes(view.sha256)); // of an original that is here the small picture is being made
    const picture = own ?? (isElsewhere && !this.#isPreview ? await fetchPreview(view.space, view.sha256).catch(absentOffline) : undefined);
    if (id !== this.photo || !this.isConnected) return;
    if (isElsewhere) this.#askAgain();
    if (!picture) return;
    this.#revoke();
    this.#isPreview = !own;
    this.#address = URL.createObjectURL(picture);
    this.requestUpdate();
  }

  /** Nothing here tells when another phone sent something, so it is asked for again, less and less often. */
  #askAgain(): void {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => this.#againIfEmpty(), this.#askAgainMs);
    this.#askAgainMs = Math.min(2 * this.#askAgainMs, ASK_AGAIN_LATEST_MS);
  }

  #forget(): void {
    clearTimeout(this.#asking);
    this.#askAgainMs = ASK_AGAIN_MS;
    this.#shown = "";
    this.#isPreview = false;
    this.#revoke();
  }

  #revoke(): void {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = "";
    this.requestUpdate();
  }

  override render(): TemplateResult {
    return this.#address
      ? html`<img src=${this.#address} alt=${this.label || t("photo.word")} />${this.#isPreview ? html`<span class="photo-preview" data-test="photo-preview">${t("photo.preview")}</span>` : nothing}`
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
