// fold(rows, op): what one operation does to rows (SPEC §5). Pure, the same in every language; the
// phone uses it only to show its own pending operations on top of the server's rows.

import { machineOf, target } from "./lifecycle.ts";
import type { Body, Dispute, Field, FieldVersion, Json, MachineState, PastState, Row } from "./rows.ts";
import { kindNamed } from "./kinds.ts";
import { type Effect, LIMITS } from "./tables.ts";

export interface FoldOp {
  readonly op: string;
  readonly kind: string;
  readonly space: string;
  /** Author's person id, `system` for the system's chain. */
  readonly by: string;
  readonly at_ms: number;
  readonly body: Body;
}
export interface Folded {
  readonly changed: ReadonlyMap<string, Row>;
  readonly outcome: "applied" | "merged" | "conflict" | "refused";
  readonly code: string;
}
export type ReadRow = (entity: string) => Row | undefined;

/** Whether a row is of a space, or was before it moved. */
export const belongedTo = (row: Row, space: string): boolean => row.space === space || (row.was?.some((one) => one.space === space) ?? false);

class Refusal extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** One operation under way: rows as changed so far, and the strongest outcome. */
class Run {
  readonly changed = new Map<string, Row>();
  readonly unset = new Set<string>();
  outcome: "applied" | "merged" | "conflict" = "applied";
  code = "";
  constructor(
    readonly op: FoldOp,
    readonly read: ReadRow,
    readonly editable: readonly string[],
    readonly reflected: boolean,
  ) {}

  row(entity: string): Row {
    const row = this.changed.get(entity) ?? this.read(entity);
    if (!row) throw new Refusal("entity_unknown");
    if (!belongedTo(row, this.op.space)) throw new Refusal("entity_elsewhere");
    return row;
  }
  note(outcome: "merged" | "conflict", code: string): void {
    if (this.outcome === "conflict") return;
    this.outcome = outcome;
    this.code = code;
  }
}

/** The members an effect may name: the item of `each` first, then the body. */
interface Scope {
  readonly item?: { readonly [key: string]: Json };
  readonly body: Body;
}
function named(scope: Scope, name: string): Json | undefined {
  if (scope.item && Object.hasOwn(scope.item, name)) return scope.item[name];
  return Object.hasOwn(scope.body, name) ? scope.body[name] : undefined;
}
const isOn = (value: Json | undefined): boolean => value !== undefined && value !== false;

function copyFields(run: Run, effect: Effect, scope: Scope, into: Record<string, Field>): Record<string, Field> {
  for (const name of effect.fields ?? []) {
    const value = named(scope, name);
    if (value !== undefined) into[name] = { op: run.op.op, v: value };
  }
  return into;
}

function create(run: Run, effect: Effect, scope: Scope, entity: string): void {
  const present = run.changed.get(entity) ?? run.read(entity);
  if (run.reflected && present?.created.op === run.op.op) return;
  if (present) throw new Refusal("entity_exists");
  const { op, by, at_ms, space } = run.op;
  const states: Record<string, MachineState> = {};
  for (const [machine, s] of Object.entries(effect.states ?? {})) states[machine] = { at_ms, by, op, s, step: "create" };
  const fields = copyFields(run, effect, scope, {});
  run.changed.set(entity, { entity, space, created: { at_ms, by, op }, fields, sets: {}, states, disputes: {} });
}

function set(run: Run, effect: Effect, scope: Scope, entity: string): void {
  const row = run.row(entity);
  if (run.unset.has(entity)) return;
  run.changed.set(entity, { ...row, fields: copyFields(run, effect, scope, { ...row.fields }) });
}

function membersNamed(run: Run, effect: Effect, scope: Scope): string[] {
  if (effect.value === "@author") return [run.op.by];
  const value = named(scope, effect.value!);
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as string[]) : [value as string];
}

function add(run: Run, effect: Effect, scope: Scope, entity: string): void {
  const row = run.row(entity);
  const present = row.sets[effect.set!] ?? [];
  const known = new Set(present.map((member) => member.id));
  const fresh = [...new Set(membersNamed(run, effect, scope))].filter((id) => !known.has(id));
  if (fresh.length === 0) return;
  const members = [...present, ...fresh.map((id) => ({ id, op: run.op.op }))];
  members.sort((a, b) => (a.id < b.id ? -1 : 1));
  run.changed.set(entity, { ...row, sets: { ...row.sets, [effect.set!]: members } });
}

