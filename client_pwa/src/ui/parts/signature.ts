// <lh-signature>: a signature drawn with finger, pen or mouse, kept as PNG. Opens over the whole
// screen so that there is room to write; the card then shows what was drawn.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { button } from "../../screen/parts.ts";

const LINE_PX = 3;

class Signature extends ScreenElement {
  static override properties = { label: { type: String }, test: { type: String } };
  declare label: string;
  declare test: string;
  /** Hears the PNG, or nothing when it was cleared. */
  drawn: (image: ArrayBuffer | undefined) => void = () => undefined;
  open = false;
  address = "";
  #canvas: HTMLCanvasElement | undefined;
  #marked = false;

  constructor() {
    super();
    this.label = "";
    this.test = "signature";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.address) URL.revokeObjectURL(this.address);
  }

  protected override updated(): void {
    const canvas = this.querySelector("canvas");
    if (!canvas || canvas === this.#canvas) return;
    this.#canvas = canvas;
    this.#marked = false;
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = canvas.clientHeight * devicePixelRatio;
    this.blank(canvas);
    canvas.focus();
  }

  private blank(canvas: HTMLCanvasElement): void {
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("no 2d canvas");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = LINE_PX * devicePixelRatio;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = "#0d1524";
  }

  private at(event: PointerEvent): [number, number] {
    return [event.offsetX * devicePixelRatio, event.offsetY * devicePixelRatio];
  }

  private down(event: PointerEvent): void {
    const canvas = event.currentTarget as HTMLCanvasElement;
    canvas.setPointerCapture(event.pointerId);
    const pen = canvas.getContext("2d");
    pen?.beginPath();
    pen?.moveTo(...this.at(event));
  }

  private move(event: PointerEvent): void {
    if (event.buttons === 0) return;
    const pen = (event.currentTarget as HTMLCanvasElement).getContext("2d");
    pen?.lineTo(...this.at(event));
    pen?.stroke();
    this.#marked = true;
  }

  private async accept(): Promise<void> {
    const canvas = this.#canvas;
    if (!canvas || !this.#marked) return this.shut();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (!blob) throw new Error("the signature could not be encoded");
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = URL.createObjectURL(blob);
    this.drawn(await blob.arrayBuffer());
    this.shut();
  }

  private shut(): void {
    this.#canvas = undefined;
    this.put({ open: false });
  }

  private pad(): TemplateResult {
    return html`<div class="pad" role="dialog" aria-modal="true" aria-label=${this.label} @keydown=${(event: KeyboardEvent) => event.key === "Escape" && this.shut()}>
      <header class="sheet-head"><h2>${this.label}</h2><button type="button" class="icon-button" aria-label=${t("do.close")} @click=${() => this.shut()}>${icon("close")}</button></header>
      <canvas tabindex="0" aria-label=${t("signature.here")} data-test="${this.test}-canvas" @pointerdown=${this.down} @pointermove=${this.move}></canvas>
      <p class="soft centred">${t("signature.here")}</p>
      <div class="pad-foot">
        ${button(t("do.clear"), () => { if (this.#canvas) this.blank(this.#canvas); this.#marked = false; }, { icon: "undo", test: `${this.test}-clear` })}
        ${button(t("do.done"), () => this.attempt(() => this.accept()), { kind: "primary", icon: "check", test: `${this.test}-done` })}
      </div>
    </div>`;
  }

  override render(): TemplateResult {
    return html`<button type="button" class="signature ${this.address ? "signature-made" : ""}" data-test=${this.test} aria-label=${`${this.label}: ${this.address ? t("signature.made") : t("signature.tap")}`} @click=${() => this.put({ open: true })}>
      <span class="strong">${this.label}</span>
      ${this.address ? html`<img src=${this.address} alt=${t("signature.made")} />` : html`<span class="row soft">${icon("sign")}<span>${t("signature.tap")}</span></span>`}
    </button>${this.open ? this.pad() : nothing}`;
  }
}

define("lh-signature", Signature);
