// The one way a new operation comes into being: build, sign, write op and bytes in ONE strict
// transaction, read back and compare, then tell everybody. Callers hold the chain's lock, so that
// sequence numbers, base and deps come from a view that does not move.

import { equalBytes, sha256Hex } from "../protocol/bytes.ts";
import { namedIn } from "../protocol/kinds.ts";
import { buildOp, signerOf } from "../protocol/ops.ts";
import type { Body } from "../protocol/rows.ts";
import { type NewBlob, putBlobs } from "./blobs.ts";
import { announce } from "./changes.ts";
import { nowMs, phoneTime } from "./clock.ts";
import { onDatabase, writing, type WriteTransaction } from "./db.ts";
import { StoreError } from "./errors.ts";
import { knownCheckpoint } from "./identity.ts";
import { dropOverlay, extendOverlay, whileExtending } from "./overlay.ts";
import { fitting } from "./reserve.ts";
import type { ChainRecord, OpRecord } from "./schema.ts";

export interface Draft {
  readonly deployment: string;
  readonly kind: string;
  readonly space: string;
  readonly body: Body;
  readonly deps: readonly string[];
  readonly mends?: string;
  /** Own op it mends or withdraws: that one is no longer shown. */
  readonly replaces?: string;
  readonly blobs?: readonly NewBlob[];
}
/** A chain's position and key; `chain` is "" for the enrolment. */
export interface Pen {
  readonly chain: ChainRecord;
  readonly key: CryptoKey;
}

/** What is larger is no signature and no text: it may not use what is set aside for those. */
const LARGE_BYTES = 200_000;

const chainLock = (person: string): string => `liuhen-chain-${person}`;
/** Run work as the only writer of this person's chain, over all tabs. */
export const holdingChain = <T>(person: string, work: () => Promise<T>): Promise<T> =>
  navigator.locks.request(chainLock(person), work) as Promise<T>;

/** Keys never change once made, so one read of each is enough. */
const keys = new Map<string, CryptoKey>();

/** The chain of a person on this installation, with its key. */
async function penOf(chain: string): Promise<Pen> {
  return onDatabase(async (db) => {
    const known = keys.get(chain);
    const [record, key] = await Promise.all([db.get("chains", chain), known ?? db.get("keys", chain).then((kept) => kept?.privateKey)]);
    if (!record || !key) throw new StoreError("failed", "the chain's key is not on this phone");
    keys.set(chain, key);
    return { chain: record, key };
  });
}

/** Build one op without keeping it. */
export async function write(draft: Draft, pen: Pen): Promise<OpRecord> {
  const { deployment, kind, space, body, deps, mends = "" } = draft;
  const [seen, named] = [await knownCheckpoint(), namedIn(kind, body)];
  const { op, wire } = await buildOp(
    {
      app: __APP_VERSION__, deployment, kind, space, body, deps, mends,
      chain: pen.chain.chain, seq: pen.chain.headSeq + 1, prev: pen.chain.headOp, time: phoneTime(),
      seen: seen ? { origin: seen.origin, root: seen.root, size: seen.size } : { origin: "", root: "", size: 0 },
    },
    crypto.getRandomValues(new Uint8Array(32)), signerOf(pen.key),
  );
  return {
    op, wire, kind, space, order: 0, chain: pen.chain.chain || op, seq: pen.chain.headSeq + 1, person: pen.chain.person,
    entities: named.entities, savedAtMs: nowMs(), blobs: [...new Set(named.blobs)],
    sending: "unsent", pending: 1, open: 1, tries: 0, ...(draft.replaces ? { replaces: draft.replaces } : {}),
  };
}

/** Head of the chain as this tab wrote it last. */
let seenHead = "";

async function nextOrder(tx: WriteTransaction): Promise<number> {
  const last = await tx.objectStore("ops").index("order").openKeyCursor(null, "prev");
  return (last?.key ?? 0) + 1;
}