function remove(run: Run, effect: Effect, scope: Scope, entity: string): void {
  const row = run.row(entity);
  const gone = new Set(membersNamed(run, effect, scope));
  const present = row.sets[effect.set!] ?? [];
  const members = present.filter((member) => !gone.has(member.id));
  if (members.length === present.length) return;
  const { [effect.set!]: _dropped, ...others } = row.sets;
  run.changed.set(entity, { ...row, sets: members.length > 0 ? { ...others, [effect.set!]: members } : others });
}

const sameValue = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Field and value: the members the effect lists, or the one change of the scope. */
function edits(effect: Effect, scope: Scope): [string, Json][] {
  if (!effect.fields) return [[named(scope, "field") as string, named(scope, "value")!]];
  const listed = effect.fields.map((name): [string, Json | undefined] => [name, named(scope, name)]);
  return listed.filter((one): one is [string, Json] => one[1] !== undefined);
}

function edit(run: Run, effect: Effect, scope: Scope, entity: string): void {
  const row = run.row(entity);
  const fields: Record<string, Field> = { ...row.fields };
  for (const [field, value] of edits(effect, scope)) fields[field] = edited(run, row, scope, field, value);
  run.changed.set(entity, { ...row, fields });
}

function edited(run: Run, row: Row, scope: Scope, field: string, value: Json): Field {
  if (!run.editable.includes(field)) throw new Refusal("field_not_editable");
  const replaces = named(scope, "replaces") as string[];
  const present = Object.hasOwn(row.fields, field) ? row.fields[field] : undefined;
  const known: FieldVersion[] = present ? [{ op: present.op, v: present.v }, ...(present.others ?? [])] : [];
  const rest = known.filter((version) => !replaces.includes(version.op) && version.op !== run.op.op && !sameValue(version.v, value));
  rest.sort((a, b) => (a.op < b.op ? -1 : 1));
  if (rest.length === 0) return { op: run.op.op, v: value };
  run.note("conflict", "field_contested");
  return { op: run.op.op, v: value, others: rest };
}

function stepName(effect: Effect, scope: Scope): string {
  if (!effect.step_by) return effect.step!;
  const chosen = named(scope, effect.step_by["field"]!) as string;
  return effect.step_by[chosen]!;
}

function targetOf(effect: Effect, scope: Scope, row: Row, step: string, from: string): string {
  const found = target(effect.machine!, step, from);
  if (found === undefined) throw new Refusal("illegal_step");
  if (found !== "@chosen") return found;
  const claims = row.disputes[effect.machine!]?.claims ?? [];
  const claim = claims.find((one) => one.op === named(scope, "chosen"));
  if (!claim) throw new Refusal("claim_unknown");
  return claim.to;
}

function step(run: Run, effect: Effect, scope: Scope, entity: string): void {
  const row = run.row(entity);
  const name = effect.machine!;
  const machine = machineOf(name);
  const cur: MachineState = row.states[name] ?? { s: machine.initial ?? "none", op: "", step: "", at_ms: 0, by: "" };
  const base = effect.unbased ? cur.op : named(scope, "base");
  const from = effect.unbased ? cur.s : (named(scope, `from`) as string);
  const taken = stepName(effect, scope);
  if (run.reflected && isReflected(row, name, cur, run.op.op)) return void run.unset.add(entity);
  if (effect.unbased && run.unset.has(entity)) return;
  const to = targetOf(effect, scope, row, taken, from);
  if (cur.op === run.op.op) throw new Refusal("illegal_step");
  const step: Taken = { base: base as string, from, taken, to };
  if ((cur.op === base || cur.agreed?.includes(step.base)) && cur.s === from) return reach(run, row, name, cur, step);
  if (cur.step === taken && cur.s === to) return agree(run, row, name, { ...cur, agreed: among(cur.agreed ?? [], run.op.op) });
  const past = agreedInThePast(cur, step, run.op.op);
  if (past) return agree(run, row, name, { ...cur, past });
  if (machine.concurrent === "refuse") throw new Refusal("stale_step");
  dispute(run, row, name, cur, step);
}

const among = (ops: readonly string[], op: string): string[] => [...new Set([...ops, op])].sort();

/** Whether the row already holds what this op did to the machine: moved it, agreed with it, or claims otherwise. */
const isReflected = (row: Row, machine: string, cur: MachineState, op: string): boolean =>
  cur.op === op || (cur.agreed?.includes(op) ?? false) || (cur.past?.some(({ ops }) => ops.includes(op)) ?? false) ||
  (row.disputes[machine]?.claims.some((claim) => claim.op === op) ?? false);

