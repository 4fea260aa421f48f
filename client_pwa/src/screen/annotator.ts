// <lh-annotator>: a photo over the whole screen to draw on: choose what, drag or tap, keep. What is
// kept is a copy; the photo itself is only read. By keyboard: Enter sets a mark in the middle, the
// arrow keys move it.

import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { define, ScreenElement } from "./element.ts";
import { t } from "./i18n.ts";
import { icon, type IconName } from "./icons.ts";
import { copyWith, type Copy, drawMarks, type Mark, markOf, pictured, type Shape } from "./marks.ts";
import { banner, button } from "./parts.ts";

const PREVIEW_EDGE_PX = 1600;
const STEP = 250;
const ICONS: Readonly<Record<Shape, IconName>> = { arrow: "pointer", circle: "ring", blur: "mosaic" };
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP],
};

export interface Annotating {
  /** The picture to draw on, in a format this browser reads. */
  readonly picture: Blob;
  readonly tools: readonly Shape[];
  readonly tool: Shape;
  readonly title: string;
  /** Resolves when the copy is durable. */
  readonly keep: (copy: Copy) => Promise<void>;
  readonly close: () => void;
}

class Annotator extends ScreenElement {
  #work: Annotating | undefined;
  #picture: ImageBitmap | undefined;
  #ground: CanvasRenderingContext2D | undefined;
  #from: readonly [number, number] | undefined;
  tool: Shape = "arrow";
  marks: readonly Mark[] = [];
  keeping = false;
  unreadable = false;

  set work(work: Annotating) {
    if (this.#work?.picture === work.picture) return;
    this.#work = work;
    this.put({ tool: work.tool, marks: [], unreadable: false });
    this.attempt(async () => {
      try {
        this.#picture = await createImageBitmap(work.picture);
      } catch {
        return this.put({ unreadable: true }); // said on the screen
      }
      this.#ground = pictured(this.#picture, PREVIEW_EDGE_PX);
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#picture?.close();
  }

  protected override updated(): void {
    this.draw();
  }

  private draw(pending: readonly Mark[] = []): void {
    const canvas = this.querySelector("canvas");
    if (!canvas || !this.#ground) return;
    const { width, height } = this.#ground.canvas;
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d")!;
    context.drawImage(this.#ground.canvas, 0, 0);
    drawMarks(context, [...this.marks, ...pending]);
  }

  /** Where on the picture, in parts of its sides. */
  private at(event: PointerEvent): readonly [number, number] {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  private down(event: PointerEvent): void {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#from = this.at(event);
  }

  private move(event: PointerEvent): void {
    if (this.#from) this.draw([markOf(this.tool, this.#from, this.at(event))]);
  }

  private up(event: PointerEvent): void {
    if (!this.#from) return;
    const mark = markOf(this.tool, this.#from, this.at(event));
    this.#from = undefined;
    this.put({ marks: [...this.marks, mark] });
  }

  private drop(): void {
    this.#from = undefined;
    this.draw();
  }

  private typed(event: KeyboardEvent): void {
    const moved = MOVES[event.key];
    const last = this.marks.at(-1);
    if (event.key === "Enter") this.put({ marks: [...this.marks, markOf(this.tool, [0.5, 0.5], [0.5, 0.5])] });
    else if (moved && last) {
      const [dx, dy] = moved;
      const isInside = [last.x1 + dx, last.x2 + dx, last.y1 + dy, last.y2 + dy].every((value) => value >= 0 && value <= 10_000);
      if (isInside) this.put({ marks: [...this.marks.slice(0, -1), { ...last, x1: last.x1 + dx, x2: last.x2 + dx, y1: last.y1 + dy, y2: last.y2 + dy }] });
    } else return;
    event.preventDefault();
  }

  private keep(): void {
    const [work, picture] = [this.#work, this.#picture];
    if (!work || !picture || this.keeping) return;
    this.put({ keeping: true });
    this.attempt(async () => {
      try {
        await work.keep(await copyWith(picture, this.marks));
        work.close();
      } finally {
        this.put({ keeping: false });
      }
    });
  }

  private tools(work: Annotating): TemplateResult {
    return html`<div class="annotator-tools" role="group" aria-label=${t("mark.tools")}>
      ${work.tools.map((shape) => html`<button type="button" class="capture-button" aria-pressed=${String(shape === this.tool)} data-test="tool-${shape}" @click=${() => this.put({ tool: shape })}>
        ${icon(ICONS[shape])}<span>${t(`mark.${shape}`)}</span></button>`)}
      <button type="button" class="capture-button" ?disabled=${this.marks.length === 0} data-test="mark-undo" @click=${() => this.put({ marks: this.marks.slice(0, -1) })}>${icon("undo")}<span>${t("mark.undo")}</span></button>
    </div>`;
  }

  override render(): TemplateResult {
    const work = this.#work;
    if (!work) return html``;
    return html`<dialog class="annotator" aria-label=${work.title} data-test="annotator" data-marks=${this.marks.length} ${ref(opened)}
      @cancel=${(event: Event) => { event.preventDefault(); work.close(); }}>
      <header class="sheet-head"><h2>${work.title}</h2>
        <button type="button" class="icon-button" aria-label=${t("do.close")} data-test="annotator-close" @click=${work.close}>${icon("close")}</button></header>
      <div class="annotator-view">${this.unreadable ? banner("todo", t("mark.unreadable")) : html`<canvas tabindex="0" role="img" aria-label=${t("mark.canvas")} data-test="annotator-canvas"
        @pointerdown=${(event: PointerEvent) => this.down(event)} @pointermove=${(event: PointerEvent) => this.move(event)}
        @pointerup=${(event: PointerEvent) => this.up(event)} @pointercancel=${() => this.drop()} @keydown=${(event: KeyboardEvent) => this.typed(event)}></canvas>`}</div>
      <div class="annotator-foot">${this.tools(work)}
        <p class="soft" role="status">${this.marks.length === 0 ? t("mark.hint") : t("mark.copy_note")}</p>
        ${button(t(this.keeping ? "mark.keeping" : "mark.keep"), () => this.keep(), { kind: "primary", wide: true, icon: "check", disabled: this.marks.length === 0 || this.keeping, test: "mark-keep" })}</div>
    </dialog>`;
  }
}

/** Lit names the element before it is on the page, where a dialog can't be opened yet. */
function opened(element: Element | undefined): void {
  queueMicrotask(() => {
    if (element instanceof HTMLDialogElement && element.isConnected && !element.open) element.showModal();
  });
}

define("lh-annotator", Annotator);
