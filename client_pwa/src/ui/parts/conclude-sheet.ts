// <lh-conclude>: what is still open, the conclusions that what was recorded bears out, and one
// more tap for the chosen one: a concluded inspection is not opened again.

import { html, nothing, type TemplateResult } from "lit";
import { conclusionsFor, concludeInspection, untreatedFindings, type Conclusion } from "../../capture/index.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner, button, chips } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import type { FindingView, InspectionView } from "../../store/index.ts";

const numbers = (findings: readonly FindingView[]): string => findings.map((one) => one.number).join(t("list.comma"));

class Conclude extends ScreenElement {
  one: InspectionView | undefined;
  done: () => void = () => undefined;
  chosen: Conclusion | "" = "";
  busy = false;

  private conclude(id: string, conclusion: Conclusion): void {
    if (this.busy) return;
    this.put({ busy: true });
    this.attempt(async () => {
      try {
        await concludeInspection(id, conclusion);
        this.done();
      } finally {
        this.put({ busy: false });
      }
    });
  }

  /** Named one by one: concluding stays possible, but nobody overlooks them. */
  private open(one: InspectionView): TemplateResult[] {
    const untreated = untreatedFindings(one);
    const late = one.findings.filter(({ id }) => one.unrecorded.includes(id));
    return [
      ...(untreated.length > 0 ? [banner("todo", t("conclude.untreated", { numbers: numbers(untreated) }),
        html`<a class="button" href=${href(`/inspections/${one.id}/order`)}>${t("capture.order")}</a>`, "conclude-untreated")] : []),
      ...(late.length > 0 ? [banner("todo", t("conclude.late", { numbers: numbers(late) }),
        html`<a class="button" href=${href(`/inspections/${one.id}/supplement`)}>${t("capture.supplement")}</a>`, "conclude-late")] : []),
      ...(one.loosePhotos.length > 0 ? [banner("todo", t("tray.count", { count: one.loosePhotos.length }),
        html`<a class="button" href=${href(`/inspections/${one.id}/tray`)}>${t("conclude.assign")}</a>`, "conclude-loose")] : []),
    ];
  }

  override render(): TemplateResult | typeof nothing {
    const { one, chosen } = this;
    if (!one) return nothing;
    const choices = conclusionsFor(one).map((value) => ({ value, text: t(`conclusion.${value}`), test: `conclude-${value}` }));
    return html`<div class="stack">
      ${this.open(one)}
      <p>${t("inspection.conclude_hint")}</p>
      ${chips(t("inspection.conclude"), choices, chosen, (value) => this.put({ chosen: value }))}
      ${chosen ? html`<p class="soft">${t("conclude.final")}</p>
        ${button(t("conclude.confirm", { conclusion: t(`conclusion.${chosen}`) }), () => this.conclude(one.id, chosen), { kind: "primary", wide: true, icon: "check", disabled: this.busy, test: "conclude-confirm" })}` : nothing}
    </div>`;
  }
}

define("lh-conclude", Conclude);
