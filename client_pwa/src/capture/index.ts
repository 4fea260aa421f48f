// The use-cases of the screens. Each builds its operation(s) from the viewed rows, checks the body
// against its kind, writes op and bytes in ONE strict transaction, reads them back, and only then
// resolves. Rejects with CaptureError (not allowed / not valid) or StoreError (not saved).

import type {
  Basis, Begin, BeginOnSite, Drawn, FindingEdit, FindingInput, Option, OrderItem, PhotoInput, Rendering, Saved,
} from "./types.ts";

export type * from "./types.ts";
export { CaptureError } from "./types.ts";

const notBuilt = (): never => {
  throw new Error("not built yet");
};

// --- inspection
export async function planInspection(_input: { enterprise: string; date: string; officers: readonly string[]; content: string }): Promise<Saved & { inspection: string }> { return notBuilt(); }
export async function reviewInspection(_inspection: string, _opinion?: string): Promise<Saved> { return notBuilt(); }
export async function approveInspection(_inspection: string, _opinion?: string): Promise<Saved> { return notBuilt(); }
export async function notifyInspection(_inspection: string): Promise<Saved> { return notBuilt(); }
/** Begin an unplanned inspection with a reason: approval stays pending. */
export async function beginOnSite(_input: BeginOnSite): Promise<Saved & { inspection: string }> { return notBuilt(); }
export async function begin(_input: Begin, _option?: Option): Promise<Saved> { return notBuilt(); }
export async function completeApproval(_inspection: string, _opinion?: string): Promise<Saved> { return notBuilt(); }
export async function pauseInspection(_inspection: string, _reason: string): Promise<Saved> { return notBuilt(); }
export async function resumeInspection(_inspection: string): Promise<Saved> { return notBuilt(); }
export async function concludeInspection(_inspection: string, _conclusion: "no_problem" | "order" | "measures" | "case"): Promise<Saved> { return notBuilt(); }
export async function archiveInspection(_inspection: string): Promise<Saved> { return notBuilt(); }
export async function notCarriedOut(_inspection: string, _reason: string): Promise<Saved> { return notBuilt(); }

// --- recorder clips
/** The body camera was switched on now. */
export async function recorderOn(_inspection: string, _camera: string): Promise<Saved & { clip: string }> { return notBuilt(); }
/** Ends the author's running clip(s) of the inspection. */
export async function recorderOff(_inspection: string): Promise<Saved[]> { return notBuilt(); }

// --- photos
/** Keep a photo as received. Resolves when bytes and op are durable and read back; the thumbnail follows later. */
export async function addPhoto(_bytes: ArrayBuffer, _input: PhotoInput): Promise<Saved & { photo: string; sha256: string }> { return notBuilt(); }
export async function assignPhotos(_finding: string, _photos: readonly string[]): Promise<Saved> { return notBuilt(); }
export async function unassignPhotos(_finding: string, _photos: readonly string[]): Promise<Saved> { return notBuilt(); }

// --- findings
/** Record a hazard; a photo or a text is enough. The number (A1, B3…) is allotted here. */
export async function saveFinding(_input: FindingInput, _option?: Option): Promise<Saved & { finding: string; number: string }> { return notBuilt(); }
/** Change texts; each change names the version it replaces. */
export async function editFinding(_finding: string, _edit: FindingEdit, _option?: Option): Promise<Saved> { return notBuilt(); }
/** Settle a contested field with the given text. */
export async function resolveField(_finding: string, _field: keyof FindingEdit, _value: string): Promise<Saved> { return notBuilt(); }
export async function classifyFinding(_finding: string, _input: { grade: "general" | "major"; criterion?: string; basis?: Basis }, _option?: Option): Promise<Saved> { return notBuilt(); }
export async function confirmFinding(_finding: string): Promise<Saved> { return notBuilt(); }
export async function fixOnSpot(_finding: string, _input: { note: string; photos: readonly string[] }): Promise<Saved> { return notBuilt(); }
export async function takeMeasures(_finding: string, _measures: string): Promise<Saved> { return notBuilt(); }
/** Withdraw a hazard with a reason (撤销). */
export async function withdraw(_finding: string, _reason: string): Promise<Saved> { return notBuilt(); }
export async function markDuplicate(_finding: string, _input: { duplicateOf: string; reason: string }): Promise<Saved> { return notBuilt(); }
export async function proposeClose(_finding: string, _reason: string): Promise<Saved> { return notBuilt(); }
export async function closeFinding(_finding: string, _reason?: string): Promise<Saved> { return notBuilt(); }
/** Decide a dispute: `chosen` is the op id of one of its claims. */
export async function decideDispute(_finding: string, _input: { chosen: string; reason: string }): Promise<Saved> { return notBuilt(); }
export async function transferFinding(_finding: string, _input: { authority: string; reason: string }): Promise<Saved> { return notBuilt(); }
export async function enterpriseCeased(_finding: string, _reason: string): Promise<Saved> { return notBuilt(); }

