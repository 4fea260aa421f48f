// The shape of the database `liuhen`. Bytes are always ArrayBuffers, never Blobs (WebKit loses
// them). A change of shape raises VERSION and adds a step to `upgrade`, which only ever adds: nothing is
// dropped that may hold unsent work, and an older app (after a roll-back) works on a newer shape.

import type { DBSchema, IDBPDatabase } from "idb";
import type { HeldProof, Receipt, Row, Ruling, WireOp } from "../protocol/rows.ts";

export const VERSION = 2;

/** One of this phone's own operations and what the server said about it. */
export interface OpRecord {
  readonly op: string;
  /** Order of capture on this phone, over all chains. */
  readonly order: number;
  readonly chain: string;
  readonly seq: number;
  readonly person: string;
  readonly kind: string;
  readonly space: string;
  readonly entities: readonly string[];
  readonly wire: WireOp;
  readonly savedAtMs: number;
  /** sha256 of every blob the body refers to. */
  readonly blobs: readonly string[];
  /** unsent → admitted → proved; or rejected (not tried again) until withdrawn. */
  readonly sending: "unsent" | "admitted" | "proved" | "rejected";
  /** 1 while it is folded on top of the server's rows (indexed). */
  readonly pending: 0 | 1;
  /** 1 until nothing more is to be done about it (indexed). */
  readonly open: 0 | 1;
  readonly tries: number;
  readonly receipt?: Receipt;
  readonly ruling?: Ruling;
  /** Kept for good: after a loss nobody can make it again. */
  readonly proof?: HeldProof;
  /** What it had before a restore lost it, oldest first; with `proof` it can be handed back. */
  readonly past?: readonly Past[];
  readonly rejection?: { readonly code: string; readonly field?: string };
  /** Own op this one withdraws or mends. */
  readonly replaces?: string;
  /** Op id of the own op.withdraw or the mend that replaced it; its own id when it was rejected and given up. */
  readonly replacedBy?: string;
}

/** Receipt, proof and ruling of an epoch that ended; only the ruling when the leaf itself was kept. */
export interface Past {
  readonly receipt?: Receipt;
  readonly proof?: HeldProof;
  readonly ruling?: Ruling;
}

export interface ChainRecord {
  readonly chain: string;
  readonly person: string;
  readonly installation: string;
  readonly headSeq: number;
  readonly headOp: string;
  /** 1 for a person's first chain here, then 2, …; the highest one takes new records. */
  readonly generation: number;
}
export interface KeyRecord {
  readonly chain: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: ArrayBuffer;
}

/** A server row and what it is found by. */
export interface RowRecord {
  readonly entity: string;
  readonly space: string;
  readonly kind: string;
  /** State of the machine named like the kind, or "". */
  readonly state: string;
  /** `inspection` (or, for a reinspection, `finding`) it belongs to, or "". */
  readonly parent: string;
  readonly index: number;
  readonly row: Row;
  /** Which fetch from the beginning brought it; absent = the first. */
  readonly fetched?: number;
}

export interface CursorRecord {
  readonly space: string;
  readonly afterIndex: number;
  readonly afterEntity: string;
  /** Size up to which the stored rows equal the server's; 0 before the first complete pull. */
  readonly completeThrough: number;
  readonly pulledAtMs: number;
  /** How often the rows had to be fetched again from the beginning; absent = never. */
  readonly fetched?: number;
}

/** An original of this phone; the bytes are in `bytes`. */
export interface BlobRecord {
  /** `<space>-<sha256>`, the id of the server's row for it. */
  readonly blob: string;
  readonly sha256: string;
  readonly space: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Who captured it first; `others` captured the same bytes later. Any of them may send it. */
  readonly person: string;
  readonly others?: readonly string[];
  /** unsent → sent (the server has all bytes) → verified (it said so in the log). */
  readonly state: "unsent" | "sent" | "verified";
  /** When the server had taken all bytes. */
  readonly sentAtMs?: number;
  readonly uploadUrl?: string;
  /** The server has its small picture, or it goes without one. */
  readonly previewed?: true;
  readonly order: number;
  /** Code of a refusal that trying again can't cure. */
  readonly problem?: string;
  /** The server said that it lacks the bytes it once had: its row counts for nothing until they are sent again. */
  readonly missing?: true;
}
export interface BytesRecord {
  readonly sha256: string;
  readonly bytes: ArrayBuffer;
  readonly mediaType: string;
}

