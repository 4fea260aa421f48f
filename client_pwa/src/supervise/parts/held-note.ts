// <sup-held-note>: on the board, how many records wait for a supervisor's decision, with the way there.
// Nothing is shown while there is none, or while the server cannot be asked.

import { html, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { isCitys, type Author } from "../../store/index.ts";
import { heldPage } from "../../sync/index.ts";
import { firstHeld } from "../model/held.ts";
import { BoardNote } from "./board-note.ts";

/** The spaces this supervisor decides for. */
const decided = async ({ bureau, spaces }: Author): Promise<readonly string[]> =>
  (await isCitys(bureau)) ? spaces : spaces.filter((space) => space !== "common");

class HeldNote extends BoardNote {
  private count = 0;

  protected override async ask(author: Author): Promise<void> {
    const { counts } = await firstHeld(await decided(author), (space) => heldPage(space, "quarantined"));
    this.put({ count: counts.quarantined });
  }

  override render(): TemplateResult {
    if (this.count === 0) return html``;
    return banner("alarm", t("sup.held.note", { count: this.count }), html`<a class="button" href=${href("/held")} data-test="held-note-open">${t("sup.held.note_open")}</a>`, "held-note");
  }
}

define("sup-held-note", HeldNote);
