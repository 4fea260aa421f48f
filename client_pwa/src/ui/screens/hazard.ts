// Record or edit one hazard. Every change is a durable draft; a photo is kept the moment it is
// taken. A photo or a text is enough to save; what is missing is 待补 and never blocks here.

import { html, nothing, type TemplateResult } from "lit";
import { addPhoto, classifyFinding, editFinding, saveFinding, unassignPhotos, unassignVoices, watchPosition } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, sheet } from "../../screen/parts.ts";
import { query } from "../../screen/router.ts";
import { enterprise, finding, inspection, voices, type FindingView, type InspectionView, type PhraseView, type VoiceView } from "../../store/index.ts";
import { Draft } from "../draft.ts";
import { EMPTY_HAZARD, editedHazard, editOf, newHazard, ofFinding, sameAsBefore, type HazardDraft } from "../hazard-draft.ts";
import { cameraInput, type CameraInput, type Taken } from "../parts/camera-input.ts";
import { openable } from "../parts/photo-viewer.ts";
import { voiceNotes } from "../../screen/voice-note.ts";
import "../parts/voice-recorder.ts";
import { hazardFields } from "../parts/hazard-fields.ts";
import { bodyToMend, itemsOf, mending } from "../mending.ts";
import { say } from "../../screen/says.ts";
import "../parts/phrase-picker.ts";

const TEXTS = ["place", "description", "requirement", "criterion"] as const;

class Hazard extends LiveScreen {
  inspection: InspectionView | undefined;
  finding: FindingView | undefined;
  trade = "";
  draft = new Draft<HazardDraft>("", EMPTY_HAZARD);
  picking = false;
  voices: readonly VoiceView[] = [];
  /** A voice note is being recorded; it would not be part of what is saved now. */
  speaking = false;
  /** Photo that is open, or "". */
  open = "";
  busy = false;
  /** What 同上 took over, in words. */
  copied = "";
  #loaded = false;
  #wanted = "";

  constructor() {
    super();
    this.watch(() => watchPosition());
  }

