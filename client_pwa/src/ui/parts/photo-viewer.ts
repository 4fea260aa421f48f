// <lh-photo-viewer>: one photo large, its marked copies beside it, and the tools to make another
// copy: photo, tool, stroke, keep. The original is only read.

import { html, nothing, type TemplateResult } from "lit";
import { derivePhoto } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { drawable } from "../../screen/kept-image.ts";
import { LiveScreen } from "../../screen/live.ts";
import type { Copy, Shape } from "../../screen/marks.ts";
import { badge, sheet } from "../../screen/parts.ts";
import { derivationsOf, photo, type DerivationView, type PhotoView } from "../../store/index.ts";
import { say } from "../../screen/says.ts";
import "../../screen/annotator.ts";

const TOOLS = ["arrow", "circle", "blur"] as const;
const ICONS = { arrow: "pointer", circle: "ring", blur: "mosaic" } as const;

class PhotoViewer extends LiveScreen {
  static override properties = { photo: { type: String }, close: { attribute: false } };
  /** Photo id. */
  declare photo: string;
  declare close: () => void;
  one: PhotoView | undefined;
  copies: readonly DerivationView[] = [];
  tool: Shape | "" = "";
  picture: Blob | undefined;

  protected override async read(): Promise<void> {
    this.one = await photo(this.photo);
    this.copies = await derivationsOf(this.photo);
  }

  private begin(tool: Shape): void {
    const one = this.one;
    if (one) this.attempt(async () => this.put({ picture: await drawable(one), tool }));
  }

  private annotator(one: PhotoView): TemplateResult | typeof nothing {
    if (!this.tool || !this.picture) return nothing;
    return html`<lh-annotator .work=${{
      picture: this.picture, tools: TOOLS, tool: this.tool, title: t("mark.title"),
      keep: async (copy: Copy) => {
        await derivePhoto(one.id, { purpose: "annotation", ...copy });
        say(this, t("saved.here"));
      },
      close: () => this.put({ tool: "", picture: undefined }),
    }}></lh-annotator>`;
  }

  private shown(one: PhotoView): TemplateResult {
    const { space, sha256, mediaType } = one;
    return html`<div class="copies">
      <figure data-test="viewer-original"><lh-kept-image .of=${{ space, sha256, mediaType, label: t("mark.original") }}></lh-kept-image>
        <figcaption>${badge("plain", t("mark.original"), "camera")}</figcaption></figure>
      ${this.copies.map((copy) => html`<figure data-test="viewer-copy" data-purpose=${copy.purpose}>
        <lh-kept-image .of=${{ space: copy.space, sha256: copy.sha256, mediaType: copy.mediaType, label: t(`mark.${copy.purpose}`) }}></lh-kept-image>
        <figcaption>${badge("plain", t(`mark.${copy.purpose}`), "sign")}${badge(copy.verified ? "done" : "busy", t(copy.verified ? "mark.verified" : "mark.waiting"))}</figcaption></figure>`)}
    </div>`;
  }

  protected override view(): TemplateResult {
    const one = this.one;
    if (!one) return html``;
    return html`${sheet(t("photo.word"), html`
      <div class="annotator-tools" role="group" aria-label=${t("mark.tools")}>${TOOLS.map((tool) => html`<button type="button" class="capture-button" data-test="mark-${tool}" @click=${() => this.begin(tool)}>${icon(ICONS[tool])}<span>${t(`mark.${tool}`)}</span></button>`)}</div>
      ${this.shown(one)}`, () => this.close(), "photo-viewer")}${this.annotator(one)}`;
  }
}

define("lh-photo-viewer", PhotoViewer);

/** A photo that opens when it is tapped. */
export const openable = (id: string, look: string, label: string, open: (photo: string) => void): TemplateResult =>
  html`<button type="button" class="picture-open" aria-label=${t("mark.open", { photo: label })} data-test="open-photo" data-photo=${id} @click=${() => open(id)}><lh-photo class=${look} photo=${id} label=${label}></lh-photo></button>`;
