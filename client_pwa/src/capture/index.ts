// The use-cases of the screens. Each builds its operation(s) from the viewed rows, checks the body
// against its kind, writes op and bytes in ONE strict transaction, reads them back, and only then
// resolves. Rejects with CaptureError (not allowed / not valid) or StoreError (not saved).

export type * from "./types.ts";
export { CaptureError } from "./types.ts";

export {
  approveInspection, archiveInspection, begin, beginOnSite, completeApproval, concludeInspection, notCarriedOut,
  notifyInspection, pauseInspection, planInspection, recorderOff, recorderOn, resumeInspection, reviewInspection,
} from "./inspections.ts";
export { conclusionsFor, countedFindings, untreatedFindings, type Conclusion } from "./conclusions.ts";
export { derivePhoto } from "./derivations.ts";
export { addVoice, keepInterrupted, nextVoice, unassignVoices } from "./voices.ts";
export { addPhoto, assignPhotos, unassignPhotos } from "./photos.ts";
export {
  classifyFinding, closeFinding, confirmFinding, decideDispute, editEnterprise, editFinding, enterpriseCeased, fixOnSpot, handOverFinding,
  markDuplicate, proposeClose, resolveEnterpriseField, resolveField, saveFinding, takeMeasures, transferFinding, withdraw,
} from "./findings.ts";
export { renderOrder, renderRecord } from "./documents.ts";
export { attest, issueOrder, refuseSignature, signInspection, signSupplement } from "./signing.ts";
export {
  acceptListed, approveResumption, attestReinspection, claimRectification, delist, denyExtension, grantExtension, listFinding,
  recordReinspection, requestExtension,
} from "./followup.ts";
export {
  acceptQuarantined, addEnterprise, countersign, declineQuarantined, mend, revokeChain, withdrawOp,
} from "./registers.ts";
export {
  clockShown, closeCase, confirmFootage, confirmHold, declareClock, explainGap, openCase, referToRecording, rejectFootage, type GapReason,
} from "./recordings.ts";
export { watchPosition } from "./position.ts";
