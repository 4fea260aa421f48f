// What of an inspection was recorded: its references, stretches without one, reasons given, clocks
// shown and declared, cases. Viewed rows only; footage is the service's to tell.

import { uncovered, type Span } from "../protocol/cameras.ts";
import { membersOf, stateOf, textOf, valueOf } from "../protocol/rows.ts";
import { CAMERAS } from "../protocol/tables.ts";
import { nowMs } from "./clock.ts";
import { numberOf } from "./shapes.ts";
import type { ClipView, InspectionView, Viewed } from "./types.ts";
import { viewedUnder } from "./view.ts";

export interface GapView {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly reason: string;
  readonly note: string;
}

export interface ClockView {
  readonly id: string;
  readonly camera: string;
  /** Shown to the camera: the number and the phone's time. */
  readonly nonce: string;
  readonly shownAtMs: number;
  /** Declared: the day, and how far the camera is ahead. */
  readonly date: string;
  readonly offsetMs: number;
  readonly by: string;
}

export interface CaseView extends Viewed {
  readonly number: string;
  readonly open: boolean;
  readonly held: readonly string[];
  readonly footage: readonly string[];
}

export interface Recorded {
  readonly whole: Span;
  readonly gaps: readonly Span[];
  readonly explained: readonly GapView[];
  readonly clocks: readonly ClockView[];
  readonly cases: readonly CaseView[];
}

const OVER = ["signed", "signature_refused", "concluded", "archived"];

/** From arrival to the signing; to now while it goes on. */
export function wholeOf(one: InspectionView): Span {
  const state = one.row.states["inspection"];
  const signed = one.records.map((record) => record.signedAtMs);
  const end = signed.length > 0 ? Math.min(...signed) : OVER.includes(one.state) ? (state?.at_ms ?? nowMs()) : nowMs();
  return [one.arrivedAtMs, Math.max(one.arrivedAtMs, end)];
}

const spanOf = (clip: ClipView): Span => [clip.startedAtMs, clip.stoppedAtMs || nowMs()];

/** Stretches of the inspection that no reference covers, by any officer. */
export const gapsOf = (one: InspectionView): Span[] =>
  one.arrivedAtMs === 0 ? [] : uncovered(wholeOf(one), one.clips.map(spanOf), CAMERAS.gap_ms);

/** Gaps nobody has explained yet; what overlaps an explained one counts as explained. */
export function unexplained(gaps: readonly Span[], explained: readonly GapView[]): Span[] {
  return gaps.filter(([from, until]) => !explained.some((one) => one.fromMs < until && one.untilMs > from));
}

function clockView({ id, row }: Viewed): ClockView {
  return {
    id, camera: textOf(row, "camera"), nonce: textOf(row, "nonce"), shownAtMs: numberOf(row, "shown_at_ms"),
    date: textOf(row, "date"), offsetMs: numberOf(row, "offset_ms"), by: row.created.by,
  };
}

function caseView(viewed: Viewed): CaseView {
  const { row } = viewed;
  const footage = (valueOf(row, "footage") ?? []) as readonly { readonly footage: string }[];
  return {
    ...viewed, number: textOf(row, "number"), open: stateOf(row, "case") === "open", held: membersOf(row, "held"),
    footage: footage.map((one) => one.footage),
  };
}

export async function recorded(one: InspectionView): Promise<Recorded> {
  const [gaps, clocks, cases] = await Promise.all([viewedUnder("gap", one.id), viewedUnder("clock", one.id), viewedUnder("case", one.id)]);
  const explained = gaps.map(({ row }) => ({
    fromMs: numberOf(row, "from_ms"), untilMs: numberOf(row, "until_ms"), reason: textOf(row, "reason"), note: textOf(row, "note"),
  }));
  return {
    whole: wholeOf(one), gaps: gapsOf(one), explained, cases: cases.map(caseView),
    clocks: clocks.sort((a, b) => a.row.created.at_ms - b.row.created.at_ms).map(clockView),
  };
}
