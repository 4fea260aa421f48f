// Sign what you see: the record as rendered, in large print, then signatures on this phone, or a
// refusal with its reason and witness. What is missing stands above with one tap to each gap.
// The supplementary record (findings made after the first) is the same screen.

import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { CaptureError, refuseSignature, renderRecord, signInspection, signSupplement, type Rendering } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, chips, empty, field, section } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { enterprise, inspection, person, type FindingView, type InspectionView, type PersonView } from "../../store/index.ts";
import { mending } from "../mending.ts";
import { gapKey } from "../parts/finding-card.ts";
import { refusalChoices } from "../parts/reasons.ts";
import { Signers } from "../parts/signers.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";
import "../parts/rendering.ts";

const GONE = ["withdrawn", "duplicate"];

class Sign extends LiveScreen {
  one: InspectionView | undefined;
  officers: readonly PersonView[] = [];
  rendering: Rendering | undefined;
  refused = false;
  reason = "";
  witness = "";
  busy = false;
  signers = new Signers("site_head", () => this.requestUpdate());

  private get supplementary(): boolean {
    return this.params["which"] === "supplement";
  }

  protected override async read(): Promise<void> {
    if (this.busy) return;
    this.one = await inspection(this.params["id"] ?? "");
    if (!this.one) return;
    const ids = [me().person, ...this.one.officers.filter((id) => id !== me().person)];
    this.officers = (await Promise.all(ids.map((id) => person(id)))).filter((one) => one !== undefined);
    if (!this.signers.outsider) this.signers.outsider = (await enterprise(this.one.enterprise))?.head ?? "";
    await this.renderAgain(this.one.id);
  }

  /**
   * The text stays as it is shown, its time included, while people read and sign it. If the record changed, the new
   * text is shown and every signature is asked for again: nobody's name goes under what they did not see.
   */
  private async renderAgain(id: string): Promise<void> {
    if (this.incomplete.length > 0) return void (this.rendering = undefined);
    const shown = this.rendering;
    const same = shown && (await renderRecord(id, this.supplementary, shown.atMs)).sha256 === shown.sha256;
    if (same) return;
    this.rendering = await renderRecord(id, this.supplementary);
    if (this.signers.forget()) this.attempt(() => Promise.reject(new CaptureError("rendering_outdated")));
  }

  private get incomplete(): readonly FindingView[] {
    const listed = (this.one?.findings ?? []).filter((finding) => !GONE.includes(finding.state));
    const asked = this.supplementary ? listed.filter((finding) => this.one?.unrecorded.includes(finding.id)) : listed;
    return asked.filter((finding) => finding.gaps.length > 0);
  }

  private get complete(): boolean {
    const mine = this.signers.images.has(me().person);
    return mine && (this.refused ? this.reason.trim() !== "" : this.signers.outsiderSigned);
  }

  private async finish(): Promise<void> {
    const { one, rendering } = this;
    if (!one || !rendering) return;
    this.put({ busy: true });
    try {
      const signatures = this.signers.drawn(this.officers, !this.refused);
      if (this.supplementary) await signSupplement(one.id, { rendering, signatures }, mending());
      else if (this.refused) await refuseSignature(one.id, { rendering, signatures, reason: this.reason.trim(), ...this.witnessed(one) }, mending());
      else await signInspection(one.id, { rendering, signatures }, mending());
    } finally {
      this.put({ busy: false });
      this.refresh();
    }
    say(this, t(this.refused ? "sign.refusal_saved" : "sign.saved"));
    this.leaveFor(`/inspections/${one.id}`);
  }

  /** The witness if named, and the running clip that covers the refusal. */
  private witnessed(one: InspectionView): { witness?: string; clip?: string } {
    const witness = this.witness.trim();
    const clip = one.clips.at(-1)?.id;
    return { ...(witness ? { witness } : {}), ...(clip ? { clip } : {}) };
  }

