// The on-site record and the rectification order as people read and sign them (DOMAIN §4). What is
// rendered here is shown, kept as bytes, and bound by its hash in the signing op.

import { sha256Hex, utf8 } from "../protocol/bytes.ts";
import { beijingDate } from "../protocol/lifecycle.ts";
import { nowMs } from "../store/clock.ts";
import { bureauName, enterprise, person } from "../store/lookups.ts";
import { textOf } from "../protocol/rows.ts";
import { currentAuthor } from "../store/identity.ts";
import { finding as readFinding, inspection as readInspection } from "../store/queries.ts";
import type { ClipView, EnterpriseView, FindingView, InspectionView, PersonView, PhotoView } from "../store/types.ts";
import { clockOf, dayOf, escape, facts, lines, minuteOf, paper, section } from "./paper.ts";
import { CaptureError, type OrderItem, type Rendering } from "./types.ts";

interface Subject {
  readonly inspection: InspectionView;
  readonly enterprise: EnterpriseView | undefined;
  readonly officers: readonly PersonView[];
  readonly bureau: string;
}

async function subjectOf(id: string): Promise<Subject> {
  const inspection = await readInspection(id);
  if (!inspection) throw new CaptureError("entity_unknown", `inspection/${id}`);
  const officers = await Promise.all(inspection.officers.map((one) => person(one)));
  return {
    inspection, officers: officers.filter((one) => one !== undefined),
    enterprise: await enterprise(inspection.enterprise), bureau: await bureauName(officers[0]?.bureau ?? inspection.space),
  };
}

const officersLine = ({ officers, inspection }: Subject): string =>
  inspection.officers
    .map((id) => {
      const officer = officers.find((one) => one.id === id);
      return `${officer?.name ?? id}（执法证号 ${officer?.licenceNumber || "/"}）`;
    })
    .join("、");

const enterpriseFacts = ({ enterprise: subject, inspection }: Subject): [string, string][] => [
  ["被检查单位", subject?.name ?? inspection.enterpriseName],
  ["统一社会信用代码", subject?.creditCode ?? ""],
  ["地址", subject?.address ?? ""],
  ["法定代表人（负责人）", subject?.head ?? ""],
  ["职务", subject?.post ?? ""],
  ["联系电话", subject?.phone ?? ""],
];

const basisLine = ({ basis }: FindingView): string => (basis ? `《${basis.law}》${basis.article}（${basis.version}）` : "");

function photoList(finding: FindingView, photos: readonly PhotoView[]): string {
  const own = finding.photos.map((id) => photos.find((photo) => photo.id === id)).filter((photo) => photo !== undefined);
  if (own.length === 0) return "";
  const items = own.map(
    (photo, at) =>
      `<li data-sha256="${photo.sha256}">照片${at + 1}，${minuteOf(photo.capturedAtMs)}拍摄，校验值 ${photo.sha256.slice(0, 16)}</li>`,
  );
  return `<ul class="photos">${items.join("")}</ul>`;
}

function findingItem(finding: FindingView, photos: readonly PhotoView[]): string {
  const grade = finding.grade === "major" ? `重大隐患（判定标准：${lines(finding.criterion)}）` : "一般隐患";
  return (
    `<li class="finding"><span class="number">${escape(finding.number)}</span> ${grade}<br>` +
    `部位：${lines(finding.place)}<br>情况：${lines(finding.description)}` +
    `${finding.basis ? `<br>依据：${lines(basisLine(finding))}` : ""}${photoList(finding, photos)}</li>`
  );
}

const GONE = new Set(["withdrawn", "duplicate"]);
/** The findings a record lists: all that stand, or those not yet in a signed record. */
const listed = (inspection: InspectionView, isSupplementary: boolean): FindingView[] =>
  inspection.findings.filter((one) => !GONE.has(one.state) && !(isSupplementary && one.recorded));

const yesNo = (value: unknown): string => (value === true ? "是" : "否");

/** `DSJ-7：09时05分至09时40分` of each recording known when the document is made; a camera that still runs says so. */
function recordedTimes(clips: readonly ClipView[]): string {
  const span = ({ camera, startedAtMs, stoppedAtMs }: ClipView): string =>
    `${camera}：${clockOf(startedAtMs)}${stoppedAtMs ? `至${clockOf(stoppedAtMs)}` : "起，制作本记录时仍在录制"}`;
  const inOrder = [...clips].sort((a, b) => a.startedAtMs - b.startedAtMs || (a.id < b.id ? -1 : 1));
  return inOrder.length === 0 ? "无" : inOrder.map(span).join("；");
}

function arrivalFacts({ row, approval, clips }: InspectionView): [string, string][] {
  const told = (name: string): string => yesNo(row.fields[name]?.v);
  const quiet = row.fields["quiet_ground"]?.v;
  return [
    ["已出示执法证件", told("id_shown")],
    ["已告知权利义务及回避", told("rights_told")],
    ["执法记录仪到场时已开启", told("recorder_on")],
    ["执法记录仪录制时段", recordedTimes(clips)],
    ["已扫码入企", told("code_scanned")],
    ...(typeof quiet === "string" ? ([["安静期内检查的依据", quiet]] as [string, string][]) : []),
    ...(approval === "pending" ? ([["审批", `现场开始，待补审批。原因：${String(row.fields["reason"]?.v ?? "")}`]] as [string, string][]) : []),
  ];
}

