// <lh-finding-choice>: which other hazard of the same inspection this one repeats.

import { html, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { field } from "../../screen/parts.ts";
import { inspection, type FindingView } from "../../store/index.ts";

const GONE = ["withdrawn", "duplicate"];

class FindingChoice extends ScreenElement {
  of: FindingView | undefined;
  others: readonly FindingView[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.attempt(async () => {
      const all = (await inspection(this.of?.inspection ?? ""))?.findings ?? [];
      this.put({ others: all.filter((one) => one.id !== this.of?.id && !GONE.includes(one.state)) });
    });
  }

  override render(): TemplateResult {
    return field("other", t("action.duplicate_of"), (id) => html`<select id=${id} name="other" required data-test="duplicate-of">
      ${this.others.map((one) => html`<option value=${one.id}>${one.number} ${one.description}</option>`)}
    </select>`);
  }
}

define("lh-finding-choice", FindingChoice);
