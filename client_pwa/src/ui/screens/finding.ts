// One hazard: what was seen, where it stands, and the few things an officer may do with it.

import { html, nothing, type TemplateResult } from "lit";
import { attestReinspection, resolveEnterpriseField, resolveField, unassignVoices } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, button, empty, facts, section } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { contested } from "../../screen/versions.ts";
import { enterprise, finding, inspection, person, reinspectionsOf, valueOf, voices, type EnterpriseView, type FindingView, type Json, type ReinspectionView, type VoiceView } from "../../store/index.ts";
import { dueBadge, gapKey, stateBadge } from "../parts/finding-card.ts";
import { documentList, documentsAbout, type DocumentLink } from "../parts/documents.ts";
import { findingActions, type ActionName } from "../parts/finding-actions.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";
import { voiceNotes } from "../../screen/voice-note.ts";
import { openable } from "../parts/photo-viewer.ts";
import "../parts/voice-recorder.ts";
import "../../screen/photo.ts";
import "../parts/claims.ts";

const WAITS = ["ordered", "extension_requested", "extension_granted", "extension_denied", "rectification_claimed", "measures_taken"];

const INCOMPLETE = ["draft", "confirmed", "measures_taken"];
const GONE = ["withdrawn", "duplicate"];

class Finding extends LiveScreen {
  finding: FindingView | undefined;
  company: EnterpriseView | undefined;
  rechecks: readonly ReinspectionView[] = [];
  /** Officers of the inspection order; who reinspected a hazard orders it again. */
  mayOrder = false;
  /** Officers of the inspection settle what its hazards say. */
  mayChoose = false;
  names: ReadonlyMap<string, string> = new Map();
  action: ActionName = "";
  documents: readonly DocumentLink[] = [];
  voices: readonly VoiceView[] = [];
  /** Photo that is open, or "". */
  open = "";

  protected override async read(): Promise<void> {
    this.finding = await finding(this.params["id"] ?? "");
    if (!this.finding) return;
    this.company = await enterprise(this.finding.enterprise);
    const latest = valueOf(this.finding.row, "reinspection");
    this.rechecks = await reinspectionsOf(this.finding.id);
    const reinspected = this.rechecks.find((one) => one.id === latest);
    const inspectors = (await inspection(this.finding.inspection))?.officers ?? [];
    this.mayChoose = inspectors.includes(me().person);
    this.mayOrder = [...inspectors, ...(reinspected?.officers ?? [])].includes(me().person);
    const names = new Map<string, string>();
    for (const id of this.rechecks.flatMap((one) => one.officers)) names.set(id, (await person(id))?.name ?? id);
    this.names = names;
    this.voices = await voices(this.finding.voices);
    this.documents = await documentsAbout(this.finding);
  }

  private act(action: () => Promise<unknown>): void {
    this.attempt(async () => {
      await action();
      this.put({ action: "" });
      say(this, t("saved.here"));
    });
  }

  private gaps(one: FindingView): TemplateResult | typeof nothing {
    if (one.gaps.length === 0 || !INCOMPLETE.includes(one.state)) return nothing;
    return banner("todo", t("finding.gaps"), html`<div class="chips">${one.gaps.map((gap) => html`<a class="button" href=${href(`/findings/${one.id}/edit?field=${gap === "basis" ? "law" : gap}`)} data-test="gap-${gap}">${icon("plus")}<span>${t(gapKey[gap])}</span></a>`)}</div>`);
  }

  private contested(one: FindingView): TemplateResult[] {
    const settle = (resolve: (id: string, name: string, value: Json) => Promise<unknown>, id: string) => async (name: string, value: Json): Promise<void> => {
      await resolve(id, name, value);
      say(this, t("saved.here"));
    };
    const company = this.company ? contested(this.company, settle(resolveEnterpriseField, this.company.id)) : [];
    return [...contested(one, this.mayChoose ? settle(resolveField, one.id) : undefined), ...company];
  }

  private recheck(one: ReinspectionView): TemplateResult {
    const mayAttest = one.officers.includes(me().person) && one.author !== me().person && !one.attestedBy.includes(me().person);
    return html`<div class="card stack" data-test="reinspection">
      <div class="row row-wrap">${badge(one.result === "fail" ? "alarm" : "plain", t(`reinspect.${one.result}`), one.result === "fail" ? "close" : "check")}
        ${badge(one.attestedBy.length > 0 ? "plain" : "todo", one.attestedBy.length > 0 ? "2/2" : "1/2", "people", "reinspection-attested")}</div>
      <p class="soft">${one.officers.map((id) => this.names.get(id) ?? id).join(t("list.comma"))}</p>
      ${one.opinion ? html`<p>${one.opinion}</p>` : nothing}
      ${this.pictures(one.photos)}
      ${mayAttest ? button(t("reinspect.attest"), () => this.act(() => attestReinspection(one.id)), { kind: "primary", wide: true, icon: "people", test: "attest-reinspection" }) : nothing}
    </div>`;
  }

