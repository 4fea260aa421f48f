// Labels of the protocol's own words (states, outcomes, codes, problems), from its tables, so
// that a screen never retypes them. A word the tables do not know is shown raw: a newer server
// may use states this version has not heard of.

import cameras from "@tables/cameras.json";
import lifecycle from "@tables/lifecycle.json";
import kinds from "@tables/kinds.json";
import problems from "@tables/problems.json";
import reasons from "@tables/reasons.json";
import { UNNUMBERED_CAMERA } from "../store/index.ts";
import { t, word } from "./i18n.ts";

interface Pair {
  readonly zh: string;
  readonly en: string;
}
type Pairs = Readonly<Record<string, Pair>>;

const machines = lifecycle.machines as unknown as Readonly<Record<string, { readonly states: Pairs }>>;
const titles = kinds.kinds as unknown as Readonly<Record<string, { readonly title: Pair }>>;

const say = (pair: Pair | undefined, raw: string): string => (pair ? word(pair) : raw);

/** e.g. `stateLabel("finding", "ordered")` → 责令限期整改. */
export const stateLabel = (machine: string, state: string): string =>
  say(machines[machine]?.states[state], state);

export const kindLabel = (kind: string): string => say(titles[kind]?.title, kind);
export const outcomeLabel = (outcome: string): string => say((reasons.outcomes as Pairs)[outcome], outcome);
export const reasonLabel = (code: string): string => say((reasons.codes as unknown as Pairs)[code], code);
export const flagLabel = (flag: string): string => say((reasons.flags as Pairs)[flag], flag);

/** A problem document's or a rejected item's code. */
export const problemLabel = (code: string): string =>
  say((problems.problems as unknown as Pairs)[code] ?? (problems.item as unknown as Pairs)[code], code);

/** What is proposed for a recording, e.g. matched → 已对应. */
export const recordingLabel = (outcome: string): string => say((cameras.outcomes as Pairs)[outcome], outcome);
/** Why a row of a manifest was refused. */
export const rowCodeLabel = (code: string): string => say((cameras.row_codes as Pairs)[code], code);

/** A body camera's number; in the reader's language where nobody entered one. */
export const cameraLabel = (camera: string): string => (camera === UNNUMBERED_CAMERA ? t("recorder.no_number") : camera);
