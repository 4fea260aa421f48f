// <sup-receipt>: one operation as it stands in the log: the checks this browser made, each with ✔ or
// ✘, and below them the exact header, body and leaf record.

import { html, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { problemLabel } from "../../screen/labels.ts";
import { badge, banner, button, facts } from "../../screen/parts.ts";
import { ApiError, type TimelineEntry } from "../../sync/index.ts";
import { CHECKS, type Checked, type CheckName } from "../model/checks.ts";
import { checkEntry } from "../model/evidence.ts";

/** JSON with line breaks for reading; the bytes that count are the text as it came. */
const readable = (text: string): string => JSON.stringify(JSON.parse(text), undefined, 2);

class Receipt extends ScreenElement {
  #entry: TimelineEntry | undefined;
  private result: Checked | undefined;
  private failure = "";

  set entry(entry: TimelineEntry) {
    if (entry.op === this.#entry?.op) return;
    this.#entry = entry;
    this.verify(entry);
  }

  private verify(entry: TimelineEntry): void {
    this.attempt(async () => {
      try {
        this.put({ result: await checkEntry(entry), failure: "" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.put({ failure: error.code });
      }
    });
  }

  private check(name: CheckName): TemplateResult {
    const held = this.result?.[name];
    const [mark, tone] = this.result === undefined ? ["…", "plain"] as const
      : held === undefined ? ["–", "todo"] as const : held ? ["✔", "done"] as const : ["✘", "alarm"] as const;
    return html`<li class="sup-check sup-check-${tone}" data-test=${`check-${name}`} data-held=${String(held)}>
      <span class="sup-check-mark" aria-hidden="true">${mark}</span>
      <span>${t(`sup.check.${name}` as Key)}${held === undefined && this.result ? html` · ${t("sup.check.unknown")}` : ""}</span></li>`;
  }

  override render(): TemplateResult {
    const entry = this.#entry;
    if (!entry) return html``;
    const failed = this.result && CHECKS.some((name) => this.result![name] === false);
    return html`<div class="sup-receipt stack" data-test="receipt">
      ${failed ? badge("alarm", t("sup.check.failed"), "attention", "receipt-failed") : ""}
      ${this.failure ? html`${banner("todo", t("sup.receipt.offline"), problemLabel(this.failure), "receipt-offline")}
        ${button(t("do.retry"), () => this.verify(entry), { test: "receipt-retry" })}` : ""}
      <ul class="sup-checks">${CHECKS.map((name) => this.check(name))}</ul>
      ${facts([
        [t("sup.receipt.op"), html`<code class="sup-digest" data-test="receipt-op">${entry.op}</code>`],
        [t("sup.receipt.index"), String(entry.receipt.index)],
        [t("sup.receipt.origin"), html`<code class="sup-digest">${entry.receipt.origin}</code>`],
      ])}
      ${(["header", "body", "leaf"] as const).map((part) => html`<details class="sup-text" data-test=${`receipt-${part}`}>
        <summary>${t(`sup.receipt.${part}`)}</summary>
        <pre tabindex="0">${readable(part === "leaf" ? entry.receipt.leaf : entry[part])}</pre></details>`)}
    </div>`;
  }
}

define("sup-receipt", Receipt);
