// <sup-held-note>: on the board, how many records wait for a supervisor's decision, with the way there.
// Nothing is shown while there is none, or while the server cannot be asked.

import { html, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { currentAuthor, isCitys, type Author } from "../../store/index.ts";
import { ApiError, engine, heldPage } from "../../sync/index.ts";
import { firstHeld } from "../model/held.ts";

/** The spaces this supervisor decides for. */
const decided = async ({ bureau, spaces }: Author): Promise<readonly string[]> =>
  (await isCitys(bureau)) ? spaces : spaces.filter((space) => space !== "common");

class HeldNote extends ScreenElement {
  private count = 0;
  #syncedAtMs = -1;

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
    if (lastSyncAtMs === this.#syncedAtMs) return;
    this.#syncedAtMs = lastSyncAtMs;
    this.attempt(() => this.ask());
  }

  private async ask(): Promise<void> {
    const author = await currentAuthor();
    if (author?.role !== "supervisor") return;
    try {
      const { counts } = await firstHeld(await decided(author), (space) => heldPage(space, "quarantined"));
      this.put({ count: counts.quarantined });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // no connection: asked again after the next round
    }
  }

  override render(): TemplateResult {
    if (this.count === 0) return html``;
    return banner("alarm", t("sup.held.note", { count: this.count }), html`<a class="button" href=${href("/held")} data-test="held-note-open">${t("sup.held.note_open")}</a>`, "held-note");
  }
}

define("sup-held-note", HeldNote);
