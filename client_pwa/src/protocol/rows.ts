// The shapes that cross the wire: JSON values, rows, operations, receipts, rulings (SPEC §§2, 5-8).
// Types and small readers only; nothing here decides anything.

/** The JSON profile of SPEC §1: no null, no floats. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
export type Body = { readonly [key: string]: Json };

export interface FieldVersion {
  readonly op: string;
  readonly v: Json;
}
export interface Field extends FieldVersion {
  /** Versions written concurrently that nobody has resolved yet. */
  readonly others?: readonly FieldVersion[];
}
export interface SetMember {
  readonly id: string;
  readonly op: string;
}
export interface MachineState {
  readonly at_ms: number;
  readonly by: string;
  readonly op: string;
  readonly s: string;
  readonly step: string;
  /** Ops that took the same step concurrently: a next step may be based on any of them. */
  readonly agreed?: readonly string[];
  /** Former states since the last dispute, oldest first, each with the ops that brought the row there. */
  readonly past?: readonly PastState[];
}
export interface PastState {
  readonly ops: readonly string[];
  readonly s: string;
  readonly step: string;
}
export interface Claim {
  readonly at_ms: number;
  readonly by: string;
  readonly op: string;
  readonly step: string;
  readonly to: string;
}
export interface Dispute {
  readonly was: string;
  readonly claims: readonly Claim[];
}

/** A space that a row belonged to, and the op by which it left. */
export interface FormerSpace {
  readonly at_ms: number;
  readonly by: string;
  readonly op: string;
  readonly space: string;
}

/** One entity as the server projects it. */
export interface Row {
  readonly entity: string;
  readonly space: string;
  /** Where it was before it moved, oldest first. */
  readonly was?: readonly FormerSpace[];
  readonly created: { readonly at_ms: number; readonly by: string; readonly op: string };
  readonly fields: { readonly [name: string]: Field };
  readonly sets: { readonly [name: string]: readonly SetMember[] };
  readonly states: { readonly [machine: string]: MachineState };
  readonly disputes: { readonly [machine: string]: Dispute };
}

export type Outcome = "applied" | "merged" | "conflict" | "waiting" | "quarantined" | "refused";

/** An operation as it travels: exact texts, made once. */
export interface WireOp {
  readonly header: string;
  readonly body: string;
  readonly salt: string;
  readonly sig: string;
}
export interface PhoneTime {
  readonly boot: string;
  readonly mono_ms: number;
  readonly wall_ms: number;
}
export interface Seen {
  readonly origin: string;
  readonly root: string;
  readonly size: number;
}
export interface Header {
  readonly v: number;
  readonly app: string;
  readonly deployment: string;
  readonly kind: string;
  readonly chain: string;
  readonly seq: number;
  readonly prev: string;
  readonly space: string;
  readonly entities: readonly string[];
  readonly deps: readonly string[];
  readonly mends: string;
  readonly time: PhoneTime;
  readonly seen: Seen;
  readonly body: { readonly commitment: string; readonly size: number };
}
export interface Receipt {
  readonly index: number;
  readonly leaf: string;
  readonly origin: string;
}
/** What a phone verified when it proved a receipt: the signed note, and the path from the leaf to its root (hex). */
export interface HeldProof {
  readonly note: string;
  readonly hashes: readonly string[];
}
export interface Ruling {
  readonly index: number;
  readonly outcome: Outcome;
  readonly code: string;
  readonly flags: readonly string[];
  readonly cause: string;
  /** Text and epoch of the ruling's own leaf; absent where the receipt's leaf says it. Kept: it is the author's evidence. */
  readonly leaf?: string;
  readonly origin?: string;
}
export interface BlobRef {
  readonly sha256: string;
  readonly size_bytes: number;
  readonly media_type: string;
}

/** The value shown for a field, or undefined. */
export const valueOf = (row: Row, field: string): Json | undefined => row.fields[field]?.v;
/** A text field, or "". */
export const textOf = (row: Row, field: string): string => {
  const value = valueOf(row, field);
  return typeof value === "string" ? value : "";
};
/** Members of a set, in id order. */
export const membersOf = (row: Row, set: string): string[] =>
  (row.sets[set] ?? []).map((member) => member.id);
/** The state a machine is in, or "". */
export const stateOf = (row: Row, machine: string): string => row.states[machine]?.s ?? "";
/** The id half of `kind/id`. */
export const idOf = (entity: string): string => entity.slice(entity.indexOf("/") + 1);
/** The kind half of `kind/id`. */
export const kindOf = (entity: string): string => entity.slice(0, entity.indexOf("/"));
