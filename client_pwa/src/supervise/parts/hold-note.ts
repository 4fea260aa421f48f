// <sup-hold-note>: on the board, that a station has not confirmed what a case needs, or is about to
// delete it. Nothing is shown while all is well, or while the server cannot be asked.

import { html, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import type { Author } from "../../store/index.ts";
import { holdsOf } from "../../sync/index.ts";
import { BoardNote } from "./board-note.ts";

/** The service works it out anew each time. */
const LOOK_MS = 60_000;

class HoldNote extends BoardNote {
  private unconfirmed = 0;
  private near = 0;

  constructor() {
    super(LOOK_MS);
  }

  protected override async ask({ bureau }: Author): Promise<void> {
    const { unconfirmed, near } = await holdsOf(bureau);
    this.put({ unconfirmed, near });
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
