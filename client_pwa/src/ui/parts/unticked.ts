// What will stand as 否 in the record if the inspection begins now, asked about once: go back and
// tick, or begin as it is.

import { html, type TemplateResult } from "lit";
import { t } from "../../screen/i18n.ts";
import { button, sheet } from "../../screen/parts.ts";

export interface Ticked {
  readonly shown: boolean;
  readonly recorder: boolean;
  readonly scanned: boolean;
}

/** Scanning the enterprise's code is no duty of every inspection: it is named, but alone asks nothing. */
export const asksFirst = ({ shown, recorder }: Ticked): boolean => !shown || !recorder;

function saidNo({ shown, recorder, scanned }: Ticked): string[] {
  return [
    ...(shown ? [] : [t("arrival.no_id"), t("arrival.no_rights")]),
    ...(recorder ? [] : [t("arrival.no_recorder")]),
    ...(scanned ? [] : [t("arrival.no_code")]),
  ];
}

export const untickedSheet = (ticked: Ticked, begin: () => void, back: () => void, busy: boolean): TemplateResult =>
  sheet(t("arrival.unticked"), html`
    <p>${t("arrival.unticked_hint")}</p>
    <ul class="said-no">${saidNo(ticked).map((line) => html`<li class="strong">${line}</li>`)}</ul>
    ${button(t("arrival.go_back"), back, { kind: "primary", wide: true, test: "begin-not" })}
    ${button(t("arrival.begin_anyway"), begin, { wide: true, disabled: busy, test: "begin-anyway" })}
  `, back, "unticked");
