// Which steps a person may take on a finding now: the kind's actors and the lifecycle's table, both
// from sync_protocol/tables. The server's guards are named beside a step that would be refused, so
// that the screen says why instead of letting the person run into it. Decides nothing by itself.

import { machineOf, target } from "../../protocol/lifecycle.ts";
import { KINDS } from "../../protocol/tables.ts";
import { textOf } from "../../protocol/rows.ts";
import type { FindingView, ReinspectionView } from "../../store/index.ts";

/** In the order they stand on the page; the first ones are what usually comes next. */
export const FINDING_KINDS = [
  "finding.decide", "extension.grant", "extension.deny", "finding.close", "order.issue",
  "finding.propose_close", "finding.hand_over", "finding.transfer", "finding.enterprise_ceased", "finding.withdraw",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Offered {
  readonly kind: FindingKind;
  /** Code of reasons.json that the server would refuse it with now, or "". */
  readonly barred: string;
}

/** The step of the finding's machine a kind takes. */
export function stepOf(kind: string): string {
  const effect = KINDS[kind]?.effects.find((one) => one.do === "step" && one.machine === "finding");
  return effect?.step ?? "";
}

/** The guard reinspection_attested: only a pass by reinspection, not one a supervisor decided. */
function isAttested(finding: FindingView, reinspections: readonly ReinspectionView[]): boolean {
  if (finding.row.states["finding"]?.step !== "reinspect_pass") return true;
  const counted = reinspections.find((one) => one.id === textOf(finding.row, "reinspection"));
  return (counted?.attestedBy.length ?? 0) > 0;
}

function barOf(kind: FindingKind, finding: FindingView, reinspections: readonly ReinspectionView[], isCity: boolean): string {
  if (kind === "finding.close" && !isAttested(finding, reinspections)) return "second_officer_missing";
  if (kind === "order.issue" && finding.gaps.length > 0) return "finding_incomplete";
  if (kind === "finding.hand_over" && finding.takenOver && !isCity) return "handed_over_before";
  return "";
}

/** A hand-over takes no step: the table lists the states from which it is made. */
const isLegal = (kind: FindingKind, { state }: FindingView): boolean =>
  kind === "finding.hand_over" ? (machineOf("finding").can_be_handed_over ?? []).includes(state) : target("finding", stepOf(kind), state) !== undefined;

/** Steps legal in the finding's state for this role; `isCity`: the person's bureau is above the finding's. */
export function offered(finding: FindingView, role: string, reinspections: readonly ReinspectionView[], isCity = false): Offered[] {
  return FINDING_KINDS.filter((kind) => KINDS[kind]!.actors.includes(role)).filter((kind) => isLegal(kind, finding))
    .map((kind) => ({ kind, barred: barOf(kind, finding, reinspections, isCity) }));
}