function recordHtml(subject: Subject, findings: readonly FindingView[], atMs: number, isSupplementary: boolean): string {
  const { inspection, bureau } = subject;
  const head = facts([
    ["编号", "待编号"], ["记录标识", inspection.id], ...enterpriseFacts(subject), ["检查场所", subject.enterprise?.address ?? ""],
    ["检查时间", `${minuteOf(inspection.arrivedAtMs)} 至 ${minuteOf(atMs)}`], ["检查机关", bureau], ["执法人员", officersLine(subject)],
    ["检查内容", inspection.content], ...arrivalFacts(inspection),
  ]);
  const items = findings.map((finding) => findingItem(finding, inspection.photos)).join("\n");
  const found = findings.length === 0 ? "<p>本次检查未发现隐患。</p>" : `<ol>\n${items}\n</ol>`;
  const title = isSupplementary ? "现场检查记录（补充）" : "现场检查记录";
  const closing = `<p class="small">以上记录经被检查单位现场负责人核对。如有异议，请在签字前提出并由执法人员更正；不同意记录内容的，可以拒绝签字并说明理由，由执法人员载明。</p>`;
  return paper(title, `${head}\n${section(`检查情况（共${findings.length}项）`, found)}\n${closing}`);
}

async function renderingOf(html: string, findings: readonly string[], atMs: number, supplementary: boolean): Promise<Rendering> {
  return { html, sha256: await sha256Hex(utf8(html)), findings, atMs, supplementary };
}

/** The on-site record as it stands (supplementary = only findings not in a signed record). */
export async function renderRecord(inspection: string, supplementary = false, atMs: number = nowMs()): Promise<Rendering> {
  const subject = await subjectOf(inspection);
  const findings = listed(subject.inspection, supplementary);
  const html = recordHtml(subject, findings, atMs, supplementary);
  return renderingOf(html, findings.map((one) => one.id), atMs, supplementary);
}

const SAFETY =
  "整改期间，请落实安全防范措施；不能保证安全的，应当停止相关作业并撤出人员。";
const REMEDIES =
  "如不服本指令，可以依法在收到之日起六十日内申请行政复议，或者在六个月内依法向人民法院提起行政诉讼；复议、诉讼期间，不停止执行本指令，法律另有规定的除外。";

function orderItem(item: OrderItem, at: number, finding: FindingView): string {
  return (
    `<li class="finding"><span class="number">${at + 1}</span> （${escape(finding.number)}）${lines(finding.description)}<br>` +
    `部位：${lines(finding.place)}<br>依据：${lines(basisLine(finding))}<br>` +
    `整改要求：${lines(item.requirement)}<br><b>整改期限：${dayOf(item.deadline)}前完成（当日24时止）</b></li>`
  );
}

interface Ordered {
  readonly facts: readonly (readonly [string, string])[];
  readonly findings: readonly FindingView[];
}

async function inspected(inspection: string): Promise<Ordered> {
  const subject = await subjectOf(inspection);
  const { id, findings } = subject.inspection;
  return { findings, facts: [["记录标识", id], ...enterpriseFacts(subject), ["执法机关", subject.bureau], ["执法人员", officersLine(subject)]] };
}

/** Hazards that another bureau found and handed over: its inspection is not here. */
async function takenOver(items: readonly OrderItem[]): Promise<Ordered> {
  const found = await Promise.all(items.map((item) => readFinding(item.finding)));
  const findings = found.filter((one) => one !== undefined);
  const row = findings[0]?.row;
  const author = await currentAuthor();
  const company = await enterprise(findings[0]?.enterprise ?? "");
  const said = (field: string): string => (row ? textOf(row, field) : "");
  return {
    findings,
    facts: [
      ["被检查单位", company?.name ?? said("enterprise_name")], ["地址", company?.address ?? said("enterprise_address")],
      ["执法机关", await bureauName(row?.space ?? "")], ["开具人", (await person(author?.person ?? ""))?.name ?? ""],
    ],
  };
}

/** The rectification order for these items; without an inspection for hazards that were taken over. */
export async function renderOrder(inspection: string | undefined, items: readonly OrderItem[], atMs: number = nowMs()): Promise<Rendering> {
  const subject = inspection === undefined ? await takenOver(items) : await inspected(inspection);
  const rows = items.map((item, at) => {
    const finding = subject.findings.find((one) => one.id === item.finding);
    if (!finding) throw new CaptureError("entity_unknown", `finding/${item.finding}`);
    return orderItem(item, at, finding);
  });
  const head = facts([["编号", "待编号"], ...subject.facts, ["开具日期", dayOf(beijingDate(atMs))]]);
  const notes = `<p>${SAFETY}</p>\n<p class="small">${REMEDIES}</p>`;
  const html = paper("责令限期整改指令书", `${head}\n${section(`责令整改事项（共${items.length}项）`, `<ol>\n${rows.join("\n")}\n</ol>`)}\n${notes}`);
  return renderingOf(html, items.map((item) => item.finding), atMs, false);
}