  private gaps(): TemplateResult {
    return html`<div class="page" data-test="sign-gaps">
      ${banner("todo", t("sign.gaps", { count: this.incomplete.length }), t("sign.gaps_hint"))}
      <div class="stack">${this.incomplete.map((finding) => html`<div class="card stack">
        <div class="row"><span class="finding-number digits">${finding.number}</span><span class="grow strong">${finding.description || t("finding.no_text")}</span></div>
        <div class="chips">${finding.gaps.map((gap) => html`<a class="button" href=${href(`/findings/${finding.id}/edit?field=${gap === "basis" ? "law" : gap}&then=${this.supplementary ? "supplement" : "sign"}`)} data-test="gap" data-gap=${gap}>${icon("plus")}<span>${t(gapKey[gap])}</span></a>`)}</div>
      </div>`)}</div>
    </div>`;
  }

  private refusal(): TemplateResult {
    return html`<div class="stack">
      ${chips(t("sign.refusal_reason"), refusalChoices(), this.reason, (reason) => this.put({ reason }))}
      ${field("refusal", t("sign.refusal_reason"), (id) => html`<input id=${id} maxlength="500" .value=${this.reason} data-test="refusal-reason" @input=${(event: Event) => this.put({ reason: (event.target as HTMLInputElement).value })} />`)}
      ${field("witness", t("sign.witness"), (id) => html`<input id=${id} maxlength="60" autocomplete="off" .value=${this.witness} data-test="witness" @input=${(event: Event) => { this.signers.witnessName = (event.target as HTMLInputElement).value.trim(); this.put({ witness: (event.target as HTMLInputElement).value }); }} />`, t("sign.witness_hint"))}
      ${this.witness.trim() ? html`<lh-signature label=${t("signature.witness")} test="sign-witness" .drawn=${(image?: ArrayBuffer) => this.signers.put("witness", image)}></lh-signature>` : nothing}
    </div>`;
  }

  /** Photos of no hazard are in no record: said while it can still be changed. */
  private loose({ id, loosePhotos }: InspectionView): TemplateResult | typeof nothing {
    if (loosePhotos.length === 0) return nothing;
    return banner("todo", t("tray.count", { count: loosePhotos.length }), html`<div class="stack"><p>${t("sign.loose")}</p>
      <a class="button" href=${href(`/inspections/${id}/tray`)}>${t("conclude.assign")}</a></div>`, "sign-loose");
  }

  private headSection(): TemplateResult {
    const flip = this.supplementary
      ? nothing
      : button(this.refused ? t("sign.not_refused") : t("sign.refuse"), () => this.put({ refused: !this.refused }), { kind: "quiet", test: "refuse" });
    return section(this.refused ? t("sign.refused") : t("signature.site_head"), this.refused ? this.refusal() : this.signers.outsiderPad(), flip);
  }

  protected override view(): TemplateResult {
    if (!this.one) return html`<div class="page">${empty("search", t("inspection.unknown"))}</div>`;
    if (!this.rendering) return this.gaps();
    return html`<div class="page" data-test="sign-page">
      ${this.loose(this.one)}
      ${section(t("sign.read"), html`<div class="paper"><lh-rendering .html=${this.rendering.html} data-test="rendering" data-sha256=${this.rendering.sha256}></lh-rendering></div>
        <p class="soft">${t("sign.hash")} <span class="digits">${this.rendering.sha256.slice(0, 16)}…</span></p>`)}
      ${keyed(this.signers.round, html`${section(t("sign.officers"), html`<div class="stack">${this.signers.officerPads(this.officers)}<p class="soft">${t("sign.officers_hint")}</p></div>`)}
      ${this.headSection()}`)}
    </div>
    <div class="bottombar">
      ${button(this.refused ? t("sign.finish_refused") : t("sign.finish"), () => this.attempt(() => this.finish()), { kind: "primary", wide: true, icon: "sign", disabled: !this.complete || this.busy, test: "sign-finish" })}
      ${this.complete ? nothing : html`<p class="soft centred">${this.refused ? t("sign.needs_refusal") : t("sign.needs")}</p>`}
    </div>`;
  }
}

define("lh-sign", Sign);
