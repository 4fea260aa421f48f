// <sup-window-list>: a list of any length of which only the lines near the window exist. It scrolls
// with the page, lines have one fixed height, and a line keeps its element while it stays near, so
// that the focus never jumps to another finding.

import { html, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { define, ScreenElement } from "../../screen/element.ts";

const SPARE_LINES = 8;

interface Line {
  readonly id: string;
}

class WindowList extends ScreenElement {
  #items: readonly Line[] = [];
  #first = 0;
  #last = 0;
  #frame = 0;
  /** Height of a line in CSS pixels. */
  linePx = 72;
  line: (item: never) => TemplateResult = () => html``;

  set items(items: readonly Line[]) {
    this.#items = items;
    this.requestUpdate();
  }
  get items(): readonly Line[] {
    return this.#items;
  }

  readonly #moved = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#place() && this.requestUpdate());
  };

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("scroll", this.#moved, { passive: true });
    addEventListener("resize", this.#moved, { passive: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("scroll", this.#moved);
    removeEventListener("resize", this.#moved);
    cancelAnimationFrame(this.#frame);
  }

  /** Work out which lines are near the window; true when that changed. */
  #place(): boolean {
    const above = -this.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(above / this.linePx) - SPARE_LINES);
    const last = Math.ceil((above + innerHeight) / this.linePx) + SPARE_LINES;
    const changed = first !== this.#first || last !== this.#last;
    [this.#first, this.#last] = [first, last];
    return changed;
  }

  protected override updated(_changed: PropertyValues): void {
    const space = this.querySelector<HTMLElement>(".sup-window");
    const slice = this.querySelector<HTMLElement>(".sup-window-slice");
    if (!space || !slice) return;
    space.style.height = `${this.#items.length * this.linePx}px`;
    slice.style.transform = `translateY(${this.#first * this.linePx}px)`;
    if (this.#place()) this.requestUpdate();
  }

  override render(): TemplateResult {
    const shown = this.#items.slice(this.#first, this.#last);
    return html`<div class="sup-window">
      <div class="sup-window-slice" role="list">
        ${repeat(shown, (item) => item.id, (item) => html`<div role="listitem">${this.line(item as never)}</div>`)}
      </div>
    </div>`;
  }
}

define("sup-window-list", WindowList);
