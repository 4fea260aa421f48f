// Planning, beginning, pausing and concluding an inspection, and the body camera's on and off.

import { nowMs, today } from "../store/clock.ts";
import { clipView, UNNUMBERED_CAMERA } from "../store/shapes.ts";
import { viewedUnder } from "../store/view.ts";
import type { Author } from "../store/types.ts";
import { inspection as readInspection } from "../store/queries.ts";
import { conclusionsFor, type Conclusion } from "./conclusions.ts";
import { position } from "./position.ts";
import { freshId, record, rowOf, savedOf, stepOn, writingAs } from "./scribe.ts";
import { CaptureError, type Arrival, type Begin, type BeginOnSite, type Option, type Saved } from "./types.ts";

const COMMON = "common";
/** Work on an enterprise belongs to the enterprise's jurisdiction. */
async function spaceOf(author: Author, enterprise: string): Promise<string> {
  const { space } = await rowOf(`enterprise/${enterprise}`);
  return space === COMMON ? author.bureau : space;
}

const step = (inspection: string, kind: string, members = {}, machine = "inspection", mends?: string): Promise<Saved> =>
  stepOn(`inspection/${inspection}`, machine, kind, "inspection", members, mends);

const arrivalOf = (input: Arrival) => ({
  officers: [...input.officers], arrived_at_ms: nowMs(), id_shown: input.idShown, rights_told: input.rightsTold, recorder_on: input.recorderOn,
  code_scanned: input.codeScanned, quiet_ground: input.quietGround, position: position(),
});

export function planInspection(
  input: { enterprise: string; date: string; officers: readonly string[]; content: string },
): Promise<Saved & { inspection: string }> {
  return writingAs(async (author) => {
    const inspection = freshId();
    const space = await spaceOf(author, input.enterprise);
    const saved = await record(author, { kind: "inspection.plan", space, body: { inspection, ...input, officers: [...input.officers] } });
    return { ...savedOf(saved), inspection };
  });
}

export const reviewInspection = (inspection: string, opinion?: string): Promise<Saved> =>
  step(inspection, "inspection.review", { opinion });
export const approveInspection = (inspection: string, opinion?: string): Promise<Saved> =>
  step(inspection, "inspection.approve", { opinion });
export const notifyInspection = (inspection: string): Promise<Saved> => step(inspection, "inspection.notify");
export const completeApproval = (inspection: string, opinion?: string): Promise<Saved> =>
  step(inspection, "inspection.complete_approval", { opinion }, "approval");
export const pauseInspection = (inspection: string, reason: string): Promise<Saved> =>
  step(inspection, "inspection.pause", { reason });
export const resumeInspection = (inspection: string): Promise<Saved> => step(inspection, "inspection.resume");
/** Conclude; refused when the conclusion contradicts what this phone knows of the inspection. */
export async function concludeInspection(inspection: string, conclusion: Conclusion): Promise<Saved> {
  const one = await readInspection(inspection);
  if (one && !conclusionsFor(one).includes(conclusion)) throw new CaptureError("conclusion_contradicts");
  return step(inspection, "inspection.conclude", { conclusion });
}
export const archiveInspection = (inspection: string): Promise<Saved> => step(inspection, "inspection.archive");
export const notCarriedOut = (inspection: string, reason: string): Promise<Saved> =>
  step(inspection, "inspection.not_carried_out", { reason });

/** Begin an unplanned inspection with a reason: approval stays pending. */
export function beginOnSite(input: BeginOnSite): Promise<Saved & { inspection: string }> {
  return writingAs(async (author) => {
    const inspection = freshId();
    const space = await spaceOf(author, input.enterprise);
    const { enterprise, reason } = input;
    const body = { inspection, enterprise, date: today(), content: input.content ?? reason, reason, ...arrivalOf(input) };
    return { ...savedOf(await record(author, { kind: "inspection.begin_on_site", space, body })), inspection };
  });
}

export const begin = (input: Begin, option: Option = {}): Promise<Saved> =>
  step(input.inspection, "inspection.begin", { reason: input.reason, ...arrivalOf(input) }, "inspection", option.mends);

/** The body camera was switched on now; its number may be unknown (""). */
export function recorderOn(inspection: string, camera: string): Promise<Saved & { clip: string }> {
  return writingAs(async (author) => {
    const { space } = await rowOf(`inspection/${inspection}`);
    const clip = freshId();
    const body = { clip, inspection, camera: camera.trim() || UNNUMBERED_CAMERA, officer: author.person, started_at_ms: nowMs() };
    return { ...savedOf(await record(author, { kind: "clip.start", space, body })), clip };
  });
}

/** Ends the author's running clips of the inspection. */
export function recorderOff(inspection: string): Promise<Saved[]> {
  return writingAs(async (author) => {
    const clips = (await viewedUnder("clip", inspection)).map(clipView);
    const running = clips.filter((clip) => clip.officer === author.person && clip.stoppedAtMs === 0);
    const saved: Saved[] = [];
    for (const { id, row } of running) {
      const body = { clip: id, stopped_at_ms: nowMs() };
      saved.push(savedOf(await record(author, { kind: "clip.stop", space: row.space, body })));
    }
    return saved;
  });
}

