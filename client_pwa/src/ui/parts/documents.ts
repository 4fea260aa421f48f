// The signed documents of an inspection or a hazard, as links that open the very text that was signed.

import { html, nothing, type TemplateResult } from "lit";
import { dateTimeOf } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { section } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { inspection, order, textOf, type FindingView, type InspectionView, type OrderView, type RecordView } from "../../store/index.ts";

export interface DocumentLink {
  readonly path: string;
  readonly title: string;
  readonly atMs: number;
  /** Hazards it lists. */
  readonly findings: readonly string[];
}

function recordLink(one: InspectionView, record: RecordView): DocumentLink {
  const title = record.refusalReason ? t("document.refused") : t(record.id === one.signing ? "document.record" : "document.supplement");
  return { path: `/documents/record/${record.id}`, title, atMs: record.signedAtMs, findings: record.recorded };
}

const orderLink = ({ id, issuedAtMs, items }: OrderView): DocumentLink =>
  ({ path: `/documents/order/${id}`, title: t("document.order"), atMs: issuedAtMs, findings: items.map((item) => item.finding) });

async function ordersOf(ids: readonly string[]): Promise<DocumentLink[]> {
  const found = await Promise.all(ids.map((id) => order(id)));
  return found.filter((one) => one !== undefined).map(orderLink);
}

/** Records and orders of an inspection, oldest first. */
export async function documentsOf(one: InspectionView): Promise<DocumentLink[]> {
  const links = [...one.records.map((record) => recordLink(one, record)), ...(await ordersOf(one.orders))];
  return links.sort((a, b) => a.atMs - b.atMs);
}

/** Those that name this hazard; of one that was taken over, the order it stands under. */
export async function documentsAbout(finding: FindingView): Promise<DocumentLink[]> {
  const one = await inspection(finding.inspection);
  if (one) return (await documentsOf(one)).filter((link) => link.findings.includes(finding.id));
  const latest = textOf(finding.row, "order");
  return latest ? ordersOf([latest]) : [];
}

export const documentList = (links: readonly DocumentLink[]): TemplateResult | typeof nothing =>
  links.length === 0 ? nothing : section(t("document.title"), html`<div class="stack">${links.map((link) => html`
    <a class="card row" href=${href(link.path)} data-test="document">
      <span class="tile" aria-hidden="true">${icon("order")}</span>
      <span class="grow stack stack-tight"><span class="strong">${link.title}</span><span class="soft digits">${dateTimeOf(link.atMs)}</span></span>${icon("next")}</a>`)}</div>`);
