// Photos of no hazard yet: pick several, then one tap on a hazard, or begin a new one with them.

import { html, nothing, type TemplateResult } from "lit";
import { assignPhotos } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { button, empty, section } from "../../screen/parts.ts";
import { navigate } from "../../screen/router.ts";
import { drafts, inspection, type FindingView, type InspectionView } from "../../store/index.ts";
import { newHazard, type HazardDraft } from "../hazard-draft.ts";
import { say } from "../../screen/says.ts";
import "../../screen/photo.ts";

const ASSIGNABLE = ["draft", "confirmed", "measures_taken", "ordered"];

class Tray extends LiveScreen {
  one: InspectionView | undefined;
  chosen: ReadonlySet<string> = new Set();

  protected override async read(): Promise<void> {
    this.one = await inspection(this.params["id"] ?? "");
  }

  private flip(photo: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(photo)) chosen.add(photo);
    this.put({ chosen });
  }

  private all(): void {
    const loose = this.one?.loosePhotos ?? [];
    this.put({ chosen: new Set(this.chosen.size === loose.length ? [] : loose.map((photo) => photo.id)) });
  }

  private async give(to: FindingView): Promise<void> {
    const photos = [...this.chosen];
    await assignPhotos(to.id, photos);
    this.put({ chosen: new Set() });
    say(this, t("tray.given", { count: photos.length, number: to.number }));
  }

  private async begin(): Promise<void> {
    const key = newHazard(this.params["id"] ?? "");
    const draft = await drafts.load<HazardDraft>(key);
    await drafts.save(key, { ...draft, photos: [...new Set([...(draft?.photos ?? []), ...this.chosen])] });
    navigate(`/inspections/${this.params["id"] ?? ""}/hazard`);
  }

  protected override view(): TemplateResult {
    const loose = this.one?.loosePhotos ?? [];
    const targets = (this.one?.findings ?? []).filter((finding) => ASSIGNABLE.includes(finding.state));
    return html`<div class="page" data-test="tray" data-count=${loose.length}>
      ${section(t("tray.count", { count: loose.length }), html`
        ${loose.length === 0 ? empty("check", t("tray.none")) : nothing}
        <div class="pictures">${loose.map((photo, index) => html`<button type="button" class="pick" role="checkbox" aria-checked=${String(this.chosen.has(photo.id))} aria-label=${t("photo.alt", { number: index + 1 })} data-test="loose-photo" @click=${() => this.flip(photo.id)}>
          <lh-photo class="picture" photo=${photo.id}></lh-photo><span class="pick-mark" aria-hidden="true">${this.chosen.has(photo.id) ? icon("check") : nothing}</span></button>`)}</div>`,
        loose.length > 0 ? button(t("tray.all"), () => this.all(), { kind: "quiet", test: "choose-all" }) : nothing)}
    </div>
    ${loose.length === 0 ? nothing : html`<div class="bottombar">
      <p class="strong" role="status">${this.chosen.size === 0 ? t("tray.choose") : t("tray.chosen", { count: this.chosen.size })}</p>
      <div class="targets" role="group" aria-label=${t("tray.to")}>
        <button type="button" class="capture-button capture-button-main" ?disabled=${this.chosen.size === 0} data-test="tray-new" @click=${() => this.attempt(() => this.begin())}>${icon("plus")}<span>${t("tray.new")}</span></button>
        ${targets.map((finding) => html`<button type="button" class="capture-button" ?disabled=${this.chosen.size === 0} data-test="tray-target" data-number=${finding.number} aria-label=${t("tray.give_to", { number: finding.number })} @click=${() => this.attempt(() => this.give(finding))}>
          <span class="finding-number digits">${finding.number}</span><span class="target-text">${finding.description || t("finding.no_text")}</span></button>`)}
      </div></div>`}`;
  }
}

define("lh-tray", Tray);