// --- documents: what is shown is what is signed
/** The on-site record as it stands (supplementary = only findings not in a signed record). */
export async function renderRecord(_inspection: string, _supplementary?: boolean): Promise<Rendering> { return notBuilt(); }
export async function renderOrder(_inspection: string, _items: readonly OrderItem[]): Promise<Rendering> { return notBuilt(); }
/** Bind the rendering shown; confirms the drafts it lists. Fails with `rendering_outdated` if the record changed since. */
export async function signInspection(_inspection: string, _input: { rendering: Rendering; signatures: readonly Drawn[] }, _option?: Option): Promise<Saved> { return notBuilt(); }
export async function refuseSignature(_inspection: string, _input: { rendering: Rendering; signatures: readonly Drawn[]; reason: string; witness?: string; clip?: string }, _option?: Option): Promise<Saved> { return notBuilt(); }
/** Sign a supplementary record of the findings made after the first one. */
export async function signSupplement(_inspection: string, _input: { rendering: Rendering; signatures: readonly Drawn[] }, _option?: Option): Promise<Saved> { return notBuilt(); }
/** The second officer agrees with or objects to the signed record, from their own phone. */
export async function attest(_inspection: string, _input: { agrees: boolean; objection?: string }): Promise<Saved> { return notBuilt(); }
export async function issueOrder(_inspection: string, _input: { items: readonly OrderItem[]; rendering: Rendering; signatures: readonly Drawn[] }, _option?: Option): Promise<Saved & { order: string }> { return notBuilt(); }

// --- after the order
export async function requestExtension(_finding: string, _input: { reason: string; until: string }): Promise<Saved> { return notBuilt(); }
export async function grantExtension(_finding: string, _deadline: string): Promise<Saved> { return notBuilt(); }
export async function denyExtension(_finding: string, _reason: string): Promise<Saved> { return notBuilt(); }
export async function claimRectification(_finding: string, _input: { claim: string; photos: readonly string[] }): Promise<Saved> { return notBuilt(); }
/** Result of a reinspection, per finding; at least one photo (purpose reinspection), two officers. */
export async function recordReinspection(_finding: string, _input: { officers: readonly string[]; result: "pass" | "fail"; opinion?: string; photos: readonly string[] }, _option?: Option): Promise<Saved & { reinspection: string }> { return notBuilt(); }
export async function attestReinspection(_reinspection: string): Promise<Saved> { return notBuilt(); }

// --- listed major hazards
export async function listFinding(_finding: string, _plan: { responsible: string; measures: string; funds: string; timeLimit: string; contingency: string }): Promise<Saved> { return notBuilt(); }
export async function acceptListed(_finding: string, _opinion: string): Promise<Saved> { return notBuilt(); }
export async function delist(_finding: string): Promise<Saved> { return notBuilt(); }
export async function approveResumption(_finding: string): Promise<Saved> { return notBuilt(); }

// --- enterprises
export async function addEnterprise(_input: { name: string; trade: "mine" | "chemical" | "fireworks" | "industry"; address: string; creditCode?: string; head?: string; post?: string; phone?: string }): Promise<Saved & { enterprise: string }> { return notBuilt(); }
export async function editEnterprise(_enterprise: string, _edit: { name?: string; address?: string; head?: string; post?: string; phone?: string }): Promise<Saved> { return notBuilt(); }

// --- phones and own records
/** Confirm another person's phone after comparing the code on both screens. */
export async function countersign(_chain: string, _comparedCode: string): Promise<Saved> { return notBuilt(); }
export async function revokeChain(_chain: string, _input: { cause: "for_cause" | "transfer" | "lost"; reason: string }): Promise<Saved> { return notBuilt(); }
export async function acceptQuarantined(_op: string, _reason: string): Promise<Saved> { return notBuilt(); }
export async function declineQuarantined(_op: string, _reason: string): Promise<Saved> { return notBuilt(); }
/** Take back an own op that was refused, rejected or waits. */
export async function withdrawOp(_op: string, _reason: string): Promise<Saved> { return notBuilt(); }
/** Do an own refused op again from the present state, with some members changed; names it in `mends`. */
export async function mend(_op: string, _changes?: { readonly [member: string]: unknown }): Promise<Saved> { return notBuilt(); }

// --- position
/** Watch the position in the background; the newest fix (if any) goes into records. Never waited for. Returns the stop function. */
export function watchPosition(): () => void { return notBuilt(); }
