// <lh-app>: the frame around every screen. It decides what may be shown at all (a browser that
// can keep evidence, a session, an unlocked phone), renders the route that matches, shows what
// failed, and remembers the place so that a killed app reopens on the same field.

import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { elapsed } from "../screen/dates.ts";
import { define, ScreenElement } from "../screen/element.ts";
import { t } from "../screen/i18n.ts";
import { icon, type IconName } from "../screen/icons.ts";
import { button, empty } from "../screen/parts.ts";
import { currentPath, fill, href, match, navigate, onRoute, placesFor, type Match, type Place } from "../screen/router.ts";
import { Trail } from "../screen/trail.ts";
import { health, isFull, rememberPlace, restorePoint, setAside, subscribe, type Health } from "../store/index.ts";
import { activateUpdate, deployment, engine, watchUpdates } from "../sync/index.ts";
import { failureText } from "./failures.ts";
import { gate } from "./gate.ts";
import type { NoRoom } from "./parts/no-room.ts";
import { syncChip } from "./parts/sync-chip.ts";
import { keepInterruptedVoices } from "./interrupted-voices.ts";
import { onSession, refreshSession, session } from "./session.ts";
import "./parts/no-room.ts";
import "./screens/blocked.ts";

const TOAST_MS = 3000;
const FAILED_MS = 10_000;
const FOLLOWS_MS = 800;

/** The main pages of whoever is here: a supervisor's; an inspector's phone has one and no navigation. */
const places = (): readonly Place[] => placesFor(session()?.role ?? "");
const homePath = (): string => places()[0]?.path ?? "/today";
const isMain = (path: string): boolean => path === homePath() || places().some((place) => place.path === path);

class App extends ScreenElement {
  match: Match | undefined;
  health: Health | undefined;
  toast: { text: string; failed: boolean } | undefined;
  updateWaits = false;
  isDemo = false;
  started = false;
  #toastTimer = 0;
  #toldAtMs = 0;
  #field = "";
  #rescuedFor = "";
  #rescuing: Promise<void> = Promise.resolve();
  #trail = new Trail();
  #arrivals = 0;

  constructor() {
    super();
    this.watch(onRoute, () => this.arrive());
    this.watch(onSession, () => this.arrive());
    this.watch(engine.subscribe, () => this.requestUpdate());
    this.watch((listener) => subscribe(({ entities }) => entities.includes("session/") && listener()), () => this.askAgain());
    this.watch((listener) => {
      document.addEventListener("visibilitychange", listener);
      return () => document.removeEventListener("visibilitychange", listener);
    }, () => document.visibilityState === "visible" && this.askAgain());
    this.addEventListener("screen-failed", (event) => this.failed((event as CustomEvent).detail));
    this.addEventListener("screen-said", (event) => this.tell(String((event as CustomEvent).detail), false));
    this.addEventListener("focusin", (event) => this.remember((event.target as HTMLElement).id));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.attempt(() => this.open());
  }

  private async open(): Promise<void> {
    this.health = await health();
    if (!this.health.ok) return this.put({ started: true });
    await refreshSession();
    if (location.hash.length <= 2) {
      const place = await restorePoint();
      if (place && session()) {
        this.#field = place.field;
        location.replace(place.route);
      }
    } else {
      const place = await restorePoint();
      if (place?.route === location.hash) this.#field = place.field;
    }
    this.started = true;
    engine.start();
    this.arrive();
    this.isDemo = (await deployment())?.demo ?? false;
    this.requestUpdate();
    await watchUpdates(() => this.put({ updateWaits: true }));
    await setAside();
  }

  /** Another tab signed somebody in or out, or the phone lay aside: who is it, and is it locked by now? */
  private askAgain(): void {
    if (this.started) this.attempt(refreshSession);
  }

