// The written part of a hazard: place, what it is, grade, basis, requirement. 一般 is the default;
// 重大 opens the criterion, which it needs before signing.

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../screen/i18n.ts";
import { badge, banner, chips, field } from "../../screen/parts.ts";
import type { HazardDraft } from "../hazard-draft.ts";

type Text = "place" | "description" | "requirement" | "criterion";
const LONGEST: Readonly<Record<Text, number>> = { place: 200, description: 2000, requirement: 1000, criterion: 500 };

export function hazardFields(value: HazardDraft, change: (fields: Partial<HazardDraft>) => void): TemplateResult {
  const typed = (name: Text) => (event: Event): void => change({ [name]: (event.target as HTMLInputElement).value });
  const area = (name: Text): TemplateResult => field(name, t(`hazard.${name}`),
    (id) => html`<textarea id=${id} rows="3" maxlength=${LONGEST[name]} .value=${value[name]} data-test="hazard-${name}" @input=${typed(name)}></textarea>`);
  return html`
    ${area("description")}
    ${value.basis ? html`<div class="basis" data-test="basis">${badge("plain", t("hazard.basis"), "book")}
      <p>${value.basis.law} ${value.basis.article}</p><p class="soft">${value.basis.version}</p></div>` : nothing}
    ${field("place", t("hazard.place"), (id) => html`<input id=${id} maxlength=${LONGEST.place} autocomplete="off" placeholder=${t("hazard.place_hint")} .value=${value.place} data-test="hazard-place" @input=${typed("place")} />`)}
    <div class="field"><span class="strong">${t("hazard.grade")}</span>
      ${chips(t("hazard.grade"), [{ value: "general", text: t("grade.general_short"), test: "grade-general" }, { value: "major", text: t("grade.major_short"), test: "grade-major" }], value.grade,
        (grade) => change({ grade: grade as HazardDraft["grade"] }))}</div>
    ${value.grade === "major" ? html`${banner("todo", t("hazard.criterion_needed"))}${area("criterion")}` : nothing}
    ${area("requirement")}
    ${value.basis ? nothing : basisFields(value, change)}
  `;
}

/** Typed in by hand where no phrase gives the basis; all three parts or none. */
function basisFields(_value: HazardDraft, change: (fields: Partial<HazardDraft>) => void): TemplateResult {
  const read = (form: HTMLElement): void => {
    const part = (name: string): string => (form.querySelector(`#field-${name}`) as HTMLInputElement).value.trim();
    const basis = { law: part("law"), article: part("article"), version: part("version") };
    if (basis.law && basis.article && basis.version) change({ basis });
  };
  const line = (name: "law" | "article" | "version"): TemplateResult => field(name, t(`basis.${name}`),
    (id) => html`<input id=${id} maxlength="60" autocomplete="off" data-test="basis-${name}" @change=${(event: Event) => read((event.target as HTMLElement).closest("details") as HTMLElement)} />`);
  return html`<details class="card"><summary data-test="basis-open">${t("basis.by_hand")}</summary><div class="stack">${line("law")}${line("article")}${line("version")}</div></details>`;
}
