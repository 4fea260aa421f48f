// A finding's page: its state and what may be done now, a dispute's two claims, what it says, photos
// before and after, clips, orders and dates, and beside it one timeline of everything that happened.

import { html, nothing, type TemplateResult } from "lit";
import { resolveEnterpriseField } from "../../capture/index.ts";
import type { Json } from "../../protocol/rows.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, every } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, empty, facts, section } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { contested } from "../../screen/versions.ts";
import {
  bureauName, bureaus, currentAuthor, enterprise, finding, inspection, order, photos, reinspectionsOf, textOf, today, voices,
  type Author, type Bureau, type EnterpriseView, type FindingView, type InspectionView, type OrderView, type PhotoView, type ReinspectionView, type VoiceView,
} from "../../store/index.ts";
import { clipsDuring } from "../model/clips.ts";
import { dueBadge, stateBadge } from "../model/look.ts";
import { nameOf, peopleNames, type Names } from "../model/names.ts";
import { ApiError, fetchSeen, type SeenImage } from "../../sync/index.ts";
import { voiceNotes } from "../../screen/voice-note.ts";
import { documentOfOrder, documentOfRecord, documents } from "../parts/document.ts";
import { alikes } from "../parts/copies.ts";
import { pictures } from "../parts/picture.ts";
import { clipLine } from "../parts/clip.ts";
import "../parts/dispute.ts";
import "../parts/fields.ts";
import "../parts/finding-actions.ts";
import "../parts/timeline.ts";

const ASK_MS = 3_000;

class FindingPage extends LiveScreen {
  private finding: FindingView | undefined;
  private inspection: InspectionView | undefined;
  private enterprise: EnterpriseView | undefined;
  private photos: ReadonlyMap<string, PhotoView> = new Map();
  private reinspections: readonly ReinspectionView[] = [];
  private orders: readonly OrderView[] = [];
  private names: Names = new Map();
  private county = "";
  private author: Author | undefined;
  private bureaus: readonly Bureau[] = [];
  private voices: readonly VoiceView[] = [];
  private seen: ReadonlyMap<string, SeenImage> = new Map();
  private lookedAt = "";

  constructor() {
    super();
    this.watch(every(ASK_MS), () => this.lookAgain());
  }

  protected override async read(): Promise<void> {
    const view = await finding(this.params["id"] ?? "");
    this.finding = view;
    if (!view) return;
    this.author = await currentAuthor();
    this.names = await peopleNames();
    this.inspection = await inspection(view.inspection);
    this.enterprise = await enterprise(view.enterprise);
    this.bureaus = await bureaus();
    this.county = await bureauName(view.row.space);
    this.reinspections = await reinspectionsOf(view.id);
    this.orders = await this.ordersOf(view);
    const shown = await photos([...new Set([...view.photos, ...view.afterPhotos, ...this.reinspections.flatMap((one) => one.photos)])]);
    this.photos = new Map(shown.map((one) => [one.id, one]));
    this.voices = await voices(view.voices);
    this.look(view, shown);
  }

  /** What the service saw in the photos; asked again when another one was verified. Without it the page is whole but for these hints. */
  private look({ row, id }: FindingView, shown: readonly PhotoView[]): void {
    const mark = [id, ...shown.filter(({ verified }) => verified).map((one) => one.id)].join();
    if (mark === this.lookedAt) return;
    this.lookedAt = mark;
    this.attempt(async () => {
      try {
        this.put({ seen: new Map((await fetchSeen(row.space, id)).map((image) => [image.photo, image])) });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.lookedAt = ""; // asked again at the next change
      }
    });
  }

  /** A picture that is still being looked at is asked for again; a page that nobody sees asks nothing. */
  private lookAgain(): void {
    if (document.visibilityState !== "visible" || ![...this.seen.values()].some(({ state }) => state === "waiting")) return;
    this.lookedAt = "";
    this.refresh();
  }

  private async ordersOf(view: FindingView): Promise<OrderView[]> {
    const named = new Set([...(this.inspection?.orders ?? []), textOf(view.row, "order")].filter(Boolean));
    const all = await Promise.all([...named].map((id) => order(id)));
    return all.filter((one): one is OrderView => one !== undefined && one.items.some((item) => item.finding === view.id));
  }

