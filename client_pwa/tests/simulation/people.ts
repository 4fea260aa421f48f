// What a person does with the screens: each deed looks at what the phone shows, picks something and calls the use-case
// that the screen's button calls. A deed with nothing to do returns undefined.

import * as capture from "../../src/capture/index.ts";
import { addDays } from "../../src/protocol/lifecycle.ts";
import { allOps } from "../../src/store/ownops.ts";
import * as store from "../../src/store/index.ts";
import { heldPage } from "../../src/sync/index.ts";
import type { Author, FindingView, InspectionView } from "../../src/store/types.ts";

export interface Doing {
  readonly me: Author;
  readonly chance: () => number;
  readonly pick: <T>(from: readonly T[]) => T | undefined;
  /** The phone a supervisor was told about. */
  readonly op?: string;
}
type Deed = (doing: Doing) => Promise<unknown>;

const BASIS = { law: "某法", article: "第一条", version: "2021" };
const WORDS = ["护栏缺失", "安全出口被堵塞", "配电箱敞开", "应急灯不亮", "通道狭窄", "标志脱落"];
const word = ({ chance }: Doing): string => `${WORDS[Math.floor(chance() * WORDS.length)]!} ${Math.floor(chance() * 1e6)}`;

/** Bytes that begin as a picture of their kind and differ every time. */
function picture(head: readonly number[], { chance }: Doing, size = 200): ArrayBuffer {
  return Uint8Array.from({ length: size }, (_, at) => head[at] ?? Math.floor(chance() * 256)).buffer;
}
const jpeg = (doing: Doing): ArrayBuffer => picture([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0], doing, 100 + Math.floor(doing.chance() * 2000));
const png = (doing: Doing): ArrayBuffer => picture([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], doing);

const byId = <T extends { readonly id: string }>(views: readonly T[]): T[] => [...views].sort((a, b) => (a.id < b.id ? -1 : 1));

async function colleagues({ me, pick }: Doing): Promise<readonly string[] | undefined> {
  const others = byId(await store.people({ bureau: me.bureau, role: "inspector", active: true })).filter(({ id }) => id !== me.person);
  const other = pick(others);
  return other && [me.person, other.id];
}

async function inspection(doing: Doing, states: readonly string[]): Promise<InspectionView | undefined> {
  const all = await store.inspections({ states });
  return doing.pick(byId(all.filter(({ officers }) => officers.includes(doing.me.person))));
}
const anyInspection = async ({ pick }: Doing, states: readonly string[]): Promise<InspectionView | undefined> =>
  pick(byId(await store.inspections({ states })));

async function hazard(doing: Doing, states: readonly string[]): Promise<FindingView | undefined> {
  return doing.pick(byId(await store.openFindings({ states })));
}

const arrival = (officers: readonly string[]) => ({ officers, idShown: true, rightsTold: true, recorderOn: true, codeScanned: false });
const UNDER_WAY = ["in_progress"];
const AT_WORK = ["in_progress", "paused", "signed", "signature_refused"];
const OPEN = ["draft", "confirmed", "measures_taken", "ordered", "rectification_claimed", "failed"];
const AFTER_ORDER = ["ordered", "extension_granted", "extension_denied", "rectification_claimed", "measures_taken"];

const drawn = (doing: Doing) => [{ signer: "site_head" as const, name: "赵某", image: png(doing) }];

async function enterprise({ pick }: Doing): Promise<string | undefined> {
  return pick(byId(await store.enterprises("")))?.id;
}

async function photoOf(doing: Doing, place: { inspection: string; finding?: string }, purpose: "finding" | "reinspection") {
  return capture.addPhoto(jpeg(doing), { ...place, purpose, source: "camera", mediaType: "image/jpeg" });
}

