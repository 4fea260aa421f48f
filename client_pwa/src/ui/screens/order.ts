// 责令限期整改: each hazard with its requirement and a date of its own. No date is ever filled in
// by itself. Then the order as rendered, the signatures, and it is issued on the spot.

import { html, nothing, type TemplateResult } from "lit";
import { CaptureError, issueOrder, renderOrder, type OrderItem, type Rendering } from "../../capture/index.ts";
import { deadlineDoubt, plusDays } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, empty, section, sheet } from "../../screen/parts.ts";
import { query } from "../../screen/router.ts";
import { enterprise, inspection, person, today, type FindingView, type InspectionView, type PersonView } from "../../store/index.ts";
import { Draft } from "../draft.ts";
import { bodyToMend, itemsOf, mending } from "../mending.ts";
import { deadlineChips, orderItem, type ItemFields } from "../parts/order-item.ts";
import { Signers } from "../parts/signers.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";
import "../parts/rendering.ts";

const ORDERABLE = ["confirmed", "measures_taken", "failed"];

class Order extends LiveScreen {
  one: InspectionView | undefined;
  officers: readonly PersonView[] = [];
  draft = new Draft<{ items: Readonly<Record<string, ItemFields>> }>("", { items: {} });
  rendering: Rendering | undefined;
  busy = false;
  /** A date is more than a year away: whether it is meant was asked. */
  asking = false;
  signers = new Signers("recipient", () => this.requestUpdate());
  #loaded = false;