/** Somebody's operation that this phone only carries: it has no part in its own chains, outbox or rows. */
export interface CarriedOpRecord {
  readonly op: string;
  /** Order of arrival here; within a file that of its author's phone. */
  readonly order: number;
  readonly kind: string;
  readonly space: string;
  readonly chain: string;
  readonly wire: WireOp;
  /** Person the chain belongs to, and a name to show: from the rows here, or else as the file says. */
  readonly person: string;
  readonly name: string;
  /** The signature was checked here; otherwise the chain's key is not on this phone and the server checks it. */
  readonly checked: boolean;
  readonly receivedAtMs: number;
  readonly blobs: readonly string[];
  readonly sending: "unsent" | "admitted" | "proved" | "rejected";
  /** 1 until it is proved or will never be taken (indexed). */
  readonly open: 0 | 1;
  /** When that was; absent while open, and where an older app noted it. */
  readonly closedAtMs?: number;
  readonly tries: number;
  /** Not sent again before this (ms since 1970). */
  readonly nextTryAtMs: number;
  readonly receipt?: Receipt;
  readonly proof?: HeldProof;
  readonly past?: readonly Past[];
  readonly ruling?: Ruling;
  readonly rejection?: { readonly code: string; readonly field?: string };
}
/** An original that this phone carries; its bytes are in `carriedbytes` (none when only its record came). */
export interface CarriedBlobRecord {
  readonly blob: string;
  readonly sha256: string;
  readonly space: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** unsent → sent (the server has all bytes and hashed them) → verified (its row is here). */
  readonly state: "unsent" | "sent" | "verified";
  readonly sentAtMs?: number;
  readonly uploadUrl?: string;
  readonly order: number;
  readonly problem?: string;
}

export interface LiuhenSchema extends DBSchema {
  meta: { key: string; value: unknown };
  keys: { key: string; value: KeyRecord };
  chains: { key: string; value: ChainRecord; indexes: { person: string } };
  ops: {
    key: string;
    value: OpRecord;
    indexes: { order: number; chain_seq: [string, number]; pending: number; open: number };
  };
  rows: {
    key: string;
    value: RowRecord;
    indexes: { kind: string; kind_state: [string, string]; kind_parent: [string, string]; space: string };
  };
  cursors: { key: string; value: CursorRecord };
  blobs: { key: string; value: BlobRecord; indexes: { state: string; sha256: string } };
  bytes: { key: string; value: BytesRecord };
  thumbs: { key: string; value: BytesRecord };
  drafts: { key: string; value: unknown };
  carriedops: { key: string; value: CarriedOpRecord; indexes: { open: number } };
  carriedblobs: { key: string; value: CarriedBlobRecord; indexes: { state: string } };
  carriedbytes: { key: string; value: BytesRecord };
}
export type StoreName = "meta" | "keys" | "chains" | "ops" | "rows" | "cursors" | "blobs" | "bytes" | "thumbs" | "drafts" | "carriedops" | "carriedblobs" | "carriedbytes";
export type Database = IDBPDatabase<LiuhenSchema>;

/** Bring a database from an older version (0 = new) to VERSION. */
export function upgrade(db: Database, from: number): void {
  if (from < 1) first(db);
  if (from < 2) withCarrying(db);
}

/** What this phone carries for others. */
function withCarrying(db: Database): void {
  db.createObjectStore("carriedops", { keyPath: "op" }).createIndex("open", "open");
  db.createObjectStore("carriedblobs", { keyPath: "blob" }).createIndex("state", "state");
  db.createObjectStore("carriedbytes", { keyPath: "sha256" });
}

function first(db: Database): void {
  db.createObjectStore("meta");
  db.createObjectStore("drafts");
  db.createObjectStore("keys", { keyPath: "chain" });
  db.createObjectStore("chains", { keyPath: "chain" }).createIndex("person", "person");
  db.createObjectStore("cursors", { keyPath: "space" });
  db.createObjectStore("bytes", { keyPath: "sha256" });
  db.createObjectStore("thumbs", { keyPath: "sha256" });
  const ops = db.createObjectStore("ops", { keyPath: "op" });
  ops.createIndex("order", "order");
  ops.createIndex("chain_seq", ["chain", "seq"], { unique: true });
  ops.createIndex("pending", "pending");
  ops.createIndex("open", "open");
  const rows = db.createObjectStore("rows", { keyPath: "entity" });
  rows.createIndex("kind", "kind");
  rows.createIndex("kind_state", ["kind", "state"]);
  rows.createIndex("kind_parent", ["kind", "parent"]);
  rows.createIndex("space", "space");
  const blobs = db.createObjectStore("blobs", { keyPath: "blob" });
  blobs.createIndex("state", "state");
  blobs.createIndex("sha256", "sha256");
}
