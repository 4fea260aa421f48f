// One inspection under way: its hazards, what they lack, the recorder, the photos of no hazard
// yet; at the lower edge what the hand needs next, by state.

import { html, nothing, type TemplateResult } from "lit";
import { addPhoto, pauseInspection, resumeInspection, watchPosition } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { stateLabel } from "../../screen/labels.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, button, chips, empty, section, sheet } from "../../screen/parts.ts";
import { href, navigate } from "../../screen/router.ts";
import { drafts, inspection, person, type InspectionView } from "../../store/index.ts";
import { recorded, unexplained } from "../../store/recordings.ts";
import { newHazard, type HazardDraft } from "../hazard-draft.ts";
import { voiceNotes } from "../../screen/voice-note.ts";
import { documentList, documentsOf, type DocumentLink } from "../parts/documents.ts";
import { inspectionBar } from "../parts/inspection-bar.ts";
import { findingCard } from "../parts/finding-card.ts";
import type { Taken } from "../parts/camera-input.ts";
import { pauseChoices } from "../parts/reasons.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";
import "../parts/conclude-sheet.ts";
import "../parts/recorder.ts";

const GONE = ["withdrawn", "duplicate"];

class Inspection extends LiveScreen {
  one: InspectionView | undefined;
  officers: readonly string[] = [];
  documents: readonly DocumentLink[] = [];
  hasDraft = false;
  /** Voice notes that wait in the draft of a hazard. */
  drafted: readonly string[] = [];
  silent = 0;
  sheet: "" | "more" | "pause" | "conclude" = "";

  constructor() {
    super();
    this.watch(() => watchPosition());
  }

  private get inspection(): string {
    return this.params["id"] ?? "";
  }

  protected override async read(): Promise<void> {
    this.one = await inspection(this.inspection);
    this.officers = await Promise.all((this.one?.officers ?? []).map(async (id) => (await person(id))?.name ?? id));
    this.documents = this.one ? await documentsOf(this.one) : [];
    this.silent = this.one?.signing ? await this.gapsToExplain(this.one) : 0;
    const draft = await drafts.load<HazardDraft>(newHazard(this.inspection));
    this.hasDraft = draft !== undefined;
    this.drafted = draft?.voices ?? [];
  }

  /** Once it is signed, its officers are asked about each stretch that was not recorded. */
  private async gapsToExplain(one: InspectionView): Promise<number> {
    if (!one.officers.includes(me().person)) return 0;
    const { gaps, explained } = await recorded(one);
    return unexplained(gaps, explained).length;
  }

  /** A photo first: kept at once, then a hazard begins with it. */
  private async photographed({ bytes, source, mediaType }: Taken): Promise<void> {
    const saved = await addPhoto(bytes, { inspection: this.inspection, purpose: "finding", source, mediaType });
    const draft = await drafts.load<HazardDraft>(newHazard(this.inspection));
    await drafts.save(newHazard(this.inspection), { ...draft, photos: [...(draft?.photos ?? []), saved.photo] });
  }

  /** A recorder that runs on after the signing, or in a pause, must be stopped somewhere. */
  private isRecording({ clips }: InspectionView): boolean {
    return clips.some((clip) => clip.stoppedAtMs === 0 && clip.officer === me().person);
  }

  private act(action: () => Promise<unknown>, said = t("saved.here")): void {
    this.attempt(async () => {
      await action();
      this.put({ sheet: "" });
      say(this, said);
    });
  }

  private concluded(): void {
    this.put({ sheet: "" });
    say(this, t("saved.here"));
  }

  private head(one: InspectionView): TemplateResult {
    return html`<div class="card stack">
      <div class="stack stack-tight">
        <span class="card-title">${one.enterpriseName}</span>
        <span class="soft"><span class="digits">${one.date}</span> · ${this.officers.join(t("list.comma"))}</span>
      </div>
      <div class="row row-wrap">
        ${badge(one.state === "signature_refused" ? "alarm" : "busy", stateLabel("inspection", one.state), "clock", "inspection-state")}
        ${one.approval === "pending" ? badge("todo", stateLabel("approval", "pending"), "waiting") : nothing}
        ${one.signing ? badge(one.attestedBy.length > 0 ? "plain" : "todo", t("inspection.attested", { count: one.attestedBy.length > 0 ? 2 : 1 }), "people", "attested") : nothing}
        ${this.awaited(one)}
        ${one.objectedBy.length > 0 ? badge("alarm", t("inspection.objected"), "attention") : nothing}
      </div>
    </div>`;
  }

  /** A signature drawn on this phone is part of the record; the word of the second officer comes from their own. */
  private awaited(one: InspectionView): TemplateResult | typeof nothing {
    if (!one.signing || one.signedBy !== me().person || one.attestedBy.length > 0 || one.objectedBy.length > 0) return nothing;
    const others = one.officers.flatMap((id, at) => (id === me().person ? [] : [this.officers[at] ?? id]));
    return html`<p class="soft" data-test="awaits-second">${t("inspection.awaits_second", { names: others.join(t("list.comma")) })}</p>`;
  }