  /** The address or the session changed: find the screen, let the gate turn it aside if it must. */
  private arrive(): void {
    if (!this.started || !this.health?.ok) return;
    const arrival = ++this.#arrivals;
    const path = currentPath();
    const found = match(path);
    const aside = gate(path, found?.route.open ?? false);
    if (aside) return navigate(aside, true);
    if (path === "/") return navigate(homePath(), true);
    if (found?.path !== this.match?.path) {
      scrollTo(0, 0);
      this.leaveBehind();
    }
    this.attempt(async () => {
      if (!found?.route.open) await this.rescueVoices(); // before a form reads its draft
      await found?.route.load?.();
      if (arrival !== this.#arrivals) return; // the person has gone on while this page was loading
      this.match = found;
      this.note(found);
      this.requestUpdate();
      this.remember(this.#field);
      await this.updateComplete;
      this.focusAgain();
    });
  }

  /** What somebody was saying when the page was killed is theirs again as soon as they are back. */
  private rescueVoices(): Promise<void> {
    const person = session()?.person ?? "";
    if (!person || person === this.#rescuedFor) return this.#rescuing;
    this.#rescuedFor = person;
    this.#rescuing = this.rescueTheirs();
    return this.#rescuing;
  }

  private async rescueTheirs(): Promise<void> {
    try {
      const rescuedMs = await keepInterruptedVoices();
      if (rescuedMs > 0) this.tell(t("voice.rescued", { length: elapsed(rescuedMs) }), false, FAILED_MS);
    } catch (reason) {
      this.failed(reason); // they stay where they are, and the screen opens all the same
    }
  }

  /** What is passed before a page of one's own (login, PIN) is no way to go back. */
  private note(found: Match | undefined): void {
    if (found && found.route.frame !== "bare") this.#trail.arrive(session()?.person ?? "", found.path, isMain(found.path));
  }

  private back({ route, params, path }: Match): string {
    if (isMain(path)) return "";
    return (route.backToLast && this.#trail.before(route.backToLast)) ?? fill(route.back ?? homePath(), params);
  }

  private remember(field: string): void {
    if (!this.match || this.match.route.open) return;
    const place = { route: location.hash, field, scroll: Math.round(scrollY) };
    this.attempt(() => rememberPlace(place));
  }

  /** After a kill: put the caret where it was, as soon as the field is there. */
  private focusAgain(tries = 20): void {
    if (!this.#field) return;
    const control = document.getElementById(this.#field);
    if (control) {
      this.#field = "";
      control.focus();
    } else if (tries > 0) setTimeout(() => this.focusAgain(tries - 1), 50);
    else this.#field = "";
  }

  private failed(reason: unknown): void {
    const noRoom = this.querySelector<NoRoom>("lh-no-room");
    if (isFull(reason) && noRoom) noRoom.refused(reason);
    else this.tell(failureText(reason), true);
  }

  private tell(text: string, failed: boolean, forMs = failed ? FAILED_MS : TOAST_MS): void {
    clearTimeout(this.#toastTimer);
    this.#toldAtMs = performance.now();
    this.put({ toast: { text, failed } });
    this.#toastTimer = window.setTimeout(() => this.put({ toast: undefined }), forMs);
  }

  /** What was said belongs to the page that follows the action, and to none after it. */
  private leaveBehind(): void {
    if (performance.now() - this.#toldAtMs > FOLLOWS_MS) this.put({ toast: undefined });
  }

  private topbar(found: Match): TemplateResult {
    const { route } = found;
    const back = this.back(found);
    const settings = back === "" || (places().length > 0 && found.path !== "/settings");
    return html`<header class="topbar">
      ${back ? html`<a class="icon-button" href=${href(back)} aria-label=${t("do.back")} data-test="back">${icon("back")}</a>` : nothing}
      <h1>${t(route.title)}</h1>
      ${session() ? syncChip(engine.status()) : nothing}
      ${!settings ? nothing : html`<a class="icon-button" href=${href("/settings")} aria-label=${t("nav.settings")} data-test="settings">${icon("settings")}</a>`}
    </header>`;
  }

  private framed(found: Match): TemplateResult {
    const screen = keyed(`${found.route.open ? "" : session()?.person}:${found.path}`, found.route.view(found.params));
    if (found.route.frame === "bare") return html`<main class="frame main">${screen}</main>`;
    if (places().length === 0) return html`<div class="frame">${this.topbar(found)}<main class="main">${screen}</main></div>`;
    return html`<div class="frame">
      ${this.topbar(found)}
      <div class="wide">
        <nav class="side" aria-label=${t("nav.label")}>
          ${places().map((place) => html`<a href=${href(place.path)} aria-current=${found.path.startsWith(place.path) ? "page" : nothing} data-test=${`nav${place.path}`}>
            ${icon(place.icon as IconName)}<span class="grow">${t(place.title)}</span>${place.mark?.() ?? nothing}</a>`)}
        </nav>
        <main class="main">${screen}</main>
      </div>
    </div>`;
  }

  /** In the flow above everything, so that it never covers a control. */
  private updateLine(): TemplateResult | typeof nothing {
    const isNeeded = engine.status().lastError === "version_unsupported";
    if (!this.updateWaits && !isNeeded) return nothing;
    return html`<div class="update-line" role="status"><span class="grow">${t(isNeeded ? "app.update_needed" : "app.update_ready")}</span>
      ${button(t("app.update_now"), () => this.attempt(() => this.renew()), { test: "update-now" })}</div>`;
  }

  private async renew(): Promise<void> {
    if (!(await activateUpdate())) this.tell(t("outbox.no_update"), false);
  }

  private notices(): TemplateResult {
    return html`
      <div role="status" aria-live="polite">
        ${this.toast
          ? html`<div class="toast ${this.toast.failed ? "toast-failed" : ""}" data-test=${this.toast.failed ? "toast-failed" : "toast"}>
              ${icon(this.toast.failed ? "attention" : "check")}<span class="grow">${this.toast.text}</span>
              <button type="button" class="icon-button" aria-label=${t("do.close")} @click=${() => this.put({ toast: undefined })}>${icon("close")}</button></div>`
          : nothing}
      </div>
    `;
  }

  override render(): TemplateResult {
    if (!this.started) return html`<div class="opening">${icon("sealed")}<p>${t("app.loading")}</p>${this.notices()}</div>`;
    if (this.health && !this.health.ok) return html`<lh-blocked .problems=${this.health.problems}></lh-blocked>`;
    const body = this.match
      ? this.framed(this.match)
      : html`<main class="page">${empty("search", t("app.not_found"), html`<a class="button" href=${href("/")}>${t("nav.home")}</a>`)}</main>`;
    return html`${this.isDemo ? html`<p class="demo-line">${t("app.demo")}</p>` : nothing}${this.updateLine()}<lh-no-room></lh-no-room>${body}${this.notices()}`;
  }
}

define("lh-app", App);
