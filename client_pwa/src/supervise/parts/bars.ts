// The board's two pictures: one bar per state, and due dates in buckets. Own SVG, no library. Each
// bar is a button that filters; the number beside it says what the bar shows.

import { html, type TemplateResult } from "lit";

export interface Bar {
  readonly name: string;
  readonly text: string;
  readonly count: number;
  readonly tone: "plain" | "alarm" | "todo" | "done";
}

const share = (count: number, most: number): number => (count === 0 ? 0 : Math.max(2, Math.round((100 * count) / most)));

function lying(part: number): TemplateResult {
  return html`<svg class="sup-bar-fill" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="sup-bar-ground" x="0" y="0" width="100" height="10" /><rect x="0" y="0" width=${part} height="10" />
  </svg>`;
}

function standing(part: number): TemplateResult {
  return html`<svg class="sup-bar-fill" viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
    <rect class="sup-bar-ground" x="0" y="0" width="10" height="100" /><rect x="0" y=${100 - part} width="10" height=${part} />
  </svg>`;
}

/** A group of bars; `upright` lets them stand side by side. `test` names the group. */
export function bars(
  label: string, all: readonly Bar[], chosen: string, pick: (name: string) => void, test: string, upright = false,
): TemplateResult {
  const most = Math.max(1, ...all.map((bar) => bar.count));
  return html`<div class="sup-bars ${upright ? "sup-bars-upright" : ""}" role="group" aria-label=${label} data-test=${test}>
    ${all.map((bar) => html`<button
      type="button"
      class="sup-bar sup-bar-${bar.tone}"
      aria-pressed=${String(bar.name === chosen)}
      data-test=${`${test}-${bar.name}`}
      data-count=${bar.count}
      @click=${() => pick(bar.name === chosen ? "" : bar.name)}
    ><span class="sup-bar-name">${bar.text}</span>${(upright ? standing : lying)(share(bar.count, most))}<span class="sup-bar-count digits">${bar.count}</span></button>`)}
  </div>`;
}
