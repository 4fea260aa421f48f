// <sup-held-note>: on the board, how many records wait for a supervisor's decision, with the way there.
// Nothing is shown while there is none, or while the server cannot be asked.

import { html, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import type { Author } from "../../store/index.ts";
import { heldCount } from "../model/waiting.ts";
import { BoardNote } from "./board-note.ts";

class HeldNote extends BoardNote {
  private count = 0;

  protected override async ask(author: Author): Promise<void> {
    this.put({ count: await heldCount(author) });
  }

  override render(): TemplateResult {
    if (this.count === 0) return html``;
    return banner("alarm", t("sup.held.note", { count: this.count }), html`<a class="button" href=${href("/held")} data-test="held-note-open">${t("sup.held.note_open")}</a>`, "held-note");
  }
}

define("sup-held-note", HeldNote);