  protected override async read(): Promise<void> {
    if (this.busy) return;
    this.one = await inspection(this.params["id"] ?? "");
    if (!this.one) return;
    const ids = [me().person, ...this.one.officers.filter((id) => id !== me().person)];
    this.officers = (await Promise.all(ids.map((id) => person(id)))).filter((one) => one !== undefined);
    if (this.#loaded) return;
    this.draft = new Draft(`order/${this.one.id}${query("only")}`, { items: await this.itemsToMend() });
    await this.draft.load();
    this.signers.outsider = (await enterprise(this.one.enterprise))?.head ?? "";
    this.#loaded = true;
  }

  /** The items of the order that was not accepted, to be corrected; what it did not order stays out. */
  private async itemsToMend(): Promise<Readonly<Record<string, ItemFields>>> {
    const old = itemsOf(await bodyToMend(), "items");
    if (old.length === 0) return {};
    const left = Object.fromEntries((this.one?.findings ?? []).map((one) => [one.id, { requirement: one.requirement, deadline: "", left_out: true }]));
    const items = old.map((item) => [String(item["finding"]), { requirement: String(item["requirement"]), deadline: String(item["deadline"]) }]);
    return { ...left, ...Object.fromEntries(items) };
  }

  private get candidates(): readonly FindingView[] {
    const only = query("only");
    return (this.one?.findings ?? []).filter((finding) => ORDERABLE.includes(finding.state) && (only === "" || finding.id === only));
  }

  private item(finding: FindingView): ItemFields {
    return this.draft.value.items[finding.id] ?? { requirement: finding.requirement, deadline: "" };
  }

  private get chosen(): readonly FindingView[] {
    return this.candidates.filter((finding) => !this.item(finding).left_out);
  }

  private change(finding: FindingView, fields: Partial<ItemFields>): void {
    const items = { ...this.draft.value.items, [finding.id]: { ...this.item(finding), ...fields } };
    this.attempt(() => this.draft.change({ items }));
    this.requestUpdate();
  }

  private forAll(deadline: string): void {
    for (const finding of this.chosen) if (!this.item(finding).deadline) this.change(finding, { deadline });
  }

  private get items(): OrderItem[] {
    return this.chosen.map((finding) => ({ finding: finding.id, requirement: this.item(finding).requirement.trim(), deadline: this.item(finding).deadline }));
  }

  private get complete(): boolean {
    return this.items.length > 0 && this.items.every((item) => item.requirement !== "" && item.deadline >= today());
  }

  private get far(): readonly OrderItem[] {
    return this.items.filter((item) => deadlineDoubt(item.deadline, today()) === "far");
  }

  private farSheet(): TemplateResult {
    const back = (): void => this.put({ asking: false });
    return sheet(t("order.far_title"), html`
      <ul class="said-no">${this.far.map((item) => html`<li class="strong">${this.chosen.find((one) => one.id === item.finding)?.number} ${item.deadline}</li>`)}</ul>
      ${button(t("order.change"), back, { kind: "primary", wide: true, test: "far-change" })}
      ${button(t("order.far_meant"), () => this.attempt(() => this.show()), { wide: true, test: "far-meant" })}`, back, "order-far");
  }

  private async show(): Promise<void> {
    if (this.far.length > 0 && !this.asking) return this.put({ asking: true });
    this.put({ asking: false });
    this.signers.forget(); // signatures drawn under an earlier text
    this.put({ rendering: await renderOrder(this.one?.id ?? "", this.items) });
    scrollTo(0, 0);
  }

  private async issue(): Promise<void> {
    const { one, rendering } = this;
    if (!one || !rendering) return;
    this.put({ busy: true });
    try {
      await issueOrder(one.id, { items: this.items, rendering, signatures: this.signers.drawn(this.officers, true) }, mending());
    } catch (reason) {
      if (reason instanceof CaptureError && reason.code === "rendering_outdated") this.put({ rendering: undefined });
      throw reason;
    } finally {
      this.put({ busy: false });
    }
    await this.draft.drop();
    say(this, t("order.saved"));
    this.leaveFor(`/inspections/${one.id}`);
  }

  private itemsView(): TemplateResult {
    const undated = this.chosen.filter((finding) => !this.item(finding).deadline).length;
    return html`<div class="page" data-test="order-items">
      ${this.candidates.length === 0 ? empty("order", t("order.none")) : nothing}
      ${undated > 1 ? section(t("order.all"), html`<div class="card stack"><p class="soft">${t("order.all_hint", { count: undated })}</p>${deadlineChips(t("order.all"), "", (days) => this.forAll(plusDays(today(), days)), "all")}</div>`) : nothing}
      <div class="stack">${this.candidates.map((finding) => orderItem(finding, this.item(finding), (fields) => this.change(finding, fields)))}</div>
    </div>
    <div class="bottombar">
      ${this.complete ? nothing : html`<p class="soft centred" role="status">${t("order.incomplete", { count: this.items.filter((item) => !item.requirement || item.deadline < today()).length })}</p>`}
      ${button(t("order.preview"), () => this.attempt(() => this.show()), { kind: "primary", wide: true, icon: "order", disabled: !this.complete, test: "order-preview" })}
    </div>
    ${this.asking ? this.farSheet() : nothing}`;
  }

  private signView(rendering: Rendering): TemplateResult {
    const mine = this.signers.images.has(me().person);
    return html`<div class="page" data-test="order-sign">
      ${section(t("sign.read"), html`<div class="paper"><lh-rendering .html=${rendering.html} data-test="rendering" data-sha256=${rendering.sha256}></lh-rendering></div>`,
        button(t("order.change"), () => this.put({ rendering: undefined }), { kind: "quiet", test: "order-change" }))}
      ${section(t("sign.officers"), html`<div class="stack">${this.signers.officerPads(this.officers)}</div>`)}
      ${section(t("signature.recipient"), this.signers.outsiderPad())}
      ${this.signers.outsiderSigned ? nothing : banner("todo", t("order.not_received"))}
    </div>
    <div class="bottombar">
      ${button(t("order.issue"), () => this.attempt(() => this.issue()), { kind: "primary", wide: true, icon: "sign", disabled: !mine || this.busy, test: "order-issue" })}
      ${mine ? nothing : html`<p class="soft centred">${t("order.needs")}</p>`}
    </div>`;
  }

  protected override view(): TemplateResult {
    if (!this.one) return html`<div class="page">${empty("search", t("inspection.unknown"))}</div>`;
    return this.rendering ? this.signView(this.rendering) : this.itemsView();
  }
}

define("lh-order", Order);
