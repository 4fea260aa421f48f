// <sup-hold-note>: on the board, that a station has not confirmed what a case needs, or is about to
// delete it. Nothing is shown while all is well, or while the server cannot be asked.

import { html, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { currentAuthor } from "../../store/index.ts";
import { ApiError, engine, holdsOf } from "../../sync/index.ts";

/** The service works it out anew each time. */
const LOOK_MS = 60_000;

class HoldNote extends ScreenElement {
  private unconfirmed = 0;
  private near = 0;
  #askedAtMs = -LOOK_MS;

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.look());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.look();
  }

  private look(): void {
    const { lastSyncAtMs } = engine.status();
    if (lastSyncAtMs - this.#askedAtMs < LOOK_MS) return;
    this.#askedAtMs = lastSyncAtMs;
    this.attempt(async () => {
      const author = await currentAuthor();
      if (author?.role !== "supervisor") return;
      try {
        const { unconfirmed, near } = await holdsOf(author.bureau);
        this.put({ unconfirmed, near });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error; // no connection: asked again after the next round
      }
    });
  }

  override render(): TemplateResult {
    if (this.unconfirmed + this.near === 0) return html``;
    const said = [
      ...(this.unconfirmed > 0 ? [t("sup.hold.unconfirmed_count", { count: this.unconfirmed })] : []),
      ...(this.near > 0 ? [t("sup.hold.near_count", { count: this.near })] : []),
    ].join(" ");
    return banner("alarm", said, html`<a class="button" href=${href("/recordings")} data-test="hold-note-open">${t("sup.hold.open")}</a>`, "hold-note");
  }
}

define("sup-hold-note", HoldNote);