function reach(run: Run, row: Row, name: string, cur: MachineState, step: Taken): void {
  const { op, by, at_ms } = run.op;
  const isSettled = step.from === machineOf(name).disputed;
  const { [name]: _settled, ...others } = row.disputes;
  const past = isSettled || cur.op === "" ? {} : { past: withPast(cur) };
  const state = { at_ms, by, op, s: step.to, step: step.taken, ...past };
  run.changed.set(row.entity, { ...row, disputes: isSettled ? others : row.disputes, states: { ...row.states, [name]: state } });
}

/** The states that a row leaves behind with `cur`, oldest first; a bounded memory. */
function withPast(cur: MachineState): PastState[] {
  const left = { ops: among(cur.agreed ?? [], cur.op), s: cur.s, step: cur.step };
  return [...(cur.past ?? []), left].slice(-LIMITS.past_states);
}

/** The past with `op` among those who took the row's former step, if this is one. */
function agreedInThePast({ past = [] }: MachineState, step: Taken, op: string): PastState[] | undefined {
  const at = past.findIndex((reached, index) => {
    const left = past[index - 1];
    return left && reached.step === step.taken && reached.s === step.to && left.s === step.from && left.ops.includes(step.base);
  });
  return at < 0 ? undefined : past.map((one, index) => (index === at ? { ...one, ops: among(one.ops, op) } : one));
}

/** Remember who else came by the same step: their next step is based on their own op. */
function agree(run: Run, row: Row, name: string, state: MachineState): void {
  run.changed.set(row.entity, { ...row, states: { ...row.states, [name]: state } });
  run.note("merged", "");
  run.unset.add(row.entity);
}

interface Taken {
  readonly base: string;
  readonly from: string;
  readonly taken: string;
  readonly to: string;
}
function dispute(run: Run, row: Row, name: string, cur: MachineState, step: Taken): void {
  const { op, by, at_ms } = run.op;
  const first = { at_ms: cur.at_ms, by: cur.by, op: cur.op, step: cur.step, to: cur.s };
  const known: Dispute = row.disputes[name] ?? { was: step.from, claims: [first] };
  const claims = [...known.claims, { at_ms, by, op, step: step.taken, to: step.to }];
  run.changed.set(row.entity, {
    ...row,
    disputes: { ...row.disputes, [name]: { was: known.was, claims } },
    states: { ...row.states, [name]: { at_ms, by, op, s: machineOf(name).disputed!, step: "dispute" } },
  });
  run.note("conflict", "step_contradicts");
  run.unset.add(row.entity);
}

/** Let a row go to another space; it remembers where it was and who sent it. */
function move(run: Run, effect: Effect, scope: Scope, entity: string): void {
  const row = run.row(entity);
  const { op, by, at_ms, space } = run.op;
  if (run.reflected && row.was?.some((one) => one.op === op)) return;
  if (row.space !== space) throw new Refusal("entity_elsewhere");
  const was = [...(row.was ?? []), { at_ms, by, op, space }].slice(-LIMITS.past_spaces);
  run.changed.set(entity, { ...row, space: named(scope, effect.to!) as string, was });
}

const DO = { create, set, add, remove, edit, step, move } as const;

function scopesOf(effect: Effect, body: Body): Scope[] {
  if (!effect.each) return [{ body }];
  const items = (Object.hasOwn(body, effect.each) ? body[effect.each] : []) as readonly { readonly [key: string]: Json }[];
  return items.map((item) => ({ item, body }));
}

function runEffect(run: Run, effect: Effect, scope: Scope): void {
  if (effect.when !== undefined && !isOn(named(scope, effect.when))) return;
  if (effect.unless !== undefined && isOn(named(scope, effect.unless))) return;
  const id = effect.id === "@op" ? run.op.op : (named(scope, effect.id) as string);
  DO[effect.do](run, effect, scope, `${effect.entity}/${id}`);
}

/**
 * Apply one op of a known kind with a valid body. A refusal changes nothing.
 * `reflected` is for a phone in the middle of a pull: rows that this very op already made or moved
 * are left as they are instead of being refused. The server never folds an op twice.
 */
export function fold(read: ReadRow, op: FoldOp, reflected = false): Folded {
  const kind = kindNamed(op.kind);
  if (!kind) throw new Error(`no kind ${op.kind}`);
  const run = new Run(op, read, kind.editable ?? [], reflected);
  try {
    for (const effect of kind.effects) {
      for (const scope of scopesOf(effect, op.body)) runEffect(run, effect, scope);
    }
  } catch (refusal) {
    if (refusal instanceof Refusal) return { changed: new Map(), outcome: "refused", code: refusal.code };
    throw refusal;
  }
  return { changed: run.changed, outcome: run.outcome, code: run.code };
}