  private pictures(photos: readonly string[]): TemplateResult | typeof nothing {
    if (photos.length === 0) return nothing;
    return html`<div class="pictures">${photos.map((photo, index) => openable(photo, "picture", t("photo.alt", { number: index + 1 }), (open) => this.put({ open })))}</div>`;
  }

  private spoken(one: FindingView): TemplateResult {
    const takeOut = async (voice: string): Promise<void> => {
      await unassignVoices(one.id, [voice]);
      say(this, t("voice.taken_out"));
    };
    return html`${voiceNotes(this.voices, this.mayChoose && !one.recorded ? (voice) => this.attempt(() => takeOut(voice)) : undefined)}
      ${this.mayChoose ? html`<lh-voice-recorder .about=${{ inspection: one.inspection, finding: one.id, kept: async () => undefined }}></lh-voice-recorder>` : nothing}`;
  }

  private next(one: FindingView): TemplateResult | typeof nothing {
    if (WAITS.includes(one.state)) {
      return html`<a class="capture-button capture-button-main" href=${href(`/findings/${one.id}/reinspect`)} data-test="reinspect">${icon("recheck")}<span>${t("reinspect.title")}</span></a>`;
    }
    if (one.state === "failed" && this.mayOrder) {
      return html`<a class="capture-button capture-button-main" href=${href(`/inspections/${one.inspection}/order?only=${one.id}`)} data-test="order-again">${icon("order")}<span>${t("finding.order_again")}</span></a>
        <button type="button" class="capture-button" data-test="propose-close" @click=${() => this.put({ action: "close" })}>${icon("check")}<span>${t("finding.propose_close")}</span></button>`;
    }
    return nothing;
  }

  private facts(one: FindingView): TemplateResult {
    const missing = html`<span class="soft">${t("field.missing")}</span>`;
    return html`<div class="card">${facts([
      [t("hazard.place"), one.place || missing],
      [t("hazard.grade"), t(`grade.${one.grade}`)],
      [t("hazard.basis"), one.basis ? html`${one.basis.law} ${one.basis.article}<br /><span class="soft">${one.basis.version}</span>` : missing],
      [t("hazard.requirement"), one.requirement || missing],
      ...(one.criterion ? [[t("hazard.criterion"), one.criterion] as const] : []),
      ...(one.deadline ? [[t("order.deadline"), html`<span class="digits">${one.deadline}</span>`] as const] : []),
      ...(one.note ? [[t("hazard.note"), one.note] as const] : []),
    ])}</div>`;
  }

  protected override view(): TemplateResult {
    const one = this.finding;
    if (!one) return html`<div class="page">${empty("search", t("finding.unknown"))}</div>`;
    const next = this.next(one);
    return html`<div class="page" data-test="finding-page" data-state=${one.state}>
      <div class="stack">
        <div class="row"><span class="finding-number digits">${one.number}</span><span class="grow soft">${this.company?.name ?? ""}</span></div>
        <p class="large strong">${one.description || t("finding.no_text")}</p>
        <div class="row row-wrap">${stateBadge(one.state)}${dueBadge(one)}${one.recorded || one.state === "draft" || GONE.includes(one.state) ? nothing : badge("todo", t("inspection.late"), "attention")}</div>
      </div>
      ${this.gaps(one)} <lh-claims .rechecks=${this.rechecks} .finding=${one}></lh-claims> ${this.contested(one)} ${this.pictures(one.photos)} ${this.spoken(one)} ${this.facts(one)} ${documentList(this.documents)}
      ${one.state === "failed" && !this.mayOrder ? banner("plain", t("finding.order_by_others")) : nothing}
      ${this.rechecks.length > 0 ? section(t("finding.rechecks"), html`<div class="stack">${this.rechecks.map((recheck) => this.recheck(recheck))}</div>`) : nothing}
      ${findingActions(one, this.action, {
        open: (action) => this.put({ action }),
        act: (action) => this.act(action),
      })}
    </div>
    ${this.open ? html`<lh-photo-viewer photo=${this.open} .close=${() => this.put({ open: "" })}></lh-photo-viewer>` : nothing}
    ${next === nothing ? nothing : html`<div class="bottombar"><div class="capture">${next}</div></div>`}`;
  }
}

define("lh-finding", Finding);
