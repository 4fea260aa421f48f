// What a transfer brought, by file or by code.

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { href } from "../../screen/router.ts";
import type { Arrival } from "../../sync/index.ts";

export const arrived = (arrival: Arrival): TemplateResult => html`
  <section class="verdict verdict-done" data-test="carry-taken" data-ops=${arrival.ops} data-blobs=${arrival.blobs} data-known=${arrival.known}>
    ${icon("check")}<div class="stack stack-tight"><h2 aria-live="polite">${t("carry.taken")}</h2>
    <p>${t("carry.taken.people", { names: arrival.people.join(t("list.comma")) })}</p>
    <p>${t("carry.taken.new", { ops: arrival.ops, blobs: arrival.blobs })}</p>
    ${arrival.known > 0 ? html`<p>${t("carry.taken.known", { count: arrival.known })}</p>` : nothing}
    <p>${t("carry.taken.next")}</p></div></section>
  <a class="button button-wide" href=${href("/carry")} data-test="carry-see">${t("carry.taken.done")}</a>
`;
