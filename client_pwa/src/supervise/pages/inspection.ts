// An inspection's page: how it was begun, its officers, the record as it was shown and signed, who
// attested it, its findings, clips and photos, and one timeline.

import { html, nothing, type TemplateResult } from "lit";
import { archiveInspection } from "../../capture/index.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, button, empty, facts, section } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { bureauName, currentAuthor, inspection, membersOf, order, people, today, type Author, type FindingView, type InspectionView, type OrderView, type PersonView } from "../../store/index.ts";
import { dueBadge, fitted, stateBadge } from "../model/look.ts";
import { nameOf, peopleNames, type Names } from "../model/names.ts";
import { approvalActions } from "../parts/approval.ts";
import { pictures } from "../parts/picture.ts";
import { documentOfOrder, documentOfRecord, documents } from "../parts/document.ts";
import "../parts/recording-timeline.ts";
import "../parts/timeline.ts";

const ARRIVAL = ["id_shown", "rights_told", "recorder_on", "code_scanned"] as const;

class InspectionPage extends LiveScreen {
  private seen: InspectionView | undefined;
  private names: Names = new Map();
  private persons: readonly PersonView[] = [];
  private county = "";
  private author: Author | undefined;
  private orders: readonly OrderView[] = [];

  protected override async read(): Promise<void> {
    this.seen = await inspection(this.params["id"] ?? "");
    if (!this.seen) return;
    this.author = await currentAuthor();
    this.names = await peopleNames();
    this.persons = await people();
    this.county = await bureauName(this.seen.space);
    const orders = await Promise.all(this.seen.orders.map((id) => order(id)));
    this.orders = orders.filter((one) => one !== undefined);
  }

  private head(one: InspectionView): TemplateResult {
    const reviewers = membersOf(one.row, "reviewers");
    return html`<section class="card stack" data-test="inspection-head" data-state=${one.state} data-approval=${one.approval}>
      <div class="row row-wrap">${stateBadge("inspection", one.state, "inspection-state")}
        ${one.approval === "not_needed" ? nothing : stateBadge("approval", one.approval, "approval-state")}
        ${one.pending.length > 0 ? badge("busy", t("sup.pending"), "phone") : nothing}</div>
      <h2 class="sup-title">${one.enterpriseName}</h2>
      ${facts([
        [t("sup.inspection.date"), one.date], [t("sup.filter.county"), this.county], [t("sup.inspection.content"), one.content || t("sup.none")],
        ...(reviewers.length > 0 ? [[t("sup.inspection.reviewed_by"), reviewers.map((id) => nameOf(this.names, id)).join(" ")] as const] : []),
      ])}
      ${approvalActions(one.id, { state: one.state, approval: one.approval, reviewers }, this.author)}
      ${one.state === "concluded" && this.author?.role === "supervisor" ? html`<div>${button(t("sup.inspection.archive"), () => this.attempt(() => archiveInspection(one.id)), { icon: "book", test: "inspection-archive" })}</div>` : nothing}
    </section>`;
  }

  private arrival(one: InspectionView): TemplateResult {
    const fields = one.row.fields;
    if (fields["id_shown"] === undefined) return html`<p class="soft">${t("sup.inspection.not_begun")}</p>`;
    const text = (name: string): string => String(fields[name]?.v ?? "");
    const reasons = (["reason", "quiet_ground"] as const).filter((name) => text(name) !== "");
    return html`<div class="row row-wrap">${ARRIVAL.map((name) => {
      const done = fields[name]?.v === true;
      return html`<span data-test=${`arrival-${name}`} data-done=${String(done)}>${badge(done ? "done" : "todo", t(`sup.arrival.${name}` as Key), done ? "check" : "close")}</span>`;
    })}</div>
    ${reasons.length > 0 ? facts(reasons.map((name) => [t(`sup.arrival.${name}` as Key), text(name)] as const)) : nothing}`;
  }

