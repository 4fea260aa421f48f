// 进行中的检查: inspections under way and what of them is still in the field, approvals to complete,
// and schemes that wait for review and approval by two different people.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, empty, figure, section } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { currentAuthor, type Author } from "../../store/index.ts";
import { inspectionLines, type InspectionLine } from "../../store/supervise.ts";
import { stateBadge } from "../model/look.ts";
import { bureauNames, nameOf, peopleNames, type Names } from "../model/names.ts";
import { approvalActions } from "../parts/approval.ts";
import "../parts/devices.ts";

const UNDER_WAY = ["in_progress", "paused"];
const ENDED_SHOWN = 30;

/** Signed, but not everything has arrived or been attested. */
const stillOut = (line: InspectionLine): boolean =>
  ["signed", "signature_refused"].includes(line.state) && (line.photosVerified < line.photos || line.attested + line.objected === 0);

class Field extends LiveScreen {
  private lines: readonly InspectionLine[] = [];
  private names: Names = new Map();
  private bureaus: Names = new Map();
  private author: Author | undefined;

  protected override async read(): Promise<void> {
    this.author = await currentAuthor();
    this.lines = await inspectionLines();
    this.names = await peopleNames();
    this.bureaus = await bureauNames(this.lines.map((line) => line.space));
  }

  private photos(line: InspectionLine): TemplateResult | typeof nothing {
    if (line.photos === 0) return nothing;
    const left = line.photos - line.photosVerified;
    return left > 0
      ? badge("todo", t("sup.field.photos_left", { verified: line.photosVerified, all: line.photos }), "camera", "photos-left")
      : badge("done", t("sup.field.photos_all", { count: line.photos }), "camera", "photos-all");
  }

  private card(line: InspectionLine): TemplateResult {
    return html`<li class="card stack" data-test="inspection" data-inspection=${line.id} data-state=${line.state} data-approval=${line.approval}>
      <div class="row row-wrap">
        ${stateBadge("inspection", line.state)}
        ${line.approval === "pending" ? stateBadge("approval", "pending", "approval-pending") : nothing}
        ${line.recording ? badge("busy", t("sup.field.recording"), "record", "recording") : nothing}
        ${this.photos(line)}
      </div>
      <a class="sup-card-link" href=${href(`/field/inspections/${line.id}`)} data-test="inspection-open">${line.enterprise || t("sup.none")}</a>
      <p class="soft">${nameOf(this.bureaus, line.space)} · ${line.date} · ${line.officers.map((id) => nameOf(this.names, id)).join(" ")}</p>
      ${line.reason ? html`<p>${t("sup.field.reason")} ${line.reason}</p>` : nothing}
      <p class="row row-wrap"><span>${t("sup.field.findings", { count: line.findings })}</span>
        ${line.state === "signed" || line.state === "signature_refused" ? html`<span>${t("sup.field.attested", { done: 1 + line.attested, all: Math.max(2, line.officers.length) })}</span>` : nothing}</p>
      ${approvalActions(line.id, { state: line.state, approval: line.approval, reviewers: line.reviewers }, this.author)}
    </li>`;
  }

  private group(title: string, lines: readonly InspectionLine[], test: string, none = ""): TemplateResult | typeof nothing {
    if (lines.length === 0 && none === "") return nothing;
    const body = lines.length === 0 ? empty("check", none) : html`<ul class="sup-cards">${lines.map((line) => this.card(line))}</ul>`;
    return section(`${title} · ${lines.length}`, body, nothing, test);
  }

  protected override view(): TemplateResult {
    const running = this.lines.filter((line) => UNDER_WAY.includes(line.state));
    const planned = this.lines.filter((line) => line.state === "planned");
    const out = this.lines.filter((line) => stillOut(line) && line.approval !== "pending");
    const approvals = this.lines.filter((line) => line.approval === "pending" && !running.includes(line));
    const listed = new Set([...running, ...planned, ...out, ...approvals]);
    const rest = this.lines.filter((line) => !listed.has(line)).slice(0, ENDED_SHOWN);
    const photosLeft = this.lines.reduce((sum, line) => sum + line.photos - line.photosVerified, 0);
    return html`<div class="page page-wide sup" data-test="field">
      <div class="card sup-figure-row">
        ${figure(running.length, t("sup.field.running"), "plain", "running-count")}
        ${figure(this.lines.filter((line) => line.approval === "pending").length, t("sup.field.to_approve"), "plain", "approval-count")}
        ${figure(planned.length, t("sup.field.schemes"), "plain", "scheme-count")}
        ${figure(photosLeft, t("sup.field.photos_out"), photosLeft > 0 ? "todo" : "plain", "photos-out")}
      </div>
      <sup-devices .about=${{ names: this.names, spaces: this.author?.spaces ?? [] }}></sup-devices>
      ${this.group(t("sup.field.running"), running, "group-running", t("sup.field.none_running"))}
      ${this.group(t("sup.field.to_approve"), approvals, "group-approval")}
      ${this.group(t("sup.field.schemes"), planned, "group-schemes")}
      ${this.group(t("sup.field.still_out"), out, "group-out")}
      ${this.group(t("sup.field.ended"), rest, "group-ended")}
    </div>`;
  }
}

define("sup-field", Field);
