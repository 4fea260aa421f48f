// Which conclusions an inspection can have: none that contradicts what was recorded in it. Pure.

import { valueOf } from "../protocol/rows.ts";
import type { FindingView, InspectionView } from "../store/types.ts";

export const CONCLUSIONS = ["no_problem", "order", "measures", "case"] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

const GONE = new Set(["withdrawn", "duplicate"]);
const UNTREATED = new Set(["draft", "confirmed"]);

/** The hazards that count: neither withdrawn nor another's duplicate. */
export const countedFindings = ({ findings }: InspectionView): FindingView[] => findings.filter((one) => !GONE.has(one.state));

/** Hazards nothing has been done about: no order, no measures, not fixed, not handed on. */
export const untreatedFindings = (one: InspectionView): FindingView[] => countedFindings(one).filter(({ state }) => UNTREATED.has(state));

const dealtWithHere = ({ state, deadline, row }: FindingView): boolean =>
  valueOf(row, "measures") !== undefined || !(UNTREATED.has(state) || deadline);

/** "no problem" only without hazards, "order" only with one issued, "measures" only with one hazard dealt with other than by order; "case" always. */
export function conclusionsFor(one: InspectionView): Conclusion[] {
  const counted = countedFindings(one);
  const fits: Readonly<Record<Conclusion, boolean>> = {
    no_problem: counted.length === 0, order: one.orders.length > 0, measures: counted.some(dealtWithHere), case: true,
  };
  return CONCLUSIONS.filter((conclusion) => fits[conclusion]);
}
