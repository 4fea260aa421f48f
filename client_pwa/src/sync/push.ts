// Sending own records. Status comes only from the receipts in the reply, never from a finished
// request. One bad record never holds up the others: a batch the server refuses as a whole is
// halved until the bad one is alone.

import { LIMITS, lookUp, ITEM_PROBLEMS } from "../protocol/tables.ts";
import type { Receipt, Ruling } from "../protocol/rows.ts";
import { noteReplies, openOps, type Reply } from "../store/ownops.ts";
import type { OpRecord } from "../store/schema.ts";
import { askJson } from "./api.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

const BATCH_OPS = 100;
/** What sending needs to know of an op, own or carried. */
export type Sendable = Pick<OpRecord, "op" | "wire">;
/** Header, body and signature, with room for JSON's escapes. */
const sizeOf = ({ wire }: Sendable): number => 2 * (wire.header.length + wire.body.length) + 600;

/** Cut ops, which are in chain order, into batches within the limits. */
export function batchesOf<T extends Sendable>(ops: readonly T[], maxOps = BATCH_OPS, maxBytes = LIMITS.batch_bytes): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const op of ops) {
    const last = batches.at(-1);
    if (!last || last.length >= maxOps || bytes + sizeOf(op) > maxBytes) {
      batches.push([op]);
      bytes = sizeOf(op);
    } else {
      last.push(op);
      bytes += sizeOf(op);
    }
  }
  return batches;
}

export type PushItem =
  | { readonly op: string; readonly status: "admitted"; readonly receipt: Receipt; readonly ruling: Ruling }
  | { readonly op?: string; readonly status: "rejected"; readonly code: string; readonly field?: string };
export interface PushReply {
  readonly checkpoint: string;
  readonly items: readonly PushItem[];
}

const isText = (value: unknown): value is string => typeof value === "string";

function isItem(item: PushItem, op: string): boolean {
  if (item.status === "rejected") return isText(item.code) && (item.op === undefined || item.op === op);
  return (
    item.status === "admitted" && item.op === op && isText(item.receipt?.leaf) && Number.isSafeInteger(item.receipt.index) &&
    isText(item.receipt.origin) && isText(item.ruling?.outcome) && Number.isSafeInteger(item.ruling.index) && isText(item.ruling.code)
  );
}

/** Check that a reply answers exactly what was sent; anything else is not the service speaking. */
export function readReply(reply: PushReply, sent: readonly Sendable[]): readonly PushItem[] {
  const items = reply?.items;
  const fits = Array.isArray(items) && isText(reply.checkpoint) && items.length === sent.length && sent.every(({ op }, at) => isItem(items[at]!, op));
  if (!fits) throw new ApiError("malformed_reply", 200);
  return items;
}

/** What a rejection means for this phone. An unknown code is tried again later, never thrown away. */
export function replyOf(op: string, item: PushItem): Reply {
  if (item.status === "admitted") return { op, receipt: item.receipt, ruling: item.ruling };
  const retry = lookUp(ITEM_PROBLEMS, item.code)?.retry ?? "later";
  const isFinal = retry === "never" || retry === "after_update";
  return { op, rejection: { code: item.code, ...(item.field === undefined ? {} : { field: item.field }), isFinal } };
}

const TRANSIENT = new Set(["network", "malformed_reply", "unavailable", "internal", "too_many", "storage_full"]);
/** Whether halving the batch can help: the server understood us and refuses what was sent. */
export const isAboutContent = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 401 && !TRANSIENT.has(error.code);

/** The only refusal of a whole request that is about the one op in it; any other means bytes that were damaged on the way. */
const TOO_LARGE = "too_large";

export type Send<T extends Sendable = Sendable> = (ops: readonly T[]) => Promise<PushReply>;

/** Send a batch; halve it on a refusal about its content. Returns all replies and the last checkpoint. */
export async function sendHalving<T extends Sendable>(ops: readonly T[], send: Send<T>): Promise<{ replies: Reply[]; checkpoint: string }> {
  try {
    const reply = await send(ops);
    const items = readReply(reply, ops);
    return { replies: ops.map(({ op }, at) => replyOf(op, items[at]!)), checkpoint: reply.checkpoint };
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    if (ops.length === 1) return { replies: [{ op: ops[0]!.op, rejection: { code: error.code, isFinal: error.code === TOO_LARGE } }], checkpoint: "" };
    const middle = Math.ceil(ops.length / 2);
    const first = await sendHalving(ops.slice(0, middle), send);
    const second = await sendHalving(ops.slice(middle), send);
    return { replies: [...first.replies, ...second.replies], checkpoint: second.checkpoint || first.checkpoint };
  }
}

export const postAs = (person: string): Send => (ops) =>
  authorised((ask) => askJson<PushReply>("/ops", { ...ask, method: "POST", json: ops.map(({ wire }) => wire), timeoutMs: 60_000 }), {}, person);

/** In chain and sequence order; an enrolment (seq 0) always goes before its chain's other ops. */
const inChainOrder = (ops: readonly OpRecord[]): OpRecord[] =>
  [...ops].sort((a, b) => (a.chain === b.chain ? a.seq - b.seq : a.order - b.order));

export interface Pushed {
  readonly sent: number;
  /** The newest checkpoint note of the replies, "" when nothing was sent. */
  readonly checkpoint: string;
  /** Some records were turned away for now: try again with a pause. */
  readonly heldBack: string;
}

/** Records to hand back go another way: with what proves that they were in the log. */
export const isHandedBack = ({ sending, past }: Pick<OpRecord, "sending" | "past">): boolean => sending === "unsent" && past?.at(-1)?.proof !== undefined;

/** Send every unsent record of this person once, in their session only. Rejects with ApiError; what was answered until then is kept. */
export async function push(person: string): Promise<Pushed> {
  const unsent = (await openOps()).filter((record) => record.person === person && record.sending === "unsent" && !isHandedBack(record));
  return sendAll(inChainOrder(unsent), postAs(person));
}

/** Send in this order, batch by batch, and note each answer. */
export async function sendAll<T extends Sendable>(
  ops: readonly T[], send: Send<T>, note: (replies: readonly Reply[]) => Promise<void> = noteReplies, maxBytes: number = LIMITS.batch_bytes,
): Promise<Pushed> {
  const pushed = { sent: 0, checkpoint: "", heldBack: "" };
  for (const batch of batchesOf(ops, BATCH_OPS, maxBytes)) {
    const { replies, checkpoint } = await sendHalving(batch, send);
    await note(replies);
    pushed.sent += replies.length;
    pushed.checkpoint = checkpoint || pushed.checkpoint;
    pushed.heldBack = replies.find((reply) => reply.rejection && !reply.rejection.isFinal)?.rejection?.code ?? pushed.heldBack;
  }
  return pushed;
}
