// The pieces screens are put together from, as template functions: cards, badges, banners,
// choices, fields. A badge says its meaning by word and shape; colour only repeats it.

import { html, nothing, type TemplateResult } from "lit";
import { icon, type IconName } from "./icons.ts";
import { t, type Key } from "./i18n.ts";

type Content = TemplateResult | string | typeof nothing | readonly TemplateResult[];

/** plain: fact; busy: under way; todo: something to do; alarm: overdue or attention; done: verified or closed. */
export type Tone = "plain" | "busy" | "todo" | "alarm" | "done";

const SHAPES: Readonly<Record<Tone, IconName>> = {
  plain: "info",
  busy: "upload",
  todo: "waiting",
  alarm: "attention",
  done: "sealed",
};

/** A word in a shape; pass `shape` where the default of the tone says too little. */
export const badge = (tone: Tone, text: string, shape: IconName = SHAPES[tone], test = ""): TemplateResult =>
  html`<span class="badge badge-${tone}" data-test=${test || nothing}>${icon(shape)}<span>${text}</span></span>`;

/** A message that stays where it is. `alarm` is announced at once by a screen reader. */
export const banner = (tone: Tone, title: string, body: Content = nothing, test = ""): TemplateResult => html`
  <div class="banner banner-${tone}" role=${tone === "alarm" ? "alert" : "note"} data-test=${test || nothing}>
    ${icon(SHAPES[tone])}
    <div class="banner-text"><strong>${title}</strong>${body === nothing ? nothing : html`<div>${body}</div>`}</div>
  </div>
`;

/** Nothing to show, and what to do about it. */
export const empty = (shape: IconName, title: string, hint: Content = nothing): TemplateResult => html`
  <div class="empty">${icon(shape)}<p class="empty-title">${title}</p>${hint === nothing ? nothing : html`<p>${hint}</p>`}</div>
`;

/** A heading with an optional count and something at its right. */
export const section = (title: string, body: Content, aside: Content = nothing, test = ""): TemplateResult => html`
  <section class="section" data-test=${test || nothing}>
    <header class="section-head"><h2>${title}</h2>${aside}</header>
    ${body}
  </section>
`;

export interface ButtonLook {
  readonly kind?: "primary" | "quiet" | "danger" | "plain";
  readonly icon?: IconName;
  readonly wide?: boolean;
  readonly disabled?: boolean;
  readonly test?: string;
  readonly pressed?: boolean;
}

/** A button of 48 px; `capture` buttons come from captureBar. */
export const button = (text: string, press: () => void, look: ButtonLook = {}): TemplateResult => html`
  <button
    type="button"
    class="button button-${look.kind ?? "plain"} ${look.wide ? "button-wide" : ""}"
    ?disabled=${look.disabled ?? false}
    aria-pressed=${look.pressed === undefined ? nothing : String(look.pressed)}
    data-test=${look.test ?? nothing}
    @click=${press}
  >${look.icon ? icon(look.icon) : nothing}<span>${text}</span></button>
`;

/** A button that submits the form around it. */
export const submit = (text: string, test: string, shape?: IconName): TemplateResult => html`
  <button type="submit" class="button button-primary button-wide" data-test=${test}>
    ${shape ? icon(shape) : nothing}<span>${text}</span>
  </button>
`;

export interface Choice {
  readonly value: string;
  readonly text: string;
  readonly test?: string;
}

/** One tap out of a few. Nothing is chosen unless `chosen` says so. */
export const chips = (label: string, choices: readonly Choice[], chosen: string, pick: (value: string) => void): TemplateResult => html`
  <div class="chips" role="group" aria-label=${label}>
    ${choices.map(
      (choice) => html`<button
        type="button"
        class="chip"
        aria-pressed=${String(choice.value === chosen)}
        data-test=${choice.test ?? nothing}
        @click=${() => pick(choice.value)}
      >${choice.value === chosen ? icon("check") : nothing}<span>${choice.text}</span></button>`,
    )}
  </div>
`;

/** A label above its control; `control` gets the id to carry, made from `name`. */
export function field(name: string, label: string, control: (id: string) => TemplateResult, hint: Content = nothing): TemplateResult {
  const id = `field-${name}`;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${control(id)}${hint === nothing ? nothing : html`<p class="field-hint">${hint}</p>`}
  </div>`;
}

/** A big on/off line, at least 60 px high. */
export const toggle = (text: string, on: boolean, flip: (on: boolean) => void, test: string, shape: IconName, hint = ""): TemplateResult => html`
  <button type="button" class="toggle" role="switch" aria-checked=${String(on)} data-test=${test} @click=${() => flip(!on)}>
    ${icon(shape)}
    <span class="toggle-text"><span>${text}</span>${hint ? html`<span class="toggle-hint">${hint}</span>` : nothing}</span>
    <span class="toggle-mark" aria-hidden="true">${on ? icon("check") : nothing}</span>
  </button>
`;

/** A figure and what it counts. */
export const figure = (value: string | number, text: string, tone: Tone = "plain", test = ""): TemplateResult => html`
  <div class="figure figure-${tone}" data-test=${test || nothing}><span class="figure-value">${value}</span><span>${text}</span></div>
`;

/** A term and its value, for facts that are read, not edited. */
export const facts = (pairs: readonly (readonly [string, Content])[]): TemplateResult => html`
  <dl class="facts">${pairs.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
`;

/** A sheet over the lower part of the page; Escape and the cross close it. */
export const sheet = (title: string, body: Content, close: () => void, test = ""): TemplateResult => html`
  <div class="sheet-ground" @click=${close}></div>
  <div class="sheet" role="dialog" aria-modal="true" aria-label=${title} data-test=${test || nothing}
    @keydown=${(event: KeyboardEvent) => event.key === "Escape" && close()}>
    <header class="sheet-head">
      <h2>${title}</h2>
      <button type="button" class="icon-button" aria-label=${t("do.close" satisfies Key)} data-test="sheet-close" @click=${close}>${icon("close")}</button>
    </header>
    <div class="sheet-body">${body}</div>
  </div>
`;
