// A dialog over the page: the browser's own <dialog>, so that focus stays inside and Escape closes.

import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";

/** Lit names the element before it is on the page, where a dialog can't be opened yet. */
function show(element: Element | undefined): void {
  queueMicrotask(() => {
    if (element instanceof HTMLDialogElement && element.isConnected && !element.open) element.showModal();
  });
}

/** Render it while it is open; `close` is called once by the cross, Escape or a click outside. */
export function modal(title: string, body: TemplateResult, close: () => void, test: string): TemplateResult {
  return html`<dialog
    class="sup-dialog"
    aria-label=${title}
    data-test=${test}
    ${ref(show)}
    @cancel=${(event: Event) => {
      event.preventDefault();
      close();
    }}
    @click=${(event: MouseEvent) => event.target === event.currentTarget && close()}
  >
    <div class="sup-dialog-in">
      <header class="sheet-head">
        <h2>${title}</h2>
        <button type="button" class="icon-button" aria-label=${t("do.close")} data-test="dialog-close" @click=${close}>${icon("close")}</button>
      </header>
      <div class="sup-dialog-body">${body}</div>
    </div>
  </dialog>`;
}