/** Put the record at the end of the order; a repeat after a lost connection finds itself. Requests go out together. */
async function keep(tx: WriteTransaction, record: OpRecord, blobs: readonly NewBlob[]): Promise<OpRecord> {
  const [ops, chains] = [tx.objectStore("ops"), tx.objectStore("chains")];
  const [known, order, chain] = await Promise.all([ops.get(record.op), nextOrder(tx), chains.get(record.chain)]);
  const kept = { ...record, order: known?.order ?? order };
  await Promise.all([
    ops.put(kept),
    chain && chains.put({ ...chain, headSeq: kept.seq, headOp: kept.op }),
    kept.replaces && replace(tx, kept.replaces, kept.op),
    putBlobs(tx, kept, blobs),
  ]);
  return kept;
}

/** The replaced op is no longer shown as pending; it stays readable in the outbox. */
async function replace(tx: WriteTransaction, op: string, by: string): Promise<void> {
  const old = await tx.objectStore("ops").get(op);
  if (old) await tx.objectStore("ops").put({ ...old, replacedBy: by, pending: 0, open: old.sending === "rejected" ? 0 : old.open });
}

async function compareBytes(blob: NewBlob): Promise<void> {
  const stored = await onDatabase((db) => db.get("bytes", blob.ref.sha256));
  const hash = stored && sha256Hex(stored.bytes); // runs beside the comparison
  if (!stored || !sameBytes(stored.bytes, blob.bytes) || (await hash) !== blob.ref.sha256) {
    throw new StoreError("readback", "the stored bytes differ from what was given");
  }
}

/** Word by word; a photo of 3 MB takes a few milliseconds. */
function sameBytes(a: ArrayBuffer, b: ArrayBuffer): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const words = Math.floor(a.byteLength / 4);
  const [left, right] = [new Uint32Array(a, 0, words), new Uint32Array(b, 0, words)];
  for (let at = 0; at < words; at++) if (left[at] !== right[at]) return false;
  return equalBytes(new Uint8Array(a, words * 4), new Uint8Array(b, words * 4));
}

async function readBack(record: OpRecord, blobs: readonly NewBlob[]): Promise<void> {
  const [stored] = await Promise.all([onDatabase((db) => db.get("ops", record.op)), ...blobs.map(compareBytes)]);
  if (JSON.stringify(stored?.wire) !== JSON.stringify(record.wire)) {
    throw new StoreError("readback", "the stored record differs from what was given");
  }
}

/** Keep one built op: durable and read back when this resolves. `before` may add to the same transaction. */
export async function save(
  record: OpRecord, blobs: readonly NewBlob[], before: (tx: WriteTransaction) => Promise<void> = async () => undefined,
): Promise<OpRecord> {
  const size = blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  const write = () => writing(["ops", "chains", "keys", "blobs", "bytes"], async (tx) => {
    await before(tx);
    return keep(tx, record, blobs);
  });
  const kept = await fitting(write, size > LARGE_BYTES ? ["originals"] : ["originals", "words"]);
  await readBack(kept, blobs);
  if (kept.replaces) dropOverlay();
  else await extendOverlay(kept);
  seenHead = kept.op;
  whileExtending(() => announce({ ops: [kept.op], entities: kept.entities }));
  return kept;
}

/** Sign and keep one op with the pen taken from `takePen` under the same lock. */
export async function append(draft: Draft, pen: Pen): Promise<OpRecord> {
  return save(await write(draft, pen), draft.blobs ?? []);
}

/**
 * The chain's position and key for one op; take it anew for each. Folds the overlay again when another tab wrote:
 * that is when the chain's head is not the one this tab wrote last.
 */
export async function takePen(chain: string): Promise<Pen> {
  const pen = await penOf(chain);
  if (pen.chain.headOp !== seenHead) {
    dropOverlay();
    seenHead = pen.chain.headOp;
  }
  return pen;
}
