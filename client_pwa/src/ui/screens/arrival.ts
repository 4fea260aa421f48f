// The arrival card: partner (the last one, still shown), 亮证 + 告知, recorder, begin: three taps.
// Nothing here stops an inspection in the field: the quiet period warns and asks for a ground.

import { html, nothing, type TemplateResult } from "lit";
import { begin, beginOnSite, recorderOn, type Arrival } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { inQuietPeriod } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, chips, field, section, toggle } from "../../screen/parts.ts";
import { query } from "../../screen/router.ts";
import { enterprise, inspection, today, type EnterpriseView, type InspectionView } from "../../store/index.ts";
import { Draft } from "../draft.ts";
import { mending } from "../mending.ts";
import { officerPicker } from "../parts/officers.ts";
import { groundChoices, reasonChoices } from "../parts/reasons.ts";
import { isPartner, partnersOf, type Partners } from "../partners.ts";
import { lastCamera, lastPartner, rememberCamera, rememberPartner } from "../remembered.ts";
import { asksFirst, untickedSheet } from "../parts/unticked.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";

const EMPTY = { partner: "", shown: false, recorder: false, scanned: false, reason: "", ground: "", camera: "" };

class ArrivalCard extends LiveScreen {
  draft = new Draft("", EMPTY);
  company: EnterpriseView | undefined;
  planned: InspectionView | undefined;
  partners: Partners = { near: [], far: [] };
  choosing = false;
  busy = false;
  /** Whether it was asked that what is not ticked stands as 否. */
  asking = false;
  failed: ReadonlySet<string> = new Set();
  #loaded = false;

