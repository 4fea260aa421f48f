// How states, outcomes and bands look: tone, shape and word. One place, so that a state has the
// same face on the board, the page and the timeline.

import { isUnderDeadline } from "../../protocol/lifecycle.ts";
import { t } from "../../screen/i18n.ts";
import type { IconName } from "../../screen/icons.ts";
import { daysUntil } from "../../screen/dates.ts";
import { badge, type Tone } from "../../screen/parts.ts";
import { outcomeLabel, stateLabel } from "../../screen/labels.ts";
import type { TemplateResult } from "lit";

const FACES: Readonly<Record<string, readonly [Tone, IconName]>> = {
  draft: ["plain", "sign"], confirmed: ["plain", "hazard"], measures_taken: ["plain", "shield"],
  ordered: ["busy", "order"], extension_requested: ["todo", "calendar"], extension_granted: ["busy", "calendar"],
  extension_denied: ["busy", "calendar"], rectification_claimed: ["todo", "recheck"], failed: ["todo", "recheck"],
  closure_proposed: ["todo", "waiting"], disputed: ["alarm", "people"], passed: ["todo", "check"],
  fixed_on_spot: ["todo", "check"], closed: ["done", "sealed"], withdrawn: ["plain", "undo"],
  duplicate: ["plain", "copy"], transferred: ["plain", "next"], enterprise_ceased: ["plain", "building"],
  planned: ["plain", "calendar"], approved: ["plain", "check"], notified: ["plain", "check"],
  in_progress: ["busy", "people"], paused: ["todo", "stop"], signed: ["done", "sign"],
  signature_refused: ["todo", "sign"], concluded: ["done", "check"], archived: ["done", "book"],
  not_carried_out: ["plain", "close"], pending: ["todo", "waiting"], completed: ["done", "check"], not_needed: ["plain", "check"],
};

export const stateTone = (state: string): Tone => FACES[state]?.[0] ?? "plain";

export function stateBadge(machine: string, state: string, test = ""): TemplateResult {
  const [tone, shape] = FACES[state] ?? ["plain", "info"];
  return badge(tone, stateLabel(machine, state), shape, test);
}

/** Days left or overdue, where a deadline runs; otherwise undefined. */
export function dueBadge(state: string, deadline: string, today: string): TemplateResult | undefined {
  if (deadline === "" || !isUnderDeadline(state)) return undefined;
  const left = daysUntil(deadline, today);
  if (left < 0) return badge("alarm", t("due.overdue", { days: -left }), "clock", "overdue");
  if (left === 0) return badge("todo", t("due.today"), "clock");
  return badge(left <= 7 ? "todo" : "plain", t("due.in_days", { days: left }), "clock");
}

const OUTCOMES: Readonly<Record<string, Tone>> = {
  applied: "done", merged: "done", conflict: "alarm", waiting: "todo", quarantined: "alarm", refused: "alarm",
};
const OUTCOME_SHAPES: Readonly<Record<string, IconName>> = { applied: "check", merged: "link", waiting: "waiting" };

export const outcomeBadge = (outcome: string): TemplateResult =>
  badge(OUTCOMES[outcome] ?? "plain", outcomeLabel(outcome), OUTCOME_SHAPES[outcome] ?? "attention", `outcome-${outcome}`);

/** A text cut to what fits a fixed line: a Chinese character counts 2, a Latin one 1. */
export function fitted(text: string, width: number): string {
  let used = 0;
  let shown = "";
  for (const character of text.replace(/\s+/g, " ")) {
    used += character.codePointAt(0)! > 0x2e7f ? 2 : 1;
    if (used > width) return `${shown}…`;
    shown += character;
  }
  return shown;
}
