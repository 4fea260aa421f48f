// A signed document that somebody else made, shown as it was signed: its text goes through a list of
// allowed elements into a shadow root, with its own style adopted there; nothing in it can run.

const ALLOWED = new Set([
  "H1", "H2", "H3", "P", "DL", "DT", "DD", "OL", "UL", "LI", "BR", "DIV", "SPAN", "STRONG", "B", "EM",
  "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "SECTION", "FOOTER", "HEADER", "HR", "SMALL",
]);

const STYLE = /<style>([\s\S]*?)<\/style>/g;

/** A copy of the allowed elements and all text; other elements give only their content's copy. */
function copied(from: Node, into: Node): void {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) into.appendChild(document.createTextNode(child.textContent ?? ""));
    if (!(child instanceof Element) || ["SCRIPT", "STYLE"].includes(child.tagName)) continue;
    if (!ALLOWED.has(child.tagName)) copied(child, into);
    else {
      const copy = document.createElement(child.tagName.toLowerCase());
      if (child.className) copy.className = child.className;
      copied(child, copy);
      into.appendChild(copy);
    }
  }
}

/** Show a rendered document inside `host`; the same text again changes nothing. */
export function showPaper(host: HTMLElement, text: string): void {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  // The policy style-src 'self' forbids inline style even in a parsed document, not an adopted sheet.
  const styles = [...text.matchAll(STYLE)].map((found) => found[1] ?? "").join("\n");
  const parsed = new DOMParser().parseFromString(text.replace(STYLE, ""), "text/html");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles.replace(/\bbody\s*\{/g, ".paper{"));
  root.adoptedStyleSheets = [sheet];
  const body = document.createElement("div");
  body.className = "paper";
  copied(parsed.body, body);
  root.replaceChildren(body);
}
