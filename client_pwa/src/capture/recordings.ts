// Recordings: references made afterwards, a camera's clock, why there is a gap, which footage it is,
// and the cases that hold footage.

import { beijingDate } from "../protocol/lifecycle.ts";
import { nowMs } from "../store/clock.ts";
import { freshId, record, rowOf, savedOf, stepOn, writingAs } from "./scribe.ts";
import { CaptureError, type Saved } from "./types.ts";

const FEWEST_SHOWN_MS = 3000;

/** Write one op about an inspection. */
function about(inspection: string, kind: string, body: { readonly [member: string]: unknown }): Promise<Saved> {
  return writingAs(async (author) => {
    const { space } = await rowOf(`inspection/${inspection}`);
    return savedOf(await record(author, { kind, space, body: { inspection, ...body } }));
  });
}

export interface RecordingInput {
  readonly camera: string;
  readonly startedAtMs: number;
  readonly stoppedAtMs: number;
  readonly source: "range" | "name" | "list";
  readonly fileName?: string | undefined;
  readonly sha256?: string | undefined;
}

/** Refer to a recording that was made, by time, by file name, or from a station's list. */
export async function referToRecording(inspection: string, input: RecordingInput): Promise<Saved & { clip: string }> {
  if (input.stoppedAtMs < input.startedAtMs) throw new CaptureError("range_backwards");
  return writingAs(async (author) => {
    const { space } = await rowOf(`inspection/${inspection}`);
    const clip = freshId();
    const body = {
      clip, inspection, camera: input.camera, officer: author.person, started_at_ms: input.startedAtMs, stopped_at_ms: input.stoppedAtMs,
      source: input.source, file_name: input.fileName, sha256: input.sha256,
    };
    return { ...savedOf(await record(author, { kind: "clip.refer", space, body })), clip };
  });
}

/** A clock and a number were shown to the camera. `nonce` is 8 hex digits. */
export function clockShown(inspection: string, shown: { camera: string; nonce: string; shownAtMs: number }): Promise<Saved> {
  const shownForMs = Math.max(FEWEST_SHOWN_MS, Math.min(600_000, nowMs() - shown.shownAtMs));
  return about(inspection, "camera.show_clock", {
    clock: freshId(), camera: shown.camera, nonce: shown.nonce, shown_at_ms: shown.shownAtMs, shown_for_ms: shownForMs,
  });
}

/** How far a camera's clock is ahead on the day of a moment; `shown` names the showing it was read from. */
export const declareClock = (inspection: string, said: { camera: string; atMs: number; offsetMs: number; shown?: string | undefined }): Promise<Saved> =>
  about(inspection, "camera.declare_clock", {
    clock: freshId(), camera: said.camera, date: beijingDate(said.atMs), offset_ms: said.offsetMs, shown: said.shown,
  });

export type GapReason = "battery" | "explosive_area" | "forgot" | "other";

export const explainGap = (inspection: string, gap: { fromMs: number; untilMs: number; reason: GapReason; note?: string | undefined }): Promise<Saved> =>
  about(inspection, "recording.explain_gap", { gap: freshId(), from_ms: gap.fromMs, until_ms: gap.untilMs, reason: gap.reason, note: gap.note });

function onClip(clip: string, kind: string, footage: string, reason: string): Promise<Saved> {
  return writingAs(async (author) => {
    const { space } = await rowOf(`clip/${clip}`);
    return savedOf(await record(author, { kind, space, body: { clip, footage, reason } }));
  });
}
/** Say which footage a reference has; the opposite takes it back. */
export const confirmFootage = (clip: string, footage: string, reason: string): Promise<Saved> => onClip(clip, "clip.confirm_footage", footage, reason);
export const rejectFootage = (clip: string, footage: string, reason: string): Promise<Saved> => onClip(clip, "clip.reject_footage", footage, reason);

export interface CaseInput {
  readonly number?: string | undefined;
  readonly cause: string;
  readonly footage: readonly { readonly clip: string; readonly footage: string; readonly sha256: string }[];
  readonly without: readonly { readonly clip: string; readonly reason: string }[];
}

/** Open a case on an inspection: each recording with its hash, or why there is none. */
export function openCase(inspection: string, input: CaseInput): Promise<Saved> {
  const [footage, without] = [input.footage.map((one) => ({ ...one })), input.without.map((one) => ({ ...one }))];
  return about(inspection, "case.open", { case: freshId(), number: input.number, cause: input.cause, footage, without });
}

/** The station said that it holds these files for a case. */
export function confirmHold(id: string, said: { footage: readonly string[]; station: string; confirmedBy: string; reference?: string | undefined }): Promise<Saved> {
  return writingAs(async (author) => {
    const { space } = await rowOf(`case/${id}`);
    const body = { case: id, footage: [...said.footage], station: said.station, confirmed_by: said.confirmedBy, reference: said.reference };
    return savedOf(await record(author, { kind: "hold.confirm", space, body }));
  });
}

export const closeCase = (id: string, reason: string): Promise<Saved> => stepOn(`case/${id}`, "case", "case.close", "case", { reason });
