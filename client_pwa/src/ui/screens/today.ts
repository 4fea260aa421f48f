// 今日: what to continue, what is planned, what waits for this officer's word, what is due.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { dateTimeOf, dayInWords } from "../../screen/dates.ts";
import { language, t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { stateLabel } from "../../screen/labels.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, empty, section } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { inspections, openFindings, ownChain, room, todaysInspections, today, type FindingView, type InspectionView, type Room } from "../../store/index.ts";
import { engine } from "../../sync/index.ts";
import { enterpriseNames } from "../enterprise-names.ts";
import { findingCard } from "../parts/finding-card.ts";
import { syncWord } from "../parts/sync-chip.ts";
import { me } from "../session.ts";
import { attestations, type Attestation } from "../to-attest.ts";

const SHOWN_DUE = 5;
const UNDER_WAY = ["in_progress", "paused"];
const AFTER_SIGNING = ["signed", "signature_refused"];
const OVER = ["signed", "signature_refused", "concluded", "archived"];
const CLOSED = ["concluded", "archived"];
const SHOWN_RECENT = 5;

class Today extends LiveScreen {
  list: readonly InspectionView[] = [];
  due: readonly FindingView[] = [];
  names: ReadonlyMap<string, string> = new Map();
  toAttest: readonly Attestation[] = [];
  recent: readonly InspectionView[] = [];
  chainState = "";
  room: Room | undefined;

  constructor() {
    super();
    this.watch(engine.subscribe);
  }

  protected override async read(): Promise<void> {
    const person = me().person;
    this.list = await todaysInspections(person);
    this.recent = await this.earlier(person);
    this.due = await openFindings({ awaitingReinspection: true });
    this.names = await enterpriseNames(this.due.slice(0, SHOWN_DUE));
    this.toAttest = await attestations(person);
    this.chainState = (await ownChain())?.state ?? "";
    this.room = await room();
  }

  /** Own inspections that are over, the newest ones: their hazards and documents stay within reach. */
  private async earlier(person: string): Promise<InspectionView[]> {
    const shown = new Set(this.list.filter((one) => !CLOSED.includes(one.state)).map((one) => one.id));
    const over = await inspections({ states: OVER, officer: person, limit: SHOWN_RECENT + shown.size });
    return over.filter((one) => !shown.has(one.id)).slice(0, SHOWN_RECENT);
  }

  private past(one: InspectionView): TemplateResult {
    return html`<a class="card row" href=${href(`/inspections/${one.id}`)} data-test="recent" data-state=${one.state}>
      <span class="tile" aria-hidden="true">${icon("building")}</span>
      <span class="grow stack stack-tight"><span class="strong">${one.enterpriseName}</span>
        <span class="soft"><span class="digits">${one.date}</span> · ${stateLabel("inspection", one.state)} · ${t("today.findings", { count: one.findings.length })}</span></span>${icon("next")}</a>`;
  }

  private continueCard(inspection: InspectionView): TemplateResult {
    const after = AFTER_SIGNING.includes(inspection.state);
    return html`<a class="card card-strong" href=${href(`/inspections/${inspection.id}`)} data-test="continue">
      <span class="row"><span class="grow soft">${t(inspection.state === "signature_refused" ? "today.after_refusal" : after ? "today.after_signing" : "today.continue")}</span>${badge("busy", stateLabel("inspection", inspection.state), "clock")}</span>
      <span class="card-title">${inspection.enterpriseName}</span>
      <span class="row row-wrap soft"><span>${t("today.findings", { count: inspection.findings.length })}</span><span>${t("today.photos", { count: inspection.photos.length })}</span></span>
    </a>`;
  }

  private planned(inspection: InspectionView): TemplateResult {
    return html`<a class="card row" href=${href(`/inspections/${inspection.id}/arrive`)} data-test="planned">
      <span class="tile" aria-hidden="true">${icon("building")}</span>
      <span class="grow stack stack-tight"><span class="strong">${inspection.enterpriseName}</span><span class="soft">${stateLabel("inspection", inspection.state)}</span></span>
      ${icon("next")}
    </a>`;
  }

  private asks(one: Attestation): TemplateResult {
    return html`<a class="card row" href=${href(one.path)} data-test="to-attest">
      <span class="tile" aria-hidden="true">${icon("people")}</span>
      <span class="grow stack stack-tight"><span class="strong">${one.title}</span><span class="soft">${one.kind === "inspection" ? t("today.attest_record") : t("today.attest_reinspection")}</span>
        <span class="soft digits">${dateTimeOf(one.atMs)}</span></span>
      ${badge("todo", "1/2", "people")}
    </a>`;
  }

  private notices(): TemplateResult {
    return html`
      ${me().needsLogin ? banner("alarm", t("today.needs_login"), html`<p>${t("login.kept")}</p><a class="button" href=${href("/login")} data-test="login-again">${t("login.enter")}</a>`) : nothing}
      ${this.chainState === "pending" ? banner("todo", t("today.chain_pending"), html`<a class="button" href=${href("/enrol")} data-test="see-code">${t("today.see_code")}</a>`) : nothing}
    `;
  }

  private roomLine(): TemplateResult | typeof nothing {
    const { level, photosLeft } = this.room ?? {};
    if (level !== "low" && level !== "full") return nothing;
    const text = level === "full" ? t("room.full_refused") : t("storage.photos_left", { count: photosLeft ?? 0 });
    return banner(level === "full" ? "alarm" : "todo", text, html`<a class="button" href=${href("/storage")} data-test="room-line">${t("room.open")}</a>`, `room-${level}`);
  }

  private outboxLine(): TemplateResult {
    const { tone, shape, text } = syncWord(engine.status());
    return html`<a class="card row outbox-line outbox-line-${tone}" href=${href("/outbox")} data-test="outbox-line">${icon(shape)}<span class="grow strong">${text}</span>${icon("next")}</a>`;
  }

  private dueSection(): TemplateResult {
    const overdue = this.due.filter((finding) => finding.overdue).length;
    const aside = overdue > 0 ? badge("alarm", t("today.overdue", { count: overdue })) : nothing;
    return section(t("today.due", { count: this.due.length }), html`<div class="stack">
      ${this.due.length === 0
        ? empty("check", t("today.none_due"))
        : this.due.slice(0, SHOWN_DUE).map((finding) => findingCard(finding, { to: `/findings/${finding.id}/reinspect`, title: this.names.get(finding.enterprise) ?? "" }))}
      ${this.due.length > SHOWN_DUE ? html`<a class="button button-wide" href=${href("/hazards")} data-test="all-due">${t("today.all_due", { count: this.due.length })}</a>` : nothing}
    </div>`, aside, "due");
  }

  protected override view(): TemplateResult {
    const under = this.list.filter((one) => UNDER_WAY.includes(one.state));
    const after = this.list.filter((one) => AFTER_SIGNING.includes(one.state));
    const planned = this.list.filter((one) => ["planned", "approved", "notified"].includes(one.state));
    return html`<div class="page page-today" data-test="today">
      <div class="day-head">
        <div><p class="day">${dayInWords(today(), language())}</p><p class="soft">${me().name}</p></div>
        <a class="button" href=${href("/ready")} data-test="ready-link">${icon("shield")}<span>${t("ready.title")}</span></a>
      </div>
      ${this.notices()} ${this.roomLine()} ${[...under, ...after].map((one) => this.continueCard(one))}
      ${section(t("today.planned", { count: planned.length }), html`<div class="stack">
        ${planned.length === 0 ? empty("calendar", t("today.none_planned")) : planned.map((one) => this.planned(one))}
      </div>`)}
      ${this.toAttest.length > 0 ? section(t("today.attest"), html`<div class="stack">${this.toAttest.map((one) => this.asks(one))}</div>`) : nothing}
      ${this.dueSection()}
      ${this.recent.length > 0 ? section(t("today.recent"), html`<div class="stack">${this.recent.map((one) => this.past(one))}</div>`) : nothing}
    </div>
    <div class="bottombar">
      ${this.outboxLine()}
      <a class="button button-primary button-wide" href=${href("/start")} data-test="start-on-site">${icon("plus")}<span>${t("today.start")}</span></a>
    </div>`;
  }
}

define("lh-today", Today);
