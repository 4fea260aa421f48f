// Measures the present screen by what is promised of every screen, and returns what breaks it:
// [{ rule, where, what, measured }]. It only reads the page. `where` is a selector made of
// data-test names and classes, `what` the text concerned.
//   scroll    the document must not scroll sideways, and nothing written may lie beside it
//   clipped   no text is cut off by its box, with or without dots
//   size      text has at least `textPx`
//   target    a control is at least `targetPx` both ways, a capture control `capturePx`
//   contrast  text and its effective ground differ by at least `ratio`
//   latin     on a Chinese screen there are no Latin words but those that everybody there uses
async ({ language, textPx, targetPx, capturePx, ratio, latinAllowed }) => {
  const violations = [];
  const report = (rule, element, what, measured) =>
    violations.push({ rule, where: place(element), what: what.trim().slice(0, 60), measured: String(measured) });

  // ——— still

  // Screens read from storage and pictures arrive late: measure when nothing has changed for a while.
  await document.fonts.ready;
  await new Promise((done) => {
    const giveUp = setTimeout(() => end(), 4000);
    let quiet = setTimeout(() => end(), 100);
    const watch = new MutationObserver(() => {
      clearTimeout(quiet);
      quiet = setTimeout(() => end(), 100);
    });
    const end = () => {
      clearTimeout(giveUp);
      clearTimeout(quiet);
      watch.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(done));
    };
    watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });

  // ——— where things are

  const parentOf = (element) => element.parentElement ?? (element.getRootNode().host ?? null);

  function place(element) {
    const steps = [];
    for (let at = element; at && at !== document.body && steps.length < 4; at = parentOf(at)) {
      const name = at.dataset?.test ? `[${at.dataset.test}]` : at.classList?.length ? `.${at.classList[0]}` : "";
      if (name || at === element) steps.unshift(`${at.tagName.toLowerCase()}${name}`);
    }
    return steps.join(" ");
  }

  function* everything(root) {
    for (const element of root.querySelectorAll("*")) {
      yield element;
      if (element.shadowRoot) yield* everything(element.shadowRoot);
    }
  }

  // Parts for screen readers only are cut to one pixel on purpose; there is nothing to see of them.
  const forReaders = (element) => element.closest(".visually-hidden") !== null;
  const isVisible = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) && !forReaders(element);
  const isSvg = (element) => element instanceof SVGElement;

  // An open dialog or sheet makes the rest of the page inert for the hand and dim for the eye.
  const modal = document.querySelector("dialog[open]") ?? document.querySelector('[aria-modal="true"]:not(dialog)');
  const isInFront = (element) => {
    if (!modal) return true;
    for (let at = element; at; at = parentOf(at)) if (at === modal) return true;
    return false;
  };

  const elements = [...everything(document)].filter((element) => isVisible(element) && isInFront(element));
  const range = document.createRange();
  function textsOf(element) {
    const texts = [];
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || node.data.trim() === "") continue;
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
      if (rects.length > 0) texts.push({ text: node.data, rects });
    }
    return texts;
  }
  const SILENT = ["SCRIPT", "STYLE", "NOSCRIPT", "TITLE", "OPTION", "TEXTAREA"];
  const written = elements.filter((element) => !SILENT.includes(element.tagName))
    .map((element) => ({ element, texts: textsOf(element) })).filter(({ texts }) => texts.length > 0);

  // What is written in the attributes and pseudo-elements of a control.
  const isField = (element) => ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName);
  const shownIn = (field) => {
    if (field.tagName === "SELECT") return field.selectedOptions[0]?.text ?? "";
    if (["checkbox", "radio", "file", "range", "password"].includes(field.type)) return "";
    return field.value || field.placeholder || "";
  };

  // ——— sideways

  const root = document.documentElement;
  const wide = Math.max(root.scrollWidth, document.body.scrollWidth);
  if (wide > root.clientWidth) {
    report("scroll", document.body, "document", `${wide} > ${root.clientWidth}`);
    for (const element of elements) {
      const right = element.getBoundingClientRect().right;
      if (right > root.clientWidth + 1) report("scroll", element, element.textContent ?? "", `right ${Math.round(right)}`);
    }
  }
  const scrollsSideways = (element) => {
    for (let at = element; at; at = parentOf(at)) if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at !== root && at !== document.body) return true;
    return false;
  };
  for (const { element, texts } of written) {
    for (const { text, rects } of texts) {
      const beside = rects.find((rect) => rect.left < -1 || rect.right > root.clientWidth + 1);
      if (beside && !scrollsSideways(element)) report("scroll", element, text, `${Math.round(beside.left)}…${Math.round(beside.right)} of ${root.clientWidth}`);
    }
  }

  // ——— cut off

  const CUTS = /hidden|clip/;
  const pen = document.createElement("canvas").getContext("2d");
  const widthOf = (text, style) => {
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    return pen.measureText(text).width;
  };

  for (const element of elements) {
    const style = getComputedStyle(element);
    const holds = (element.innerText ?? "").trim();
    if (isSvg(element) || holds === "" || isField(element) || element === root || element === document.body) continue;
    const across = CUTS.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
    const down = CUTS.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1;
    if (across) report("clipped", element, holds, `${element.scrollWidth} > ${element.clientWidth} px wide`);
    if (down) report("clipped", element, holds, `${element.scrollHeight} > ${element.clientHeight} px high`);
  }

  // Text must stay in every box that cuts it, and in the control, card or badge it is written on:
  // a box of fixed height lets it run out over its neighbour without cutting it.
  const HOLDS = "a, button, summary, .badge, .card, .banner, .toast, .chip, td, th";
  function runsOut({ element, texts }) {
    let crossable = { across: true, down: true };
    for (let box = element; box && box !== document.body; box = parentOf(box)) {
      const style = getComputedStyle(box);
      if (style.display === "inline" || style.display === "contents") continue;
      const holds = box.matches(HOLDS);
      const across = crossable.across && (holds || CUTS.test(style.overflowX));
      const down = crossable.down && (holds || CUTS.test(style.overflowY));
      const edge = box.getBoundingClientRect();
      for (const { text, rects } of texts) {
        const out = rects.find((rect) =>
          (across && (rect.left < edge.left - 1 || rect.right > edge.right + 1)) ||
          (down && (rect.top < edge.top - 2 || rect.bottom > edge.bottom + 2)));
        if (out) return report("clipped", element, text, `runs out of ${place(box)}`);
      }
      // What scrolls shows the rest; what is around it cuts the scroller, not the text.
      if (/auto|scroll/.test(style.overflowX)) crossable = { ...crossable, across: false };
      if (/auto|scroll/.test(style.overflowY)) crossable = { ...crossable, down: false };
    }
  }
  written.forEach(runsOut);

  for (const field of elements.filter(isField)) {
    const style = getComputedStyle(field);
    const text = shownIn(field);
    if (field.tagName === "TEXTAREA" ? field.scrollHeight > field.clientHeight + 1 : false) {
      report("clipped", field, text, `${field.scrollHeight} > ${field.clientHeight} px high`);
    }
    if (field.tagName === "TEXTAREA" || text === "") continue;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - (field.tagName === "SELECT" ? 4 : 0);
    const needs = ["date", "time"].includes(field.type) ? 0 : widthOf(text, style);
    if (needs > room + 1) report("clipped", field, text, `${Math.round(needs)} > ${Math.round(room)} px wide`);
  }

  // ——— size of text

  function sizeOf(element) {
    const px = parseFloat(getComputedStyle(element).fontSize);
    if (!isSvg(element)) return px;
    const matrix = element.getScreenCTM?.();
    return matrix ? px * Math.hypot(matrix.b, matrix.d) : px;
  }
  const readable = [
    ...written.map(({ element, texts }) => ({ element, text: texts.map(({ text }) => text).join(" ") })),
    ...elements.filter((element) => isField(element) && shownIn(element) !== "").map((element) => ({ element, text: shownIn(element) })),
  ];
  for (const { element, text } of readable) {
    const px = sizeOf(element);
    if (px < textPx - 0.01) report("size", element, text, `${px.toFixed(1)} px`);
  }

  // ——— targets

  const CONTROLS = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, canvas[tabindex], [role="button"], [role="switch"], [role="radio"], [role="checkbox"], [role="link"], [role="tab"]';
  const CAPTURES = '.bottombar .capture *, .capture-button, .verdict-button, [data-test="shutter"], [data-test="burst-done"], [data-test="save-hazard"], [data-test="save-reinspection"], [data-test="take-photo"], [data-test="from-album"], [data-test^="result-"]';
  for (const control of elements.filter((element) => element.matches(CONTROLS))) {
    const box = (["checkbox", "radio"].includes(control.type) && control.closest("label") ? control.closest("label") : control).getBoundingClientRect();
    const least = control.matches(CAPTURES) ? capturePx : targetPx;
    if (Math.min(box.width, box.height) < least - 0.5) {
      report("target", control, control.innerText || control.getAttribute("aria-label") || "", `${Math.round(box.width)} × ${Math.round(box.height)} < ${least}`);
    }
  }

  // ——— contrast (WCAG 2.2, relative luminance)

  const colourPen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parsed = new Map();
  function colourOf(text) {
    if (!parsed.has(text)) {
      const given = text.match(/^rgba?\(([^)]+)\)$/);
      if (given) {
        const [r, g, b, a = 1] = given[1].split(/[ ,/]+/).filter(Boolean).map(Number);
        parsed.set(text, [r, g, b, a]);
      } else {
        colourPen.clearRect(0, 0, 1, 1);
        colourPen.fillStyle = text;
        colourPen.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = colourPen.getImageData(0, 0, 1, 1).data;
        parsed.set(text, [r, g, b, a / 255]);
      }
    }
    return parsed.get(text);
  }
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  /** Every colour that may lie under a text in `element`: one, or the stops of a gradient. */
  function groundsOf(element) {
    const layers = [];
    for (let at = element; at; at = parentOf(at)) {
      const style = getComputedStyle(at);
      const stops = style.backgroundImage.startsWith("linear-gradient") ? style.backgroundImage.match(/rgba?\([^)]+\)/g).map(colourOf) : [];
      if (style.backgroundImage.includes("url(")) return undefined;
      const own = stops.length > 0 ? stops : [colourOf(style.backgroundColor)];
      layers.push(own);
      if (own.every(([, , , a]) => a === 1)) break;
    }
    const canvas = [255, 255, 255, 1];
    return layers.reverse().reduce((grounds, own) => own.flatMap((colour) => grounds.map((ground) => over(colour, ground))), [canvas]);
  }
  function opacityOf(element) {
    let opacity = 1;
    for (let at = element; at; at = parentOf(at)) opacity *= Number(getComputedStyle(at).opacity);
    return opacity;
  }
  function checkContrast(element, text, style) {
    const ink = [...colourOf(isSvg(element) ? style.fill : style.color)];
    ink[3] *= opacityOf(element);
    const grounds = groundsOf(element);
    if (!grounds) return report("contrast", element, text, "over a picture");
    const worst = Math.min(...grounds.map((ground) => contrast(over(ink, ground), ground)));
    if (worst < ratio - 0.005) report("contrast", element, text, `${worst.toFixed(2)} : 1`);
  }
  for (const { element, text } of readable) {
    const isHint = element.placeholder && !element.value && isField(element);
    checkContrast(element, text, getComputedStyle(element, isHint ? "::placeholder" : null));
  }
  for (const element of elements) {
    for (const pseudo of ["::before", "::after"]) {
      const style = getComputedStyle(element, pseudo);
      if (style.display === "none" || !/[\p{L}\p{N}\p{S}]/u.test(style.content.replace(/^(none|normal)$/, ""))) continue;
      if (parseFloat(style.fontSize) < textPx - 0.01) report("size", element, style.content, style.fontSize);
      checkContrast(element, style.content, style);
    }
  }

  // ——— Latin words in Chinese

  if (language === "zh") {
    const allowed = latinAllowed.map((pattern) => new RegExp(`^(?:${pattern})$`));
    const check = (element, text) => {
      // Texts for machines (ids, digests, the signed JSON itself) and names of languages stay as they are.
      if (element.closest('code, pre, [lang="en"]')) return;
      const words = text.match(/[A-Za-z0-9][A-Za-z0-9_\-./:+@#]*/g) ?? [];
      const foreign = words.map((word) => word.replace(/[.:/\-]+$/, "")).filter((word) => /[A-Za-z]/.test(word) && !allowed.some((one) => one.test(word)));
      if (foreign.length > 0) report("latin", element, text, foreign.join(" "));
    };
    // What somebody typed into a field is theirs; its hint is ours and is checked below.
    for (const { element, text } of readable) if (!isField(element)) check(element, text);
    for (const element of elements) {
      for (const name of ["aria-label", "title", "alt", "placeholder"]) {
        const text = element.getAttribute(name);
        if (text) check(element, text);
      }
      if (element.tagName === "SELECT") for (const option of element.options) check(element, option.text);
    }
    check(document.body, document.title);
  }
  return violations;
}
