// From a use-case to a saved operation: who writes, in which space, on what it builds. Everything
// is read and written under the chain's lock, so that base, number and sequence fit together.

import { fold } from "../protocol/fold.ts";
import { entitiesOf, validateBody, kindNamed } from "../protocol/kinds.ts";
import type { Body, Json, Row } from "../protocol/rows.ts";
import { append, holdingChain, takePen } from "../store/append.ts";
import type { NewBlob } from "../store/blobs.ts";
import { nowMs } from "../store/clock.ts";
import { depsOf, writtenBy } from "../store/deps.ts";
import { currentAuthor } from "../store/identity.ts";
import { pendingOps } from "../store/ownops.ts";
import type { OpRecord } from "../store/schema.ts";
import type { Author, Viewed } from "../store/types.ts";
import { viewed, viewedMany } from "../store/view.ts";
import { newId } from "../protocol/ids.ts";
import { CaptureError } from "./types.ts";

export interface Writing {
  readonly kind: string;
  readonly space: string;
  /** Members whose value is undefined are left out. */
  readonly body: { readonly [member: string]: unknown };
  readonly mends?: string | undefined;
  readonly replaces?: string | undefined;
  readonly blobs?: readonly NewBlob[];
}

/** Run a use-case as the only writer of the signed-in person's chain. */
export async function writingAs<T>(work: (author: Author) => Promise<T>): Promise<T> {
  const author = await currentAuthor();
  if (!author || author.chain === "") throw new CaptureError("signed_out");
  return holdingChain(author.person, async () => {
    await takePen(author.chain);
    return work(author);
  });
}

/** A new id of this phone. */
export const freshId = (): string => newId(nowMs(), crypto.getRandomValues(new Uint8Array(10)));

/** A viewed row that must be here. */
export async function rowOf(entity: string): Promise<Row> {
  const found = await viewed(entity);
  if (!found) throw new CaptureError("entity_unknown", entity);
  return found.row;
}

/** `base` and `from` of a step: the state as this phone sees it. */
export function basisOf(row: Row, machine: string): { base: string; from: string } {
  const state = row.states[machine];
  if (!state) throw new CaptureError("illegal_step", row.entity);
  return { base: state.op, from: state.s };
}

function withoutAbsent(value: unknown): Json {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== "object" || value === null) return value as Json;
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([name, part]) => [name, withoutAbsent(part)]));
}

function checkShape(author: Author, kind: string, body: Body): void {
  if (!kindNamed(kind)!.actors.includes(author.role)) throw new CaptureError("role_forbidden");
  const field = validateBody(kind, body);
  if (field !== undefined) throw new CaptureError("body_invalid", field);
}

/** What this phone can already see going wrong is said now, and not after a day in the outbox. */
function checkFold(author: Author, write: Writing, body: Body, rows: ReadonlyMap<string, { row: Row }>): void {
  const op = { op: "0".repeat(64), kind: write.kind, space: write.space, by: author.person, at_ms: nowMs(), body };
  const read = (entity: string): Row | undefined => {
    const row = rows.get(entity)?.row;
    return row && row.created.op !== write.mends ? row : undefined; // what the mended op made is made anew
  };
  const { outcome, code } = fold(read, op);
  if (outcome === "refused") throw new CaptureError(code);
}

/** Enterprises the body names that this phone recorded itself and no pull has brought yet. */
async function unsentRegisters(kind: string, body: Body): Promise<Viewed[]> {
  const named = entitiesOf(kind, body).filter((entity) => entity.startsWith("enterprise/"));
  return [...(await viewedMany(named)).values()].filter(({ pending }) => pending.length > 0);
}

/** Validate, sign and keep one op; durable and read back when it resolves. Call inside `writingAs`. */
export async function record(author: Author, write: Writing): Promise<OpRecord> {
  const body = withoutAbsent(write.body) as Body;
  checkShape(author, write.kind, body);
  const rows = await viewedMany(writtenBy(write.kind, body));
  checkFold(author, write, body, rows);
  const own = async () => new Map((await pendingOps()).map((op) => [op.op, op.order]));
  const builtOn = [...rows.values(), ...(await unsentRegisters(write.kind, body))].map(({ row }) => row);
  const deps = await depsOf({ kind: write.kind, body, mends: write.mends }, builtOn, own);
  const { kind, space, mends, blobs = [] } = write;
  const replaces = write.replaces ?? mends;
  return append(
    { deployment: author.deployment, kind, space, body, deps, blobs, ...(mends ? { mends } : {}), ...(replaces ? { replaces } : {}) },
    await takePen(author.chain),
  );
}

/** The common case: one step of one existing row. */
export function stepOn(
  entity: string, machine: string, kind: string, idMember: string,
  members: { readonly [member: string]: unknown } = {}, mends?: string,
): Promise<{ op: string }> {
  return writingAs(async (author) => {
    const row = await rowOf(entity);
    const id = entity.slice(entity.indexOf("/") + 1);
    const body = { [idMember]: id, ...basisOf(row, machine), ...members };
    return savedOf(await record(author, { kind, space: row.space, body, mends }));
  });
}

export const savedOf = ({ op }: OpRecord): { op: string } => ({ op });
