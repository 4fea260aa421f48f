// 复查: the old photo and the new one side by side, then 合格 or 不合格. Neither is the default, and
// nobody reinspects alone. Photo, result, save: two taps besides the camera.

import { html, nothing, type TemplateResult } from "lit";
import { addPhoto, recordReinspection, watchPosition } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, empty, field, section } from "../../screen/parts.ts";
import { enterprise, finding, type FindingView } from "../../store/index.ts";
import { Draft } from "../draft.ts";
import { bodyToMend, mending } from "../mending.ts";
import { cameraInput, type Taken } from "../parts/camera-input.ts";
import { dueBadge, stateBadge } from "../parts/finding-card.ts";
import { officerPicker } from "../parts/officers.ts";
import { isPartner, partnersOf, type Partners } from "../partners.ts";
import { lastPartner, rememberPartner } from "../remembered.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";
import "../../screen/photo.ts";

type Result = "" | "pass" | "fail";
interface Recheck {
  readonly photos: readonly string[];
  readonly result: Result;
  readonly opinion: string;
  readonly partner: string;
}
const EMPTY: Recheck = { photos: [], result: "", opinion: "", partner: "" };

class Reinspect extends LiveScreen {
  finding: FindingView | undefined;
  company = "";
  partners: Partners = { near: [], far: [] };
  draft = new Draft<Recheck>("", EMPTY);
  choosing = false;
  busy = false;
  #loaded = false;

  constructor() {
    super();
    this.watch(() => watchPosition());
  }

  protected override async read(): Promise<void> {
    this.finding = await finding(this.params["id"] ?? "");
    if (!this.finding) return;
    this.company = (await enterprise(this.finding.enterprise))?.name ?? "";
    this.partners = await partnersOf(me());
    if (this.#loaded) return;
    const partner = lastPartner(me().person);
    const initial = { ...EMPTY, partner: isPartner(this.partners, partner) ? partner : "" };
    this.draft = new Draft(`reinspect/${this.finding.id}`, { ...initial, ...(await this.toMend()) });
    await this.draft.load();
    this.#loaded = true;
  }

  /** What the reinspection that was not accepted said; its photos are kept. */
  private async toMend(): Promise<Partial<Recheck>> {
    const body = await bodyToMend();
    if (!body) return {};
    const partner = (body["officers"] as readonly string[]).find((one) => one !== me().person) ?? "";
    return { photos: body["photos"] as readonly string[], opinion: String(body["opinion"] ?? ""), partner };
  }

  private change(fields: Partial<Recheck>): void {
    this.attempt(() => this.draft.change(fields));
    this.requestUpdate();
  }

  private async photographed({ bytes, source, mediaType }: Taken): Promise<void> {
    const saved = await addPhoto(bytes, { ...(this.finding?.takenOver ? {} : { inspection: this.finding?.inspection ?? "" }), purpose: "reinspection", source, mediaType });
    await this.draft.change({ photos: [...this.draft.value.photos, saved.photo] });
    this.requestUpdate();
  }

  private async save(): Promise<void> {
    const { photos, result, opinion, partner } = this.draft.value;
    const one = this.finding;
    if (!one || result === "") return;
    this.put({ busy: true });
    try {
      const said = opinion.trim();
      await recordReinspection(one.id, { officers: [me().person, partner], result, photos, ...(said ? { opinion: said } : {}) }, mending());
    } finally {
      this.put({ busy: false });
    }
    rememberPartner(me().person, partner);
    await this.draft.drop();
    say(this, t("saved.here"));
    this.leaveFor(`/findings/${one.id}`);
  }

  private sides(one: FindingView): TemplateResult {
    const after = this.draft.value.photos;
    const side = (photo: string | undefined, text: string, test: string): TemplateResult => html`<figure class="side-by-side-one" data-test=${test}>
      ${photo ? html`<lh-photo class="picture" photo=${photo} label=${text}></lh-photo>` : html`<div class="picture picture-empty">${icon("camera")}</div>`}
      <figcaption class="strong">${text}</figcaption></figure>`;
    return html`<div class="side-by-side">
      ${side(one.photos[0], t("reinspect.before"), "before-photo")}
      ${side(after.at(-1), after.length > 1 ? t("reinspect.after_count", { count: after.length }) : t("reinspect.after"), "after-photo")}
    </div>`;
  }

  private verdict(name: "pass" | "fail"): TemplateResult {
    const chosen = this.draft.value.result === name;
    return html`<button type="button" class="verdict-button verdict-${name}" aria-pressed=${String(chosen)} data-test="result-${name}" @click=${() => this.change({ result: name })}>${icon(name === "pass" ? "check" : "close")}<span>${t(`reinspect.${name}`)}</span></button>`;
  }

  protected override view(): TemplateResult {
    const one = this.finding;
    if (!one) return html`<div class="page">${empty("search", t("finding.unknown"))}</div>`;
    const value = this.draft.value;
    const complete = value.photos.length > 0 && value.result !== "" && value.partner !== "";
    return html`<div class="page" data-test="reinspect">
      <div class="stack">
        <div class="row"><span class="finding-number digits">${one.number}</span><span class="grow soft">${this.company}</span></div>
        <p class="strong">${one.description || t("finding.no_text")}</p>
        <div class="row row-wrap">${stateBadge(one.state)}${dueBadge(one)}</div>
        ${one.requirement ? html`<p><span class="soft">${t("hazard.requirement")}: </span>${one.requirement}</p>` : nothing}
      </div>
      ${this.sides(one)}
      ${value.result === "fail" ? field("opinion", t("reinspect.opinion"), (id) => html`<textarea id=${id} rows="3" maxlength="1000" .value=${value.opinion} data-test="opinion" @input=${(event: Event) => this.change({ opinion: (event.target as HTMLTextAreaElement).value })}></textarea>`) : nothing}
      ${officerPicker({ partners: this.partners, chosen: value.partner, open: this.choosing || !value.partner, missing: false,
        toggle: () => this.put({ choosing: !this.choosing }), pick: (partner) => { this.choosing = false; this.change({ partner }); } })}
      ${value.result === "fail" ? section(t("reinspect.then"), banner("todo", t("reinspect.order_again"))) : nothing}
    </div>
    <div class="bottombar">
      <div class="capture">
        ${cameraInput({ source: "camera", text: t("capture.photo"), test: "take-photo", main: value.photos.length === 0, before: () => this.draft.change({}), taken: (photo) => this.photographed(photo) }, (action) => this.attempt(action))}
        ${this.verdict("pass")} ${this.verdict("fail")}
      </div>
      ${button(t("do.save"), () => this.attempt(() => this.save()), { kind: "primary", wide: true, icon: "check", disabled: !complete || this.busy, test: "save-reinspection" })}
    </div>`;
  }
}

define("lh-reinspect", Reinspect);
