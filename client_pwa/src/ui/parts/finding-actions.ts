// What an officer may do with a hazard besides editing: fixed on the spot, measures, withdraw,
// mark as duplicate, propose closing. Each asks for its reason in a sheet and says so in the op.

import { html, nothing, type TemplateResult } from "lit";
import { fixOnSpot, markDuplicate, proposeClose, takeMeasures, withdraw } from "../../capture/index.ts";
import { t } from "../../screen/i18n.ts";
import { button, field, sheet, submit } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import type { FindingView } from "../../store/index.ts";
import "./finding-choice.ts";

export type ActionName = "" | "fix" | "measures" | "withdraw" | "duplicate" | "close";

interface Actions {
  readonly open: (action: ActionName) => void;
  readonly act: (action: () => Promise<unknown>) => void;
}

const EDITABLE = ["draft", "confirmed", "measures_taken"];
const OPEN = ["draft", "confirmed", "measures_taken", "ordered", "extension_requested", "extension_granted", "extension_denied", "rectification_claimed", "failed", "closure_proposed"];

function does(one: FindingView, action: ActionName, entered: FormData): () => Promise<unknown> {
  const reason = String(entered.get("reason") ?? "").trim();
  if (action === "fix") return () => fixOnSpot(one.id, { note: reason, photos: [] });
  if (action === "measures") return () => takeMeasures(one.id, reason);
  if (action === "withdraw") return () => withdraw(one.id, reason);
  if (action === "close") return () => proposeClose(one.id, reason);
  return () => markDuplicate(one.id, { duplicateOf: String(entered.get("other") ?? ""), reason });
}

function reasonSheet(one: FindingView, action: Exclude<ActionName, "">, actions: Actions): TemplateResult {
  return sheet(t(`action.${action}`), html`<form class="stack" @submit=${(event: SubmitEvent) => {
    event.preventDefault();
    actions.act(does(one, action, new FormData(event.target as HTMLFormElement)));
  }}>
    ${action === "duplicate" ? html`<lh-finding-choice .of=${one}></lh-finding-choice>` : nothing}
    ${field("reason", t(`action.${action}_why`), (id) => html`<textarea id=${id} name="reason" rows="3" maxlength="500" required data-test="reason"></textarea>`)}
    ${submit(t("do.confirm"), "action-confirm")}
  </form>`, () => actions.open(""), "action-sheet");
}

export function findingActions(one: FindingView, open: ActionName, actions: Actions): TemplateResult {
  const offer = (action: Exclude<ActionName, "">): TemplateResult =>
    button(t(`action.${action}`), () => actions.open(action), { kind: action === "withdraw" ? "danger" : "plain", test: `action-${action}` });
  return html`<div class="actions">
    ${EDITABLE.includes(one.state) ? html`<a class="button" href=${href(`/findings/${one.id}/edit`)} data-test="edit">${t("action.edit")}</a>` : nothing}
    ${one.state === "confirmed" ? html`${offer("fix")}${offer("measures")}` : nothing}
    ${OPEN.includes(one.state) ? html`${offer("duplicate")}${offer("withdraw")}` : nothing}
  </div>
  ${open ? reasonSheet(one, open, actions) : nothing}`;
}