  private officers(one: InspectionView): TemplateResult {
    return html`<ul class="stack">${one.officers.map((id) => {
      const person = this.persons.find((known) => known.id === id);
      return html`<li class="sup-sub row row-wrap" data-test="officer" data-person=${id}><strong>${nameOf(this.names, id)}</strong>
        <span>${t("sup.phones.licence")} <span class="digits">${person?.licenceNumber || t("sup.none")}</span></span>${this.attestation(one, id)}</li>`;
    })}</ul>
    ${one.signing ? html`<p data-test="attestations" class="strong">${t("sup.field.attested", { done: 1 + one.attestedBy.length, all: Math.max(2, one.officers.length) })}</p>` : nothing}`;
  }

  private attestation(one: InspectionView, id: string): TemplateResult | typeof nothing {
    if (!one.signing) return nothing;
    if (one.signedBy === id) return badge("done", t("sup.inspection.signed_by"), "sign");
    if (one.attestedBy.includes(id)) return badge("done", t("sup.inspection.attested"), "check");
    if (one.objectedBy.includes(id)) return badge("alarm", t("sup.inspection.objected"), "attention");
    return badge("todo", t("sup.inspection.not_attested"), "waiting");
  }

  private finding(one: FindingView, unrecorded: boolean): TemplateResult {
    return html`<li><a class="sup-line sup-line-card sup-line-free" href=${href(`/board/findings/${one.id}`)} data-test="inspection-finding" data-finding=${one.id} data-state=${one.state}>
      <span class="sup-line-marks">${stateBadge("finding", one.state)}${dueBadge(one.state, one.deadline, today()) ?? nothing}
        ${unrecorded ? badge("todo", t("sup.finding.unrecorded"), "sign") : nothing}</span>
      <span class="sup-line-head"><strong class="digits">${one.number}</strong> ${fitted(one.description || one.place || t("sup.finding.no_text"), 120)}</span></a></li>`;
  }

  private papers(one: InspectionView): TemplateResult {
    const unsigned = one.records.length === 0 ? html`<p class="soft">${t("sup.inspection.unsigned")}</p>` : nothing;
    return html`${unsigned}${documents([...one.records.map((record) => documentOfRecord(record, one.signing)), ...this.orders.map(documentOfOrder)], this.names)}`;
  }

  protected override view(): TemplateResult {
    const one = this.seen;
    if (!one) return html`<div class="page page-wide sup">${empty("search", t("sup.inspection.unknown"))}</div>`;
    const unrecorded = new Set(one.unrecorded);
    const verified = one.photos.filter((photo) => photo.verified).length;
    return html`<div class="page page-wide sup sup-two" data-test="inspection-page" data-inspection=${one.id}>
      <div class="sup-column">${this.head(one)}
        <section class="card stack">${section(t("sup.inspection.arrival"), this.arrival(one))}${section(t("sup.inspection.officers"), this.officers(one))}</section>
        <section class="card stack">${section(`${t("sup.inspection.findings")} · ${one.findings.length}`, html`<ul class="stack">${one.findings.map((finding) => this.finding(finding, one.signing !== "" && unrecorded.has(finding.id)))}</ul>`)}</section>
        <section class="card stack">${section(t("sup.doc.title"), this.papers(one))}</section>
        <section class="card stack">${section(t("sup.finding.clips"), html`<sup-recording-timeline .names=${this.names} .mayDecide=${this.author?.role === "supervisor"} .about=${one}></sup-recording-timeline>`)}
          ${section(t("sup.inspection.photos", { verified, all: one.photos.length }), pictures(one.photos))}</section></div>
      <aside class="sup-column card">${section(t("sup.timeline.title"), html`<sup-timeline .names=${this.names} .pending=${one.pending}
        .about=${{ entity: `inspection/${one.id}`, mark: JSON.stringify([one.pending, one.row.states, one.row.sets, one.row.fields]) }}></sup-timeline>`)}
        <p class="soft">${t("sup.inspection.begun")} ${dateTimeOf(one.row.created.at_ms)}</p></aside>
    </div>`;
  }
}

define("sup-inspection", InspectionPage);
