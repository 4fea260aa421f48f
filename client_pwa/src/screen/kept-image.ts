// <lh-kept-image>: the bytes of one image by its hash, from this phone or the service, checked before
// they are shown; where this browser can't read the format, the service's copy for the screen.

import { html, type TemplateResult } from "lit";
import { ApiError, fetchOriginal, fetchScreenCopy, fetchThumbnail } from "../sync/index.ts";
import { define, ScreenElement } from "./element.ts";
import { t, type Key } from "./i18n.ts";

export interface KeptImage {
  readonly space: string;
  readonly sha256: string;
  readonly mediaType: string;
  readonly label: string;
  /** Its small picture is enough. */
  readonly small?: boolean;
}

const AWAY = new Set(["network", "not_found", "unauthenticated", "session_expired", "unavailable"]);
/** Formats that no browser of ours draws. */
const FOREIGN = new Set(["image/heic"]);

export const isForeign = (mediaType: string): boolean => FOREIGN.has(mediaType);

/** A picture of an original that this browser can draw; the original itself wherever it can. */
export const drawable = ({ space, sha256, mediaType }: Omit<KeptImage, "label">): Promise<Blob> =>
  isForeign(mediaType) ? fetchScreenCopy(space, sha256) : fetchOriginal(space, sha256);

async function small({ space, sha256 }: KeptImage): Promise<Blob> {
  const found = await fetchThumbnail(space, sha256);
  if (!found) throw new ApiError("not_found", 404);
  return found;
}

class KeptImageElement extends ScreenElement {
  #of: KeptImage | undefined;
  address = "";
  absent = "";

  set of(of: KeptImage) {
    if (of.sha256 === this.#of?.sha256 && of.label === this.#of.label) return;
    this.#of = of;
    this.#revoke();
    this.put({ absent: "" });
    this.attempt(() => this.#load(of));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#revoke();
    this.#of = undefined;
  }

  async #load(of: KeptImage): Promise<void> {
    try {
      const picture = await (of.small ? small(of) : drawable(of));
      if (of === this.#of && this.isConnected) this.put({ address: URL.createObjectURL(picture) });
    } catch (error) {
      if (!(error instanceof ApiError) || !AWAY.has(error.code)) throw error;
      this.put({ absent: error.code });
    }
  }

  #revoke(): void {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = "";
  }

  override render(): TemplateResult {
    const label = this.#of?.label ?? "";
    if (this.address) return html`<img class="kept-image" src=${this.address} alt=${label} data-test="kept-image" />`;
    const words: Key = this.absent === "not_found" ? "mark.not_arrived" : this.absent ? "mark.offline" : "app.loading";
    return html`<p class="soft" role="status">${t(words)}</p>`;
  }
}

define("lh-kept-image", KeptImageElement);