/** Give a hazard what it lacks before it can be signed. */
async function complete(doing: Doing, finding: string): Promise<void> {
  const seen = await store.finding(finding);
  if (!seen || seen.gaps.length === 0) return;
  if (seen.gaps.includes("basis") || seen.gaps.includes("criterion")) await capture.classifyFinding(finding, { grade: seen.grade, basis: BASIS, criterion: "判定标准第三条" });
  if (seen.gaps.includes("place") || seen.gaps.includes("description")) {
    await capture.editFinding(finding, { place: seen.place || "一号车间", description: seen.description || word(doing) });
  }
}

const inspecting: Readonly<Record<string, Deed>> = {
  async begin_on_site(doing) {
    const [works, officers] = [await enterprise(doing), await colleagues(doing)];
    return works && officers && capture.beginOnSite({ enterprise: works, reason: "群众举报", ...arrival(officers) });
  },
  async plan(doing) {
    const [works, officers] = [await enterprise(doing), await colleagues(doing)];
    return works && officers && capture.planInspection({ enterprise: works, date: store.today(), officers, content: "例行检查" });
  },
  async begin(doing) {
    const one = await inspection(doing, ["planned", "approved", "notified"]);
    return one && capture.begin({ inspection: one.id, reason: "提前开始", ...arrival(one.officers) });
  },
  async photo(doing) {
    const one = await inspection(doing, AT_WORK);
    const finding = one && doing.pick(byId(one.findings));
    return one && photoOf(doing, { inspection: one.id, ...(finding && doing.chance() < 0.5 ? { finding: finding.id } : {}) }, "finding");
  },
  async hazard(doing) {
    const one = await inspection(doing, AT_WORK);
    const photos = one?.loosePhotos.slice(0, 1).map(({ id }) => id) ?? [];
    const grade = doing.chance() < 0.2 ? ("major" as const) : ("general" as const);
    return one && capture.saveFinding({ inspection: one.id, description: word(doing), place: "一号车间", grade, basis: BASIS, photos });
  },
  async edit(doing) {
    const one = await hazard(doing, OPEN);
    return one && capture.editFinding(one.id, doing.chance() < 0.5 ? { description: word(doing) } : { place: word(doing) });
  },
  async classify(doing) {
    const one = await hazard(doing, ["draft", "confirmed"]);
    return one && capture.classifyFinding(one.id, { grade: doing.chance() < 0.3 ? "major" : "general", criterion: "判定标准第三条", basis: BASIS });
  },
  async assign(doing) {
    const one = await inspection(doing, AT_WORK);
    const [photo, finding] = [doing.pick(one?.loosePhotos ?? []), doing.pick(byId(one?.findings ?? []))];
    return photo && finding && capture.assignPhotos(finding.id, [photo.id]);
  },
  async confirm(doing) {
    const one = await hazard(doing, ["draft"]);
    if (one) await complete(doing, one.id);
    return one && capture.confirmFinding(one.id);
  },
  async fix_on_spot(doing) {
    const one = await hazard(doing, ["confirmed"]);
    return one && capture.fixOnSpot(one.id, { note: "当场改正", photos: [] });
  },
  async measures(doing) {
    const one = await hazard(doing, ["confirmed"]);
    return one && capture.takeMeasures(one.id, "立即停止使用");
  },
  async sign(doing) {
    const one = await inspection(doing, UNDER_WAY);
    if (!one) return undefined;
    for (const finding of one.findings) await complete(doing, finding.id);
    const rendering = await capture.renderRecord(one.id);
    if (doing.chance() < 0.8) return capture.signInspection(one.id, { rendering, signatures: drawn(doing) });
    return capture.refuseSignature(one.id, { rendering, signatures: drawn(doing), reason: "不同意" });
  },
  async supplement(doing) {
    const one = await inspection(doing, ["signed", "signature_refused"]);
    if (!one || one.unrecorded.length === 0) return undefined;
    for (const finding of one.unrecorded) await complete(doing, finding);
    return capture.signSupplement(one.id, { rendering: await capture.renderRecord(one.id, true), signatures: drawn(doing) });
  },
  async attest(doing) {
    const one = await inspection(doing, ["signed", "signature_refused", "concluded"]);
    const agrees = doing.chance() < 0.9;
    return one && one.signedBy !== doing.me.person && capture.attest(one.id, { agrees, ...(agrees ? {} : { objection: "有异议" }) });
  },
  async order(doing) {
    const one = await inspection(doing, AT_WORK);
    const findings = one?.findings.filter(({ state, gaps }) => ["confirmed", "measures_taken", "failed"].includes(state) && gaps.length === 0) ?? [];
    if (!one || findings.length === 0) return undefined;
    const items = findings.map(({ id }) => ({ finding: id, requirement: "立即整改", deadline: addDays(store.today(), 7) }));
    return capture.issueOrder(one.id, { rendering: await capture.renderOrder(one.id, items), signatures: drawn(doing), items });
  },
  async extension(doing) {
    const one = await hazard(doing, ["ordered"]);
    return one && capture.requestExtension(one.id, { reason: "设备未到", until: addDays(store.today(), 20) });
  },
  async claim(doing) {
    const one = await hazard(doing, ["ordered", "extension_granted", "extension_denied"]);
    return one && capture.claimRectification(one.id, { claim: "已整改", photos: [] });
  },
  async reinspect(doing) {
    const [one, officers] = [await hazard(doing, AFTER_ORDER), await colleagues(doing)];
    if (!one || !officers) return undefined;
    const { photo } = await photoOf(doing, { inspection: one.inspection, finding: one.id }, "reinspection");
    return capture.recordReinspection(one.id, { officers, result: doing.chance() < 0.6 ? "pass" : "fail", photos: [photo] });
  },
  async attest_reinspection(doing) {
    const passed = await hazard(doing, ["passed", "failed"]);
    const mine = passed ? (await store.reinspectionsOf(passed.id)).filter(({ officers, author, attestedBy }) => officers.includes(doing.me.person) && author !== doing.me.person && !attestedBy.includes(doing.me.person)) : [];
    return mine[0] && capture.attestReinspection(mine[0].id);
  },
  async propose_close(doing) {
    const one = await hazard(doing, ["failed"]);
    return one && capture.proposeClose(one.id, "企业已停产");
  },
  async withdraw_hazard(doing) {
    const one = await hazard(doing, OPEN);
    return one && capture.withdraw(one.id, "误记");
  },
  async duplicate(doing) {
    const [one, other] = [await hazard(doing, OPEN), await hazard(doing, OPEN)];
    return one && other && one.id !== other.id && capture.markDuplicate(one.id, { duplicateOf: other.id, reason: "同一处" });
  },
  async pause(doing) {
    const one = await inspection(doing, UNDER_WAY);
    return one && capture.pauseInspection(one.id, "午休");
  },
  async resume(doing) {
    const one = await inspection(doing, ["paused"]);
    return one && capture.resumeInspection(one.id);
  },
  async recorder(doing) {
    const one = await inspection(doing, UNDER_WAY);
    if (!one) return undefined;
    const running = one.clips.some(({ officer, stoppedAtMs }) => officer === doing.me.person && stoppedAtMs === 0);
    return running ? (await capture.recorderOff(one.id)).at(-1) : capture.recorderOn(one.id, "DSJ-01");
  },
  async conclude(doing) {
    const one = await inspection(doing, ["signed", "signature_refused"]);
    return one && capture.concludeInspection(one.id, capture.conclusionsFor(one)[0]!);
  },
  async not_carried_out(doing) {
    const one = await inspection(doing, ["planned", "approved", "notified"]);
    return one && capture.notCarriedOut(one.id, "企业停业");
  },
};

