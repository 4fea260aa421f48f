// <lh-rendering>: shows a signed or to-be-signed document. What is shown is the very HTML whose
// hash is signed, with its own style sheet and nothing added: the text is parsed, its <style>
// becomes a constructed sheet (the page's CSP allows no inline style), and the whole document
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
    const parsed = new DOMParser().parseFromString(this.#html, "text/html");
    const sheets = [...parsed.querySelectorAll("style")].map((style) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style.textContent ?? "");
      style.remove();
      return sheet;
    });
    root.adoptedStyleSheets = sheets;
    root.replaceChildren(document.adoptNode(parsed.documentElement));
  }
}

define("lh-rendering", RenderingElement);