  private attestCard(one: InspectionView): TemplateResult | typeof nothing {
    const self = me().person;
    const mine = one.signing && one.signedBy !== self && one.officers.includes(self);
    if (!mine || one.attestedBy.includes(self) || one.objectedBy.includes(self)) return nothing;
    return banner("todo", t("attest.waiting"), html`<a class="button button-primary" href=${href(`/inspections/${one.id}/attest`)} data-test="go-attest">${t("attest.go")}</a>`);
  }

  private tray(one: InspectionView): TemplateResult | typeof nothing {
    if (one.loosePhotos.length === 0) return nothing;
    return html`<a class="card row" href=${href(`/inspections/${one.id}/tray`)} data-test="tray-link">
      <span class="tile" aria-hidden="true">${icon("burst")}</span>
      <span class="grow strong">${t("tray.count", { count: one.loosePhotos.length })}</span>${icon("next")}</a>`;
  }

  /** Nothing that was said disappears: also what was taken out of a hazard is heard here. */
  private voices(one: InspectionView): TemplateResult | typeof nothing {
    const loose = one.looseVoices.filter(({ id }) => !this.drafted.includes(id));
    if (loose.length === 0) return nothing;
    return html`<details class="card" data-test="loose-voices" data-count=${loose.length}><summary>${t("voice.loose", { count: loose.length })}</summary>${voiceNotes(loose)}</details>`;
  }

  private findings(one: InspectionView): TemplateResult {
    const kept = one.findings.filter((finding) => !GONE.includes(finding.state));
    const gone = one.findings.filter((finding) => GONE.includes(finding.state));
    return section(t("inspection.findings", { count: kept.length }), html`<div class="stack">
      ${one.findings.length === 0 ? empty("hazard", t("inspection.none"), t("inspection.none_hint")) : nothing}
      ${[...kept, ...gone].map((finding) => findingCard(finding, { late: one.unrecorded.includes(finding.id) }))}
    </div>`, one.state === "concluded" ? nothing : html`<button type="button" class="button button-quiet" data-test="more" @click=${() => this.put({ sheet: "more" })}>${icon("settings")}<span>${t("do.more")}</span></button>`);
  }

  private sheets(one: InspectionView): TemplateResult | typeof nothing {
    const close = (): void => this.put({ sheet: "" });
    if (this.sheet === "more") {
      return sheet(t("do.more"), html`
        ${one.state === "in_progress" ? button(t("inspection.pause"), () => this.put({ sheet: "pause" }), { wide: true, icon: "clock", test: "pause" }) : nothing}
        ${one.state === "paused" ? button(t("inspection.resume"), () => this.act(() => resumeInspection(one.id)), { wide: true, icon: "record", test: "resume" }) : nothing}
        ${one.signing && one.state !== "concluded" ? button(t("inspection.conclude"), () => this.put({ sheet: "conclude" }), { wide: true, icon: "check", test: "conclude" }) : nothing}
        <a class="button button-wide" href=${href(`/inspections/${one.id}/recordings`)} data-test="go-recordings">${icon("record")}<span>${t("rec.open")}</span></a>
        ${["signed", "signature_refused"].includes(one.state) ? html`<a class="button button-wide" href=${href(`/inspections/${one.id}/burst`)}>${icon("burst")}<span>${t("capture.burst")}</span></a>` : nothing}
      `, close, "more-sheet");
    }
    if (this.sheet === "pause") {
      return sheet(t("inspection.pause"), chips(t("inspection.pause"), pauseChoices(), "", (reason) => this.act(() => pauseInspection(one.id, reason))), close);
    }
    if (this.sheet === "conclude") {
      return sheet(t("inspection.conclude"), html`<lh-conclude .one=${one} .done=${() => this.concluded()}></lh-conclude>`, close, "conclude-sheet");
    }
    return nothing;
  }

  protected override view(): TemplateResult {
    const one = this.one;
    if (!one) return html`<div class="page">${empty("search", t("inspection.unknown"))}</div>`;
    return html`<div class="page" data-test="inspection" data-state=${one.state}>
      ${this.head(one)} ${this.attestCard(one)}
      ${one.state === "in_progress" || this.isRecording(one) ? html`<lh-recorder .inspection=${one}></lh-recorder>` : nothing}
      ${this.silent > 0 ? banner("todo", t("rec.asked", { count: this.silent }), html`<a class="button" href=${href(`/inspections/${one.id}/recordings`)} data-test="explain-gaps">${t("rec.asked_go")}</a>`, "gaps-asked") : nothing}
      ${this.hasDraft ? banner("todo", t("inspection.draft"), html`<a class="button" href=${href(`/inspections/${one.id}/hazard`)} data-test="resume-draft">${t("inspection.draft_go")}</a>`) : nothing}
      ${this.tray(one)} ${this.findings(one)} ${this.voices(one)} ${documentList(this.documents)}
    </div>
    ${inspectionBar(one, {
      before: () => drafts.save(`camera/${this.inspection}`, { at_ms: Date.now() }),
      taken: (photo) => this.photographed(photo),
      done: () => navigate(`/inspections/${this.inspection}/hazard`),
      attempt: (action) => this.attempt(action),
      resume: () => this.act(() => resumeInspection(one.id)),
      conclude: () => this.put({ sheet: "conclude" }),
    })}
    ${this.sheets(one)}`;
  }
}

define("lh-inspection", Inspection);
