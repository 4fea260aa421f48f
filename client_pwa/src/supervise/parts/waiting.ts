// <sup-waiting>, <sup-waiting-held>: behind an entry of the navigation, how much waits there for this person.
// The same numbers as on the pages themselves; nothing is shown while there is none.

import { html, nothing, type TemplateResult } from "lit";
import { CLOSABLE } from "../../protocol/lifecycle.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { LiveScreen } from "../../screen/live.ts";
import { chainsWaiting, currentAuthor, openFindings, type Author } from "../../store/index.ts";
import { heldCount } from "../model/waiting.ts";
import { BoardNote } from "./board-note.ts";

const mark = (count: number): TemplateResult | typeof nothing =>
  count === 0 ? nothing : html`<span class="side-count digits" data-test="waits" data-count=${count} aria-label=${t("sup.nav.waits", { count })}>${count}</span>`;

const COUNTS = {
  closing: async () => (await openFindings({ states: CLOSABLE })).length,
  phones: async () => (await chainsWaiting()).filter((chain) => chain.pending.length === 0).length,
} as const;

class Waiting extends LiveScreen {
  of: keyof typeof COUNTS = "closing";
  private count = 0;

  protected override async read(): Promise<void> {
    this.count = (await currentAuthor())?.role === "supervisor" ? await COUNTS[this.of]() : 0;
  }

  protected override view(): TemplateResult {
    return html`${mark(this.count)}`;
  }

  override render(): TemplateResult {
    return this.view(); // in a line of the navigation nothing says that it is being read
  }
}

class WaitingHeld extends BoardNote {
  private count = 0;

  protected override async ask(author: Author): Promise<void> {
    this.put({ count: await heldCount(author) });
  }

  override render(): TemplateResult {
    return html`${mark(this.count)}`;
  }
}

define("sup-waiting", Waiting);
define("sup-waiting-held", WaitingHeld);
