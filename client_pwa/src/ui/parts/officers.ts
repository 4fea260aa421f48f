// The second officer: the last partner is chosen and shown, with licence; one tap to change.

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { badge, banner, button, section } from "../../screen/parts.ts";
import { today, type PersonView } from "../../store/index.ts";
import type { Partners } from "../partners.ts";

export interface OfficerPicker {
  readonly partners: Partners;
  readonly chosen: string;
  readonly open: boolean;
  readonly missing: boolean;
  readonly toggle: () => void;
  readonly pick: (person: string) => void;
}

/** A licence that does not cover today is said, never a stop: the server flags what it cannot prove. */
export const licensedToday = (person: PersonView): boolean =>
  person.licenceNumber !== "" && person.licenceFrom <= today() && today() <= person.licenceUntil;

const licence = (person: PersonView): TemplateResult =>
  licensedToday(person)
    ? html`<span class="soft digits">${person.licenceNumber}</span>`
    : badge("todo", t("officer.licence_unproven"), "attention");

const line = (person: PersonView): TemplateResult => html`
  <span class="tile" aria-hidden="true">${icon("person")}</span>
  <span class="grow stack stack-tight"><span class="strong">${person.name}</span>${licence(person)}</span>`;

export function officerPicker(picker: OfficerPicker): TemplateResult {
  const { near, far } = picker.partners;
  const chosen = [...near, ...far].find((one) => one.id === picker.chosen);
  const choice = (one: PersonView): TemplateResult => html`<button type="button" class="card row" data-test="partner-choice" data-person=${one.id} @click=${() => picker.pick(one.id)}>${line(one)}</button>`;
  const offered = (all: readonly PersonView[]): TemplateResult[] => all.filter((one) => one.id !== picker.chosen).map(choice);
  return section(t("officer.second"), html`<div class="stack">
    ${picker.missing ? banner("alarm", t("officer.missing"), nothing, "partner-missing") : nothing}
    ${chosen ? html`<div class="card row" data-test="partner" data-person=${chosen.id}>${line(chosen)}${button(t("officer.change"), picker.toggle, { test: "partner-change" })}</div>` : nothing}
    ${picker.open
      ? html`<div class="stack">${offered(near)}
          ${far.length > 0 ? html`<details class="card"><summary data-test="partner-others">${t("officer.others")}</summary><div class="stack">${offered(far)}</div></details>` : nothing}</div>`
      : nothing}
  </div>`);
}
