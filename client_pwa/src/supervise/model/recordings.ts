// What the timeline of an inspection's recordings shows: bars and points, and where they lie. Pure.

import { cameraLabel } from "../../screen/labels.ts";
import type { InspectionView } from "../../store/index.ts";
import { unexplained, type Recorded } from "../../store/recordings.ts";
import type { InspectionRecordings, Outcome } from "../../sync/index.ts";

export interface Bar {
  readonly kind: "clip" | "footage" | "gap";
  /** Bars of one row share a line of the picture. */
  readonly row: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly text: string;
  readonly who?: string;
  readonly outcome?: Outcome;
  readonly reason?: string;
  readonly note?: string;
}
export interface Point {
  readonly kind: "finding" | "photo";
  readonly atMs: number;
}

const inTime = (a: Bar, b: Bar): number => a.fromMs - b.fromMs || a.untilMs - b.untilMs;

/** References by officer, then their footage by the phone's clock, then the gaps. */
export function drawn(one: InspectionView, known: Recorded, found: InspectionRecordings | undefined): { bars: Bar[]; points: Point[] } {
  const judged = new Map((found?.entries ?? []).map((entry) => [entry.clip, entry]));
  const clips = one.clips.map((clip): Bar => {
    const outcome = judged.get(clip.id)?.outcome;
    return {
      kind: "clip", row: `clip ${clip.officer}`, fromMs: clip.startedAtMs, untilMs: clip.stoppedAtMs || known.whole[1],
      text: cameraLabel(clip.camera), who: clip.officer, ...(outcome ? { outcome } : {}),
    };
  });
  const files = new Map<string, Bar>();
  for (const entry of found?.entries ?? []) {
    for (const id of entry.footage) {
      const file = found?.footage[id];
      const shift = entry.offset_ms ?? 0;
      if (file) files.set(id, { kind: "footage", row: "footage", fromMs: file.started_at_ms - shift, untilMs: file.ended_at_ms - shift, text: file.file_name });
    }
  }
  const open = unexplained(known.gaps, known.explained).map(([fromMs, untilMs]): Bar => ({ kind: "gap", row: "gap", fromMs, untilMs, text: "" }));
  const told = known.explained.map((gap): Bar => ({ kind: "gap", row: "gap", fromMs: gap.fromMs, untilMs: gap.untilMs, text: "", reason: gap.reason, note: gap.note }));
  const points = [
    ...one.findings.map((finding): Point => ({ kind: "finding", atMs: finding.createdAtMs })),
    ...one.photos.map((photo): Point => ({ kind: "photo", atMs: photo.capturedAtMs })),
  ];
  return { bars: [...clips.sort(inTime), ...[...files.values()].sort(inTime), ...[...open, ...told].sort(inTime)], points };
}

export interface Scale {
  (atMs: number): number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** From a moment to a place within `width`. The picture spans the bars; a point far outside lies at its edge. */
export function scaleOf(bars: readonly Bar[], points: readonly Point[], width: number): Scale {
  const moments = bars.length > 0 ? bars.flatMap((bar) => [bar.fromMs, bar.untilMs]) : points.map((point) => point.atMs);
  const fromMs = Math.min(...moments);
  const untilMs = Math.max(...moments, fromMs + 1);
  const place = (atMs: number): number => Math.round((Math.min(Math.max(atMs, fromMs), untilMs) - fromMs) / (untilMs - fromMs) * width);
  return Object.assign(place, { fromMs, untilMs });
}
