// One status and one action for each of this person's own records, from what the server said and
// what was proved. Nothing here is optimistic: a finished request is not a status.

import { ITEM_PROBLEMS, lookUp, REASONS } from "../protocol/tables.ts";
import type { Ruling } from "../protocol/rows.ts";
import { readBody } from "../protocol/upcast.ts";
import { blobId, blobRecord, noteBlob } from "../store/blobs.ts";
import { standingConflicts } from "../store/conflicts.ts";
import { currentAuthor } from "../store/identity.ts";
import { allOps, opRecord, WITHDRAWN } from "../store/ownops.ts";
import type { BlobRecord, OpRecord } from "../store/schema.ts";
import type { ItemAction, OutboxItem, UploadProgress } from "./types.ts";

const ATTENTION = new Set(["quarantined", "refused"]);

interface Told {
  readonly reason: string;
  readonly action: ItemAction;
}

/** What the person is told about, or undefined. */
function complaint(record: OpRecord, blobs: readonly BlobRecord[], inConflict: boolean): Told | undefined {
  if (record.replacedBy) return undefined;
  const { ruling, rejection, sending } = record;
  if (sending === "rejected") {
    const isUpdate = lookUp(ITEM_PROBLEMS, rejection?.code ?? "")?.retry === "after_update";
    return { reason: rejection?.code ?? "", action: isUpdate ? "update" : "withdraw" };
  }
  if (ruling && (ATTENTION.has(ruling.outcome) || inConflict)) {
    if (ruling.code === WITHDRAWN) return undefined;
    return { reason: ruling.code, action: actionFor(ruling) };
  }
  const problem = blobs.find((blob) => blob.problem);
  return problem && { reason: problem.problem!, action: "resend" };
}

/** A refusal that nothing can mend (a declined record, a revoked phone) is taken note of by withdrawing it. */
function actionFor({ code, outcome }: Ruling): ItemAction {
  const action = lookUp(REASONS, code)?.action ?? "wait";
  if (action === "decide") return "wait";
  return action === "none" && outcome === "refused" ? "withdraw" : action;
}

function bytesOf(blobs: readonly BlobRecord[], uploads: readonly UploadProgress[]): { sentBytes: number; totalBytes: number } {
  const totalBytes = blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0);
  const sentBytes = blobs.reduce((sum, blob) => {
    if (blob.state !== "unsent") return sum + blob.sizeBytes;
    return sum + (uploads.find((one) => one.sha256 === blob.sha256)?.sent ?? 0);
  }, 0);
  return { sentBytes, totalBytes };
}

function statusOf(record: OpRecord, blobs: readonly BlobRecord[], percent: number): OutboxItem["status"] {
  const isVerified = record.sending === "proved" && blobs.every((blob) => blob.state === "verified");
  if (isVerified) return "verified";
  if (blobs.some((blob) => blob.state === "unsent") && percent > 0) return "uploading";
  return record.sending === "unsent" || record.sending === "rejected" ? "saved" : "received";
}

/** The item of one record. Pure. */
export function itemOf(
  record: OpRecord, blobs: readonly BlobRecord[], uploads: readonly UploadProgress[], inConflict = false,
): OutboxItem {
  const told = complaint(record, blobs, inConflict);
  const bytes = bytesOf(blobs, uploads);
  const percent = bytes.totalBytes === 0 ? 0 : Math.floor((bytes.sentBytes * 100) / bytes.totalBytes);
  const waiting = waitsFor(record);
  return {
    op: record.op, kind: record.kind, entity: mainEntity(record), savedAtMs: record.savedAtMs,
    status: told ? "attention" : statusOf(record, blobs, percent), percent, ...bytes,
    reason: told?.reason ?? waiting, action: told?.action ?? (waiting ? "wait" : "none"),
    outcome: record.ruling?.outcome ?? "", before: outcomeBefore(record), flags: record.ruling?.flags ?? [], cause: record.ruling?.cause ?? "", ...(told ? { body: readBody(record.wire) } : {}),
  };
}

/** A restore may change what becomes of a record, when others come back in another order: its author is told. */
function outcomeBefore({ ruling, past = [] }: OpRecord): string {
  const before = past.filter((one) => one.ruling).at(-1)?.ruling;
  if (!ruling || !before || ruling.outcome === "waiting") return "";
  return before.outcome === ruling.outcome && before.code === ruling.code ? "" : before.outcome;
}

/** Why it is not done yet, when the server said so: a ruling that waits, or a rejection that is tried again. */
function waitsFor({ ruling, rejection, sending, replacedBy }: OpRecord): string {
  if (replacedBy) return "";
  if (sending === "unsent") return rejection?.code ?? "";
  return ruling?.outcome === "waiting" ? ruling.code : "";
}

const MOST_TELLING = ["finding", "order", "reinspection", "photo", "clip", "inspection"];
const mainEntity = ({ entities }: OpRecord): string => {
  const kind = MOST_TELLING.find((one) => entities.some((entity) => entity.startsWith(`${one}/`)));
  return entities.find((entity) => entity.startsWith(`${kind}/`)) ?? entities[0] ?? "";
};

/** The sending records of everything a record refers to. */
export async function blobsOf(record: OpRecord): Promise<BlobRecord[]> {
  const found = await Promise.all(record.blobs.map((sha256) => blobRecord(blobId(record.space, sha256))));
  return found.filter((blob) => blob !== undefined);
}

/** Own records of the signed-in person, newest first. */
export async function outboxWith(uploads: readonly UploadProgress[]): Promise<OutboxItem[]> {
  const author = await currentAuthor();
  const own = (await allOps()).filter((record) => record.person === author?.person).reverse();
  const conflicts = await standingConflicts(own);
  return Promise.all(own.map(async (record) => itemOf(record, await blobsOf(record), uploads, conflicts.has(record.op))));
}

export async function itemStatusWith(op: string, uploads: readonly UploadProgress[]): Promise<OutboxItem | undefined> {
  const record = await opRecord(op);
  return record && itemOf(record, await blobsOf(record), uploads, (await standingConflicts([record])).has(op));
}

/** Try once more to send a record's originals that the server turned away; it may know better by now. */
export async function resendOriginals(op: string): Promise<void> {
  const record = await opRecord(op);
  for (const blob of record ? await blobsOf(record) : []) if (blob.problem) await noteBlob(blob.blob, { problem: undefined });
}