  private head(view: FindingView): TemplateResult {
    return html`<section class="card stack" data-test="finding-head" data-state=${view.state}>
      <div class="row row-wrap">${stateBadge("finding", view.state, "finding-state")}${dueBadge(view.state, view.deadline, today()) ?? nothing}
        ${view.grade === "major" ? badge("alarm", t("grade.major"), "hazard") : badge("plain", t("grade.general"), "hazard")}
        ${view.contested.length > 0 ? badge("alarm", t("sup.contested"), "people") : nothing}
        ${view.recorded || !this.inspection?.signing ? nothing : badge("plain", t("sup.finding.unrecorded"), "sign")}
        ${view.pending.length > 0 ? badge("busy", t("sup.pending"), "phone", "finding-pending") : nothing}</div>
      <h2 class="sup-title"><span class="digits">${view.number}</span> ${view.description || view.place || t("sup.finding.no_text")}</h2>
      ${facts([
        [t("sup.finding.enterprise"), html`${this.enterprise?.name ?? textOf(view.row, "enterprise_name")}<br /><span class="soft">${this.enterprise?.address ?? textOf(view.row, "enterprise_address")}</span>`],
        [t("sup.filter.county"), this.county],
        [t("sup.filter.trade"), this.enterprise ? t(`trade.${this.enterprise.trade}`) : t("sup.none")],
        [t("sup.finding.recorded_by"), html`${nameOf(this.names, view.author)} <span class="digits">${dateTimeOf(view.createdAtMs)}</span>`],
        ...(view.row.was ?? []).map((one) => [t("sup.finding.came_from"), html`<span data-test="came-from">${this.bureaus.find(({ code }) => code === one.space)?.name ?? one.space}</span>
          <span class="soft digits">${nameOf(this.names, one.by)} ${dateTimeOf(one.at_ms)}</span>`] as const),
        [t("sup.finding.inspection"), view.takenOver && !this.inspection ? t("sup.finding.inspection_there") : html`<a class="sup-link" href=${href(`/field/inspections/${view.inspection}`)} data-test="finding-inspection">${t("sup.finding.open_inspection", { date: this.inspection?.date ?? "" })}</a>`],
      ])}
      ${this.enterprise ? contested(this.enterprise, this.author?.role === "supervisor" ? this.settleEnterprise : undefined) : nothing}
      <sup-finding-actions .bureaus=${this.bureaus} .isCity=${this.author !== undefined && this.author.bureau !== view.row.space} .actor=${this.author?.role ?? ""} .reinspections=${this.reinspections} .finding=${view}></sup-finding-actions>
    </section>`;
  }

  private readonly settleEnterprise = (name: string, value: Json): Promise<unknown> => resolveEnterpriseField(this.enterprise!.id, name, value);

  private dates(view: FindingView): TemplateResult {
    const fields = view.row.fields;
    const extension = String(fields["extension_until"]?.v ?? "");
    if (this.orders.length === 0 && view.deadline === "") return html`<p class="soft">${t("sup.finding.no_order")}</p>`;
    return html`${facts([
      [t("sup.act.now_due"), html`<strong class="digits" data-test="deadline">${view.deadline || t("sup.none")}</strong>`],
      ...(extension ? [[t("sup.act.wished"), `${extension} · ${String(fields["extension_reason"]?.v ?? "")}`] as const] : []),
    ])}
    <ul class="stack">${this.orders.map((one) => html`<li class="sup-sub" data-test="order">
      <strong>${t("sup.finding.order")}</strong> <span class="soft">${nameOf(this.names, one.author)} ${dateTimeOf(one.issuedAtMs)}</span>
      ${one.items.filter((item) => item.finding === view.id).map((item) => html`<p class="sup-said">${item.requirement}<br /><span class="digits">${t("due.on", { date: item.deadline })}</span></p>`)}
    </li>`)}</ul>`;
  }

