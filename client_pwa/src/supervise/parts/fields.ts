// <sup-fields>: what a finding says, field by field. Where two people wrote at once both versions
// stand side by side with who and when, until somebody chooses one.

import { html, nothing, type TemplateResult } from "lit";
import { resolveField, type FindingEdit } from "../../capture/index.ts";
import { readHeader } from "../../protocol/ops.ts";
import type { Field, FieldVersion } from "../../protocol/rows.ts";
import { KINDS } from "../../protocol/tables.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { badge, button } from "../../screen/parts.ts";
import type { FindingView } from "../../store/index.ts";
import { ApiError, opEntry } from "../../sync/index.ts";
import { nameOf, type Names } from "../model/names.ts";
import { fieldLabel } from "../model/summary.ts";

const SHOWN = KINDS["finding.edit"]!.editable as readonly (keyof FindingEdit)[];

interface Origin {
  readonly by: string;
  readonly deviceMs: number;
}

class Fields extends ScreenElement {
  #finding: FindingView | undefined;
  names: Names = new Map();
  mayChoose = false;
  private origins: ReadonlyMap<string, Origin> = new Map();

  set finding(finding: FindingView) {
    this.#finding = finding;
    const ops = finding.contested.flatMap((name) => versionsOf(finding.row.fields[name]!)).map((version) => version.op);
    for (const op of ops) if (!this.origins.has(op)) this.attempt(() => this.learn(op));
    this.requestUpdate();
  }

  /** Who wrote a version and when; without a connection that stays open. */
  private async learn(op: string): Promise<void> {
    try {
      const entry = await opEntry(op);
      const origin = { by: entry.by, deviceMs: readHeader(entry.header).time.wall_ms };
      this.put({ origins: new Map([...this.origins, [op, origin]]) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  private version(finding: FindingView, name: keyof FindingEdit, version: FieldVersion): TemplateResult {
    const origin = this.origins.get(version.op);
    return html`<li class="card stack stack-tight" data-test="version" data-op=${version.op}>
      <p class="sup-said">${String(version.v)}</p>
      <p class="soft">${origin ? html`<strong>${nameOf(this.names, origin.by)}</strong> <span class="digits">${dateTimeOf(origin.deviceMs)}</span>` : t("sup.version.unknown")}</p>
      ${this.mayChoose ? button(t("sup.version.choose"), () => this.attempt(() => resolveField(finding.id, name, String(version.v))), { test: `choose-${name}` }) : nothing}
    </li>`;
  }

  private line(finding: FindingView, name: keyof FindingEdit): TemplateResult | typeof nothing {
    const value = finding.row.fields[name];
    if (!value) return finding.gaps.includes(name as never) ? html`<div><dt>${fieldLabel(name)}</dt><dd>${badge("todo", t("field.missing"))}</dd></div>` : nothing;
    const versions = versionsOf(value);
    if (versions.length === 1) return html`<div><dt>${fieldLabel(name)}</dt><dd class="sup-said" data-test=${`value-${name}`}>${String(value.v)}</dd></div>`;
    return html`<div class="sup-contested" data-test=${`contested-${name}`}><dt>${fieldLabel(name)} ${badge("alarm", t("sup.contested"), "people")}</dt>
      <dd><ul class="sup-versions">${versions.map((version) => this.version(finding, name, version))}</ul></dd></div>`;
  }

  override render(): TemplateResult {
    const finding = this.#finding;
    if (!finding) return html``;
    const basis = finding.basis;
    return html`<dl class="facts">
      ${SHOWN.map((name) => this.line(finding, name))}
      <div><dt>${t("sup.field_name.basis")}</dt><dd data-test="value-basis">${basis ? `${basis.law} ${basis.article} (${basis.version})` : t("sup.none")}</dd></div>
    </dl>`;
  }
}

const versionsOf = (field: Field): FieldVersion[] => [{ op: field.op, v: field.v }, ...(field.others ?? [])];

define("sup-fields", Fields);
