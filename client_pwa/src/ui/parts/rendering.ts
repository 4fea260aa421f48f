// <lh-rendering>: shows a signed or to-be-signed document. What is shown is the very HTML whose
// hash is signed, with its own style sheet and nothing added: its <style> becomes a constructed
// sheet (the page's CSP allows no inline style), the rest is parsed, and the whole document
// element goes into a shadow root, out of reach of the app's theme. Scripts in it never run:
// a parsed document's scripts are inert, and the CSP allows none.

import { define } from "../../screen/element.ts";

class RenderingElement extends HTMLElement {
  #html = "";

  get html(): string {
    return this.#html;
  }

  set html(text: string) {
    if (text === this.#html) return;
    this.#html = text;
    this.#show();
  }

  #show(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const sheets: CSSStyleSheet[] = [];
    const unstyled = this.#html.replace(/<style>([^<]*)<\/style>/g, (_, text: string) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      sheets.push(sheet);
      return "";
    });
    const parsed = new DOMParser().parseFromString(unstyled, "text/html");
    root.adoptedStyleSheets = sheets;
    root.replaceChildren(document.adoptNode(parsed.documentElement));
  }
}

define("lh-rendering", RenderingElement);