  /** The signed records that list it, and the orders about it. */
  private papers(view: FindingView): TemplateResult {
    const records = (this.inspection?.records ?? []).filter((record) => record.recorded.includes(view.id));
    const docs = [...records.map((record) => documentOfRecord(record, this.inspection?.signing ?? "")), ...this.orders.map(documentOfOrder)];
    return docs.length === 0 ? html`<p class="soft">${t("sup.doc.none")}</p>` : documents(docs, this.names);
  }

  private reinspected(one: ReinspectionView): TemplateResult {
    const shown = one.photos.flatMap((id) => this.photos.get(id) ?? []);
    return html`<li class="sup-sub stack" data-test="reinspection" data-result=${one.result}>
      <div class="row row-wrap">${badge(one.result === "pass" ? "done" : "todo", t(`sup.result.${one.result}` as Key), one.result === "pass" ? "check" : "recheck")}
        ${badge(one.attestedBy.length > 0 ? "done" : "todo", t("sup.field.attested", { done: 1 + one.attestedBy.length, all: Math.max(2, one.officers.length) }), "people", "reinspection-attested")}</div>
      <p>${one.officers.map((id) => nameOf(this.names, id)).join(" ")} <span class="soft digits">${dateTimeOf(one.row.created.at_ms)}</span></p>
      ${one.opinion ? html`<p class="sup-said">${one.opinion}</p>` : nothing}${pictures(shown)}
    </li>`;
  }

  private evidence(view: FindingView): TemplateResult {
    const of = (ids: readonly string[]): PhotoView[] => ids.flatMap((id) => this.photos.get(id) ?? []);
    const inReinspections = new Set(this.reinspections.flatMap((one) => one.photos));
    const after = of(view.afterPhotos.filter((id) => !inReinspections.has(id)));
    const more = { seen: this.seen, mayRedact: this.author?.role === "supervisor" };
    const clips = clipsDuring(this.inspection?.clips ?? [], view.createdAtMs);
    return html`<section class="card stack">${alikes([...this.seen.values()])}${section(t("sup.finding.photos"), view.photos.length > 0 ? pictures(of(view.photos), more) : html`<p class="soft">${t("photo.none")}</p>`)}
        ${after.length > 0 ? section(t("sup.finding.after"), pictures(after, more)) : nothing}</section>
      ${this.voices.length > 0 ? html`<section class="card stack">${section(t("voice.word"), voiceNotes(this.voices))}</section>` : nothing}
      ${this.reinspections.length > 0 ? html`<section class="card stack">${section(t("sup.finding.reinspections"), html`<ul class="stack">${this.reinspections.map((one) => this.reinspected(one))}</ul>`)}</section>` : nothing}
      <section class="card stack">${section(t("sup.finding.clips"), clips.length > 0
        ? html`<ul class="stack">${clips.map((clip) => clipLine(clip, this.names))}</ul>` : html`<p class="soft">${t("sup.finding.no_clip")}</p>`)}</section>`;
  }

  protected override view(): TemplateResult {
    const view = this.finding;
    if (!view) return html`<div class="page page-wide sup">${empty("search", t("sup.finding.unknown"))}</div>`;
    const of = { finding: view, reinspections: this.reinspections, photos: this.photos, names: this.names, mayDecide: this.author?.role === "supervisor" && view.state === "disputed" };
    return html`<div class="page page-wide sup sup-two" data-test="finding-page" data-finding=${view.id}>
      <div class="sup-column">${this.head(view)}
        <sup-dispute .of=${of}></sup-dispute>
        <section class="card stack">${section(t("sup.finding.said"), html`<sup-fields .mayChoose=${this.author?.role === "supervisor"} .finding=${view}></sup-fields>`)}</section>
        <section class="card stack">${section(t("sup.finding.dates"), this.dates(view))}${section(t("sup.doc.title"), this.papers(view))}</section>
        ${this.evidence(view)}</div>
      <aside class="sup-column card">${section(t("sup.timeline.title"), html`<sup-timeline .names=${this.names} .pending=${view.pending}
        .about=${{ entity: `finding/${view.id}`, mark: JSON.stringify([view.pending, view.row.states, view.row.sets, view.row.fields, view.row.disputes]) }}></sup-timeline>`)}</aside>
    </div>`;
  }
}

define("sup-finding", FindingPage);
