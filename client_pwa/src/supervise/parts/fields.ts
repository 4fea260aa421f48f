// <sup-fields>: what a finding says, field by field. Where people wrote at once their versions stand
// side by side above the rest, until somebody chooses one.

import { html, nothing, type TemplateResult } from "lit";
import { resolveField } from "../../capture/index.ts";
import type { Json } from "../../protocol/rows.ts";
import { KINDS } from "../../protocol/tables.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { badge } from "../../screen/parts.ts";
import { contested, wordsOfValue } from "../../screen/versions.ts";
import type { FindingView } from "../../store/index.ts";
import { fieldLabel } from "../model/summary.ts";

const SHOWN: readonly string[] = [...KINDS["finding.edit"]!.editable!, "basis"];

class Fields extends ScreenElement {
  #finding: FindingView | undefined;
  mayChoose = false;

  set finding(finding: FindingView) {
    this.#finding = finding;
    this.requestUpdate();
  }

  private line(finding: FindingView, name: string): TemplateResult | typeof nothing {
    const field = finding.row.fields[name];
    if (finding.contested.includes(name)) return nothing;
    if (field) return html`<div><dt>${fieldLabel(name)}</dt><dd class="sup-said" data-test=${`value-${name}`}>${wordsOfValue(name, field.v)}</dd></div>`;
    return finding.gaps.includes(name as never) ? html`<div><dt>${fieldLabel(name)}</dt><dd>${badge("todo", t("field.missing"))}</dd></div>` : nothing;
  }

  override render(): TemplateResult {
    const finding = this.#finding;
    if (!finding) return html``;
    const choose = this.mayChoose ? (name: string, value: Json): Promise<unknown> => resolveField(finding.id, name, value) : undefined;
    return html`${contested(finding, choose)}
      <dl class="facts">${SHOWN.map((name) => this.line(finding, name))}</dl>`;
  }
}

define("sup-fields", Fields);
