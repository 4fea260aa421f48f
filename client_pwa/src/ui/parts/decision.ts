// <lh-decision>: what a supervisor decided on an own record, in their words. Fetched once there is a
// connection; until then only the outcome is known here.

import { html, nothing, type TemplateResult } from "lit";
import { readHeader } from "../../protocol/ops.ts";
import { readBody } from "../../protocol/upcast.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { person } from "../../store/index.ts";
import { ApiError, engine, opEntry } from "../../sync/index.ts";

interface Told {
  readonly name: string;
  readonly reason: string;
  readonly atMs: number;
}

class DecisionNote extends ScreenElement {
  #op = "";
  private told: Told | undefined;

  constructor() {
    super();
    this.watch(engine.subscribe, () => !this.told && engine.status().online && this.learn());
  }

  set op(op: string) {
    if (op === this.#op) return;
    this.#op = op;
    this.told = undefined;
    this.learn();
  }

  private learn(): void {
    this.attempt(async () => {
      try {
        const entry = await opEntry(this.#op);
        if (!entry.kind.startsWith("ruling.")) return;
        const name = (await person(entry.by))?.name ?? entry.by;
        this.put({ told: { name, reason: String(readBody(entry)["reason"]), atMs: readHeader(entry.header).time.wall_ms } });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    });
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.told) return nothing;
    const { name, reason, atMs } = this.told;
    return html`<p data-test="decision"><strong>${t("outbox.decided_by", { name })}</strong> ${reason} <span class="soft digits">${dateTimeOf(atMs)}</span></p>`;
  }
}

define("lh-decision", DecisionNote);