  protected override async read(): Promise<void> {
    const edited = this.params["finding"];
    this.finding = edited ? await finding(edited) : undefined;
    this.inspection = await inspection(this.finding?.inspection ?? this.params["id"] ?? "");
    this.trade = (await enterprise(this.inspection?.enterprise ?? ""))?.trade ?? "any";
    if (!this.#loaded) await this.first();
    this.voices = await voices(this.draft.value.voices);
  }

  private async first(): Promise<void> {
    const failed = (reason: unknown): void => this.attempt(() => Promise.reject(reason));
    this.draft = this.finding
      ? new Draft(editedHazard(this.finding.id), { ...ofFinding(this.finding), ...(await this.toMend()) }, failed)
      : new Draft(newHazard(this.params["id"] ?? ""), EMPTY_HAZARD, failed);
    await this.draft.load();
    this.#loaded = true;
    this.#wanted = query("field");
  }

  /** The texts of the edit that was not accepted. */
  private async toMend(): Promise<Partial<HazardDraft>> {
    const changes = itemsOf(await bodyToMend(), "changes");
    return Object.fromEntries(changes.map(({ field, value }) => [String(field), String(value)]));
  }

  /** One tap from a gap leads to its field, a folded one opened. */
  protected override updated(): void {
    const control = this.#wanted ? this.querySelector<HTMLElement>(`#field-${this.#wanted}`) : null;
    if (!control) return;
    this.#wanted = "";
    control.closest("details")?.setAttribute("open", "");
    control.focus();
  }

  private change(fields: Partial<HazardDraft>): void {
    this.attempt(() => this.draft.change(fields));
    this.requestUpdate();
  }

  private async photographed({ bytes, source, mediaType }: Taken): Promise<void> {
    const saved = await addPhoto(bytes, {
      inspection: this.inspection?.id ?? "", purpose: "finding", source, mediaType,
      ...(this.finding ? { finding: this.finding.id } : {}),
    });
    await this.draft.change({ photos: [...this.draft.value.photos, saved.photo] });
    this.requestUpdate();
  }

  private async spoken(voice: string): Promise<void> {
    await this.draft.change({ voices: [...this.draft.value.voices, voice] });
    this.refresh();
  }

  /** As long as no record shows it: what was said stays with the inspection. */
  private takeBack(voice: string): void {
    this.attempt(async () => {
      if (this.finding?.voices.includes(voice)) await unassignVoices(this.finding.id, [voice]);
      await this.draft.change({ voices: this.draft.value.voices.filter((one) => one !== voice) });
      say(this, t("voice.taken_out"));
      this.refresh();
    });
  }

  private picked(phrase: PhraseView): void {
    this.picking = false;
    this.change({ phrase: phrase.id, description: phrase.text, requirement: phrase.requirement, basis: phrase.basis });
  }

  private takeOut(photo: string): void {
    const kept = this.draft.value.photos.filter((one) => one !== photo);
    this.attempt(async () => {
      if (this.finding?.photos.includes(photo)) await unassignPhotos(this.finding.id, [photo]);
      await this.draft.change({ photos: kept });
      this.requestUpdate();
    });
  }

  private async save(): Promise<void> {
    if (this.busy) return;
    this.put({ busy: true });
    try {
      const number = this.finding ? await this.edit(this.finding) : await this.create();
      await this.draft.drop();
      say(this, t("hazard.saved", { number }));
      this.leaveFor(this.next);
    } finally {
      this.put({ busy: false });
    }
  }

  /** Where saving leads: back to signing if a gap was filled from there. */
  private get next(): string {
    const inspection = `/inspections/${this.inspection?.id ?? ""}`;
    const then = query("then");
    if (!this.finding) return inspection;
    return then === "sign" || then === "supplement" ? `${inspection}/${then}` : `/findings/${this.finding.id}`;
  }

  private async create(): Promise<string> {
    const { grade, photos, voices, phrase, basis } = this.draft.value;
    const texts = Object.fromEntries(TEXTS.map((name) => [name, this.draft.value[name].trim()]).filter(([, text]) => text));
    const saved = await saveFinding({
      inspection: this.inspection?.id ?? "", grade, photos, voices, ...texts, ...(phrase ? { phrase } : {}), ...(basis ? { basis } : {}),
    });
    return saved.number;
  }

  private async edit(before: FindingView): Promise<string> {
    const { texts, versions, grading } = editOf(this.draft.value, before);
    if (grading) await classifyFinding(before.id, grading, { seen: versions, ...mending() });
    if (Object.keys(texts).length > 0) await editFinding(before.id, texts, { seen: versions, ...(grading ? {} : mending()) });
    return before.number;
  }

  private get previous(): FindingView | undefined {
    return this.finding ? undefined : this.inspection?.findings.at(-1);
  }

  private copy(before: FindingView): void {
    const { number } = before;
    const taken = sameAsBefore(before, this.draft.value);
    const said = [
      ...(taken.place ? [`${t("hazard.place")} ${taken.place}`] : []),
      ...(taken.basis ? [`${t("hazard.basis")} ${taken.basis.law} ${taken.basis.article}`] : []),
    ];
    this.copied = said.length === 0 ? t("hazard.same_nothing", { number }) : t("hazard.same_taken", { number, what: said.join(t("list.semicolon")) });
    this.change(taken);
  }

  private camera(config: Pick<CameraInput, "source" | "text" | "test" | "main">): TemplateResult {
    return cameraInput({ ...config, before: () => this.draft.change({}), taken: (photo) => this.photographed(photo) }, (action) => this.attempt(action));
  }

  private photos(): TemplateResult {
    const { photos } = this.draft.value;
    if (photos.length === 0) return html`<p class="photo-hint soft">${t("hazard.photo_or_text")}</p>`;
    return html`<ul class="strip" data-test="photos" data-count=${photos.length}>
      ${photos.map((photo, index) => html`<li class="strip-item">${openable(photo, "thumb thumb-large", t("photo.alt", { number: index + 1 }), (open) => this.put({ open }))}
        <button type="button" class="icon-button strip-remove" aria-label=${t("hazard.remove_photo", { number: index + 1 })} @click=${() => this.takeOut(photo)}>${icon("close")}</button></li>`)}
    </ul>`;
  }

  protected override view(): TemplateResult {
    const value = this.draft.value;
    const enough = value.photos.length > 0 || value.description.trim() !== "";
    const before = this.previous;
    return html`<div class="page page-hazard" data-test="hazard-form">
      ${this.inspection?.signing && !this.finding ? banner("todo", t("hazard.late"), t("hazard.late_hint")) : nothing}
      ${this.photos()}
      ${voiceNotes(this.voices, this.finding?.recorded ? undefined : (voice) => this.takeBack(voice))}
      <lh-voice-recorder .about=${{ inspection: this.inspection?.id ?? "", finding: this.finding?.id, kept: (voice: string) => this.spoken(voice), busy: (speaking: boolean) => this.put({ speaking }) }}></lh-voice-recorder>
      ${hazardFields(value, (fields) => this.change(fields))}
    </div>
    <div class="bottombar">
      ${this.copied ? html`<p class="soft" role="status" data-test="copied">${this.copied}</p>` : nothing}
      <div class="capture">
        ${this.camera({ source: "camera", text: t("capture.photo"), test: "take-photo", main: !enough })}
        ${this.camera({ source: "album", text: t("capture.album"), test: "from-album" })}
        <button type="button" class="capture-button" data-test="phrases" @click=${() => this.put({ picking: true })}>${icon("book")}<span>${t("capture.phrases")}</span></button>
        ${before ? html`<button type="button" class="capture-button" data-test="same-as-before" aria-label=${t("hazard.same_label", { number: before.number })} @click=${() => this.copy(before)}>${icon("copy")}<span>${t("capture.same", { number: before.number })}</span></button>` : nothing}
      </div>
      ${button(this.busy ? t("hazard.saving") : t("do.save"), () => this.attempt(() => this.save()), { kind: "primary", wide: true, icon: "check", disabled: !enough || this.busy || this.speaking, test: "save-hazard" })}
    </div>
    ${this.open ? html`<lh-photo-viewer photo=${this.open} .close=${() => this.put({ open: "" })}></lh-photo-viewer>` : nothing}
    ${this.picking ? sheet(t("phrase.title"), html`<lh-phrase-picker .trade=${this.trade} .picked=${(phrase: PhraseView) => this.picked(phrase)}></lh-phrase-picker>`, () => this.put({ picking: false }), "phrase-sheet") : nothing}`;
  }
}

define("lh-hazard", Hazard);