const anybody: Readonly<Record<string, Deed>> = {
  async add_enterprise(doing) {
    return capture.addEnterprise({ name: `虚构企业${word(doing)}`, trade: "industry", address: "某路1号" });
  },
  async edit_enterprise(doing) {
    const one = await enterprise(doing);
    return one && capture.editEnterprise(one, { head: word(doing) });
  },
  async resolve(doing) {
    const one = doing.pick(byId((await store.openFindings()).filter(({ contested }) => contested.length > 0)));
    return one && capture.resolveField(one.id, one.contested[0] as "place", word(doing));
  },
  async mend_or_withdraw(doing) {
    const open = (await allOps()).filter(({ ruling, sending, replacedBy, person }) =>
      person === doing.me.person && !replacedBy && (sending === "rejected" || ruling?.outcome === "refused") && ruling?.code !== "withdrawn_by_author");
    const one = doing.pick(open);
    if (!one) return undefined;
    return doing.chance() < 0.5 ? capture.mend(one.op) : capture.withdrawOp(one.op, "不再需要");
  },
};

const supervising: Readonly<Record<string, Deed>> = {
  async countersign(doing) {
    const one = doing.pick((await store.chainsWaiting()).filter(({ person }) => person !== doing.me.person).sort((a, b) => (a.person < b.person ? -1 : 1)));
    return one && capture.countersign(one.id, one.pairingCode);
  },
  async review(doing) {
    const one = await anyInspection(doing, ["planned"]);
    return one && capture.reviewInspection(one.id);
  },
  async approve(doing) {
    const one = await anyInspection(doing, ["planned"]);
    return one && capture.approveInspection(one.id);
  },
  async notify(doing) {
    const one = await anyInspection(doing, ["approved"]);
    return one && capture.notifyInspection(one.id);
  },
  async complete_approval(doing) {
    const all = byId((await store.inspections()).filter(({ approval }) => approval === "pending"));
    const one = doing.pick(all);
    return one && capture.completeApproval(one.id);
  },
  async close(doing) {
    const one = await hazard(doing, ["passed", "closure_proposed", "fixed_on_spot"]);
    return one && capture.closeFinding(one.id, "同意");
  },
  async decide(doing) {
    const one = await hazard(doing, ["disputed"]);
    const claim = doing.pick(one?.claims ?? []);
    return one && claim && capture.decideDispute(one.id, { chosen: claim.op, reason: "经核实" });
  },
  async answer_extension(doing) {
    const one = await hazard(doing, ["extension_requested"]);
    if (!one) return undefined;
    return doing.chance() < 0.5 ? capture.grantExtension(one.id, addDays(store.today(), 20)) : capture.denyExtension(one.id, "不同意");
  },
  async transfer(doing) {
    const one = await hazard(doing, OPEN);
    return one && capture.transferFinding(one.id, { authority: "某主管部门", reason: "非本部门职责" });
  },
  async list(doing) {
    const one = doing.pick(byId((await store.openFindings()).filter(({ grade }) => grade === "major")));
    const plan = { responsible: "钱某", measures: "停产整改", funds: "十万元", timeLimit: addDays(store.today(), 30), contingency: "撤人" };
    return one && capture.listFinding(one.id, plan);
  },
  async archive(doing) {
    const one = await anyInspection(doing, ["concluded"]);
    return one && capture.archiveInspection(one.id);
  },
  async decide_quarantined(doing) {
    const space = doing.pick(doing.me.spaces);
    const one = space && doing.pick((await heldPage(space, "quarantined")).entries);
    if (!one) return undefined;
    return doing.chance() < 0.5 ? capture.acceptQuarantined(one, "核实无误") : capture.declineQuarantined(one, "不予采纳");
  },
  /** `op` is the chain of a phone that was reported. */
  async revoke(doing) {
    if (!doing.op) return undefined;
    const cause = (["for_cause", "transfer", "lost"] as const)[Math.floor(doing.chance() * 3)]!;
    return capture.revokeChain(doing.op, { cause, reason: "停用" });
  },
};

export const deeds: Readonly<Record<string, Deed>> = { ...inspecting, ...anybody, ...supervising };
