// Typed imports of sync_protocol/tables: the rules both languages read, and their labels.

import camerasTable from "@tables/cameras.json" with { type: "json" };
import kindsTable from "@tables/kinds.json" with { type: "json" };
import lifecycleTable from "@tables/lifecycle.json" with { type: "json" };
import limitsTable from "@tables/limits.json" with { type: "json" };
import problemsTable from "@tables/problems.json" with { type: "json" };
import reasonsTable from "@tables/reasons.json" with { type: "json" };
import versionsTable from "@tables/versions.json" with { type: "json" };

import type { Json } from "./rows.ts";

export interface Label {
  readonly zh: string;
  readonly en: string;
}
export interface Effect {
  readonly do: "create" | "set" | "add" | "remove" | "edit" | "step" | "move";
  readonly entity: string;
  readonly id: string;
  readonly each?: string;
  readonly when?: string;
  readonly unless?: string;
  readonly fields?: readonly string[];
  readonly states?: { readonly [machine: string]: string };
  readonly set?: string;
  readonly to?: string;
  readonly value?: string;
  readonly machine?: string;
  readonly step?: string;
  readonly step_by?: { readonly [key: string]: string };
  readonly unbased?: boolean;
}
export type Shape = { readonly [member: string]: string };
export interface Kind {
  readonly actors: readonly string[];
  readonly title: Label;
  readonly guards?: readonly string[];
  readonly body: Shape;
  readonly editable?: readonly string[];
  readonly effects: readonly Effect[];
}
export interface Machine {
  readonly concurrent: "refuse" | "dispute";
  readonly initial?: string;
  readonly disputed?: string;
  readonly open?: readonly string[];
  readonly can_be_handed_over?: readonly string[];
  readonly awaiting_reinspection?: readonly string[];
  readonly under_deadline?: readonly string[];
  readonly states: { readonly [state: string]: Label };
  readonly steps: { readonly [step: string]: { readonly [from: string]: string } };
}
export interface Reason extends Label {
  readonly outcomes: readonly string[];
  readonly action: "mend" | "withdraw" | "wait" | "none" | "decide";
}
export interface ItemProblem extends Label {
  readonly retry: "again" | "never" | "after_update" | "later";
}

/** Bodies of these kinds, up to version `until`, lack what `add` gives them. */
export interface Reshaped {
  readonly until: number;
  readonly kinds: readonly string[];
  readonly add: { readonly [member: string]: Json };
}

export const ACCEPTED = versionsTable.accepted;
export const PROTOCOL_VERSION = ACCEPTED.max;
export const SHAPES = versionsTable.shapes as unknown as readonly Reshaped[];
export const KINDS = kindsTable.kinds as unknown as { readonly [kind: string]: Kind };
export const TYPES = kindsTable.types as { readonly [type: string]: Shape };
export const MACHINES = lifecycleTable.machines as unknown as { readonly [machine: string]: Machine };
export const LIMITS = limitsTable;
export const CAMERAS = camerasTable;
export const REASONS = reasonsTable.codes as { readonly [code: string]: Reason };
export const OUTCOMES = reasonsTable.outcomes as { readonly [outcome: string]: Label };
export const FLAGS = reasonsTable.flags as { readonly [flag: string]: Label };
export const PROBLEMS = problemsTable.problems as { readonly [code: string]: Label & { readonly status: number } };
export const ITEM_PROBLEMS = problemsTable.item as { readonly [code: string]: ItemProblem };

/** Own member of a table; a name like `constructor` finds nothing. */
export const lookUp = <T>(table: { readonly [name: string]: T }, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
