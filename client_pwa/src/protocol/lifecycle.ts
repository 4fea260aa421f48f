// Reading the state machines of tables/lifecycle.json. No effects: fold.ts applies steps.

import { lookUp, MACHINES, type Machine } from "./tables.ts";

export function machineOf(name: string): Machine {
  const machine = lookUp(MACHINES, name);
  if (!machine) throw new Error(`no machine ${name}`);
  return machine;
}

/** The state a step leads to, or undefined where it is illegal. */
export function target(machine: string, step: string, from: string): string | undefined {
  const table = lookUp(machineOf(machine).steps, step);
  return table && lookUp(table, from);
}

/** Every step that may be taken from a state. */
export const stepsFrom = (machine: string, from: string): string[] =>
  Object.keys(machineOf(machine).steps).filter((step) => target(machine, step, from) !== undefined);

const finding = machineOf("finding");
export const isOpen = (state: string): boolean => finding.open!.includes(state);
export const awaitsReinspection = (state: string): boolean => finding.awaiting_reinspection!.includes(state);
export const isUnderDeadline = (state: string): boolean => finding.under_deadline!.includes(state);

/** Nothing is left to do but to close it, and until then it is not settled. */
export const awaitsClosing = (state: string): boolean => target("finding", "close", state) !== undefined;
/** The states of `awaitsClosing`. */
export const CLOSABLE: readonly string[] = Object.keys(finding.states).filter(awaitsClosing);

/** Overdue is derived, never stored: a deadline has passed at 24:00 Beijing time of its date. */
export const isOverdue = (state: string, deadline: string, today: string): boolean =>
  deadline !== "" && isUnderDeadline(state) && deadline < today;

const DAY_MS = 86_400_000;
const BEIJING_MS = 8 * 3_600_000;
/** The date in Beijing (no summer time since 1991) of a moment in ms since 1970. */
export const beijingDate = (atMs: number): string => new Date(atMs + BEIJING_MS).toISOString().slice(0, 10);
/** `YYYY-MM-DD` plus days. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