  protected override async read(): Promise<void> {
    const self = me();
    const id = this.params["id"];
    this.planned = id ? await inspection(id) : undefined;
    this.company = await enterprise(this.planned?.enterprise ?? this.params["enterprise"] ?? "");
    this.partners = await partnersOf(self);
    if (!this.#loaded) await this.first(self.person);
  }

  private async first(person: string): Promise<void> {
    this.#loaded = true;
    const partner = this.planned?.officers.find((one) => one !== person) ?? lastPartner(person);
    const known = isPartner(this.partners, partner);
    this.draft = new Draft(`arrival/${this.params["id"] ?? this.params["enterprise"] ?? ""}`, {
      ...EMPTY, partner: known ? partner : "", camera: lastCamera(person), reason: query("reason"),
    });
    await this.draft.load();
  }

  private change(fields: Partial<typeof EMPTY>): void {
    this.attempt(() => this.draft.change(fields));
    const missing = this.missing();
    this.put({ failed: new Set([...this.failed].filter((name) => missing.has(name))) }); // answered, no longer red
  }

  private get needsReason(): boolean {
    return !this.planned || this.planned.state === "planned";
  }

  private get isQuiet(): boolean {
    return inQuietPeriod(today());
  }

  private missing(): Set<string> {
    const value = this.draft.value;
    const missing = new Set<string>();
    if (!value.partner) missing.add("partner");
    if (this.needsReason && !value.reason.trim()) missing.add("reason");
    return missing;
  }

  private async start(): Promise<void> {
    const missing = this.missing();
    if (missing.size > 0) return this.put({ failed: missing });
    if (asksFirst(this.draft.value) && !this.asking) return this.put({ asking: true });
    if (this.busy) return; // a second tap is no second inspection
    this.put({ busy: true });
    try {
      await this.beginNow();
    } finally {
      this.put({ busy: false });
    }
  }

  private async beginNow(): Promise<void> {
    const value = this.draft.value;
    const self = me();
    const ground = value.ground.trim();
    const arrival: Arrival = {
      officers: this.inPlannedOrder([self.person, value.partner]), idShown: value.shown, rightsTold: value.shown,
      recorderOn: value.recorder, codeScanned: value.scanned, ...(ground ? { quietGround: ground } : {}),
    };
    const id = await this.save(arrival, value.reason.trim());
    if (value.recorder) await recorderOn(id, value.camera);
    rememberPartner(self.person, value.partner);
    rememberCamera(self.person, value.camera.trim());
    await this.draft.drop();
    say(this, t("saved.here"));
    this.leaveFor(`/inspections/${id}`);
  }

  /** Both phones must list the officers alike, or both would number their hazards A1, A2, …. */
  private inPlannedOrder(officers: readonly string[]): string[] {
    const planned = this.planned?.officers ?? [];
    const place = (officer: string): number => (planned.includes(officer) ? planned.indexOf(officer) : planned.length);
    return [...officers].sort((a, b) => place(a) - place(b));
  }

  private async save(arrival: Arrival, reason: string): Promise<string> {
    if (!this.planned) return (await beginOnSite({ ...arrival, enterprise: this.company?.id ?? "", reason })).inspection;
    await begin({ ...arrival, inspection: this.planned.id, ...(this.needsReason ? { reason } : {}) }, mending());
    return this.planned.id;
  }

  private reasons(): TemplateResult {
    const value = this.draft.value;
    return section(t("arrival.reason"), html`<div class="stack">
      ${this.failed.has("reason") ? banner("alarm", t("arrival.reason_missing"), nothing, "reason-missing") : nothing}
      ${chips(t("arrival.reason"), reasonChoices(), value.reason, (reason) => this.change({ reason }))}
      ${field("reason", t("arrival.reason_own"), (id) => html`<input id=${id} maxlength="500" .value=${value.reason} data-test="reason" @input=${(event: Event) => this.change({ reason: (event.target as HTMLInputElement).value })} />`)}
      <p class="soft">${t("arrival.approval_pending")}</p>
    </div>`);
  }

  private quiet(): TemplateResult {
    const value = this.draft.value;
    return banner("todo", t("arrival.quiet"), html`<div class="stack">
      <p>${t("arrival.quiet_hint")}</p>
      ${chips(t("arrival.ground"), groundChoices(), value.ground, (ground) => this.change({ ground }))}
    </div>`, "quiet-period");
  }

  protected override view(): TemplateResult {
    const value = this.draft.value;
    const begunAlready = this.planned && !["planned", "approved", "notified"].includes(this.planned.state);
    if (begunAlready && !this.busy) this.leaveFor(`/inspections/${this.planned?.id ?? ""}`);
    return html`<div class="page" data-test="arrival">
      <div class="card stack stack-tight">
        <span class="card-title">${this.company?.name ?? ""}</span>
        <span class="soft">${this.company?.address ?? ""}</span>
        <span class="row row-wrap">${this.company ? badge("plain", t(`trade.${this.company.trade}`), "building") : nothing}
        ${this.needsReason ? badge("todo", t("arrival.off_plan"), "attention") : badge("plain", t("arrival.on_plan"), "calendar")}</span>
      </div>
      ${this.isQuiet ? this.quiet() : nothing} ${this.needsReason ? this.reasons() : nothing}
      ${officerPicker({
        partners: this.partners, chosen: value.partner, open: this.choosing || !value.partner,
        missing: this.failed.has("partner"), toggle: () => this.put({ choosing: !this.choosing }),
        pick: (partner) => { this.choosing = false; this.change({ partner }); },
      })}
      ${toggle(t("arrival.scanned"), value.scanned, (scanned) => this.change({ scanned }), "code-scanned", "scan")}
      ${value.recorder ? field("camera", t("arrival.camera"), (id) => html`<input id=${id} maxlength="40" autocomplete="off" .value=${value.camera} data-test="camera-number" @input=${(event: Event) => this.change({ camera: (event.target as HTMLInputElement).value })} />`) : nothing}
    </div>
    <div class="bottombar">
      ${toggle(t("arrival.recorder"), value.recorder, (recorder) => this.change({ recorder }), "recorder-on", "record")}
      ${toggle(t("arrival.shown"), value.shown, (shown) => this.change({ shown }), "id-shown", "person")}
      <button type="button" class="capture-button capture-button-main capture-button-row" data-test="begin" @click=${() => this.attempt(() => this.start())}>${icon("check")}<span>${t("arrival.begin")}</span></button>
    </div>
    ${this.asking ? untickedSheet(value, () => this.attempt(() => this.start()), () => this.put({ asking: false }), this.busy) : nothing}`;
  }
}

define("lh-arrival", ArrivalCard);
