// The base of every screen: Lit without a shadow root, so that one theme, one focus order and
// label/for work across the page. Screens keep plain fields and call put() to change them.
// A screen renders again after a change of language and after each source it watches speaks.

import { LitElement } from "lit";
import { StoreError } from "../store/index.ts";
import { onLanguage } from "./i18n.ts";
import { navigate } from "./router.ts";

/** Calls the listener after each change; returns the function that stops it. */
export type Source = (listener: () => void) => () => void;

/** A source that speaks every so many milliseconds while it is watched. */
export const every = (ms: number): Source => (listener) => {
  const timer = setInterval(listener, ms);
  return () => clearInterval(timer);
};

export abstract class ScreenElement extends LitElement {
  /** What the route's pattern matched, e.g. `{id: "01j…"}`. Set before the first render. */
  params: Readonly<Record<string, string>> = {};

  #sources: Source[] = [];
  #stops: (() => void)[] = [];

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Watch a source for as long as the screen is on the page, e.g. `this.watch(view.onChange)`. */
  protected watch(source: Source, react: () => void = () => this.requestUpdate()): void {
    const subscribe: Source = () => source(react);
    this.#sources.push(subscribe);
    if (this.isConnected) this.#stops.push(subscribe(react));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [onLanguage(() => this.requestUpdate()), ...this.#sources.map((source) => source(() => undefined))];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Change fields and render. A name that is no field of the screen is a mistake and throws. */
  protected put(fields: object): void {
    for (const name of Object.keys(fields)) if (!(name in this)) throw new Error(`${this.localName} has no field ${name}`);
    Object.assign(this, fields);
    this.requestUpdate();
  }

  /** Go on to `path` after an action of this screen, unless the person has gone elsewhere meanwhile. */
  protected leaveFor(path: string): void {
    if (this.isConnected) navigate(path, true);
  }

  /** Run an action of the user; what it throws is told to the shell, never swallowed. */
  protected attempt(action: () => Promise<unknown>): void {
    action().catch((reason: unknown) => {
      // What could not be kept is told also where its screen was left meanwhile.
      const from = this.isConnected || !(reason instanceof StoreError) ? this : (document.querySelector("lh-app") ?? this);
      from.dispatchEvent(new CustomEvent("screen-failed", { detail: reason, bubbles: true }));
    });
  }
}

/** Register an element once; a second definition (hot reload, both rooms) is left alone. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
