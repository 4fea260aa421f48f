// What a carry file or a scanned transfer holds (SPEC §9): lines of canonical JSON, a manifest first (which may say
// what makes each chain valid), then operations as they travel, then originals, each line of one followed by its bytes.

import { type Bytes, concat, fromUtf8, utf8 } from "./bytes.ts";
import { decode, encode, ProfileError } from "./canonical.ts";
import { ParcelError } from "./parcel.ts";
import type { Json, WireOp } from "./rows.ts";
import { LIMITS } from "./tables.ts";
import type { HeldOp } from "./vouchers.ts";

/** Both texts of an op with every character escaped at worst twice, and the members around them. */
const LINE_MAX_BYTES = 2 * (LIMITS.header_bytes + LIMITS.body_bytes) + 4096;
const MANIFEST_MAX_BYTES = 1 << 20;
export const CARGO_OPS_MAX = 20_000;
const PEOPLE_MAX = 200;
/** What the service tells of a chain, and the genesis. */
const VOUCHERS_MAX = 17;
const [LEAF_MAX, NOTE_MAX, HASHES_MAX] = [4096, 8192, 64];

/** Who a chain says it belongs to, in the words of the phone that packed it: to be shown, not believed. */
export interface CargoPerson {
  readonly chain: string;
  readonly person: string;
  readonly name: string;
  /** What makes the chain valid, the genesis first: to be checked. An app of before has none, and passes over them. */
  readonly vouchers?: readonly HeldOp[];
}
export interface Manifest {
  readonly at_ms: number;
  readonly deployment: string;
  readonly ops: number;
  readonly blobs: number;
  /** Bytes of all originals. */
  readonly bytes: number;
  readonly people: readonly CargoPerson[];
}
export interface CargoBlob {
  readonly sha256: string;
  readonly space: string;
  readonly media_type: string;
  readonly size_bytes: number;
}
export type CargoPart =
  | { readonly t: "manifest"; readonly manifest: Manifest }
  | { readonly t: "op"; readonly wire: WireOp }
  | { readonly t: "blob"; readonly blob: CargoBlob; readonly bytes: Bytes };

const lineOf = (value: object): Bytes => utf8(`${encode(value as Json)}\n`);
export const manifestLine = (manifest: Manifest): Bytes => lineOf({ t: "manifest", v: 1, ...manifest });
export const opLine = ({ header, body, salt, sig }: WireOp): Bytes => lineOf({ t: "op", header, body, salt, sig });
export const blobLine = ({ sha256, space, media_type, size_bytes }: CargoBlob): Bytes => lineOf({ t: "blob", sha256, space, media_type, size_bytes });

const invalid = (what: string): ParcelError => new ParcelError("parcel_invalid", what);
type Members = { readonly [name: string]: unknown };

const text = (members: Members, name: string, form: RegExp): string => {
  const value = members[name];
  if (typeof value === "string" && form.test(value)) return value;
  throw invalid(name);
};
const count = (members: Members, name: string, most: number, least = 0): number => {
  const value = members[name];
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw invalid(name);
};
const short = (members: Members, name: string, most: number): string => {
  const value = members[name];
  if (typeof value === "string" && value.length <= most) return value;
  throw invalid(name);
};
const listed = (members: Members, name: string, most: number, least = 0): readonly unknown[] => {
  const value = members[name];
  if (Array.isArray(value) && value.length <= most && value.length >= least) return value as readonly unknown[];
  throw invalid(name);
};
const membersIn = (value: unknown, name: string): Members => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
  throw invalid(name);
};
const exactly = (members: Members, names: readonly string[]): void => {
  if (Object.keys(members).sort().join() !== [...names].sort().join()) throw invalid("members");
};

function personOf(value: unknown): CargoPerson {
  const one = membersIn(value, "people");
  const said = { chain: text(one, "chain", /^[0-9a-f]{64}$/), person: text(one, "person", /^[0-9a-z-]{1,80}$/), name: text(one, "name", /^[^\p{Cc}]{1,40}$/u) };
  return one["vouchers"] === undefined ? said : { ...said, vouchers: listed(one, "vouchers", VOUCHERS_MAX, 1).map(heldOf) };
}

function heldOf(value: unknown): HeldOp {
  const held = membersIn(value, "vouchers");
  exactly(held, ["op", "receipt", "checkpoint", "hashes"]);
  const receipt = membersIn(held["receipt"], "receipt");
  exactly(receipt, ["index", "leaf", "origin"]);
  const hashes = listed(held, "hashes", HASHES_MAX).map((hash) => text({ hash }, "hash", /^[0-9a-f]{64}$/));
  return {
    op: held["op"] as WireOp, // admission looks at every member
    receipt: { index: count(receipt, "index", Number.MAX_SAFE_INTEGER), leaf: short(receipt, "leaf", LEAF_MAX), origin: short(receipt, "origin", 200) },
    checkpoint: short(held, "checkpoint", NOTE_MAX), hashes,
  };
}

function manifestOf(members: Members): Manifest {
  exactly(members, ["t", "v", "at_ms", "deployment", "ops", "blobs", "bytes", "people"]);
  if (members["v"] !== 1) throw new ParcelError("parcel_version");
  return {
    at_ms: count(members, "at_ms", Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER), deployment: text(members, "deployment", /^[a-z0-9-]{1,40}$/),
    ops: count(members, "ops", CARGO_OPS_MAX), blobs: count(members, "blobs", CARGO_OPS_MAX), bytes: count(members, "bytes", Number.MAX_SAFE_INTEGER),
    people: listed(members, "people", PEOPLE_MAX).map(personOf),
  };
}

function blobOf(members: Members): CargoBlob {
  exactly(members, ["t", "sha256", "space", "media_type", "size_bytes"]);
  return {
    sha256: text(members, "sha256", /^[0-9a-f]{64}$/), space: text(members, "space", /^([0-9]{6}|common)$/),
    media_type: text(members, "media_type", /^[a-z]+\/[a-z+.-]{1,30}$/), size_bytes: count(members, "size_bytes", LIMITS.blob_bytes, 1),
  };
}

function wireOf(members: Members): WireOp {
  exactly(members, ["t", "header", "body", "salt", "sig"]);
  const { t: _t, ...wire } = members;
  return wire as unknown as WireOp; // admission looks at every member
}

/** Bytes that arrive in pieces, taken by the line or by the count. */
class Intake {
  private parts: Bytes = new Uint8Array();
  private at = 0;
  constructor(private readonly pieces: AsyncIterator<Bytes>) {}

  private async more(): Promise<boolean> {
    const { value, done } = await this.pieces.next();
    if (done) return false;
    this.parts = concat(this.parts.subarray(this.at), value);
    this.at = 0;
    return true;
  }
  /** The next line without its newline, of at most so many bytes; undefined at the end. */
  async line(most: number): Promise<Bytes | undefined> {
    let looked = this.at;
    for (;;) {
      const end = this.parts.indexOf(10, looked);
      if ((end >= 0 ? end : this.parts.length) - this.at > most) throw invalid("line");
      if (end >= 0) {
        const line = this.parts.subarray(this.at, end);
        this.at = end + 1;
        return line;
      }
      const rest = this.parts.length - this.at;
      if (!(await this.more())) {
        if (rest === 0) return undefined;
        throw invalid("end");
      }
      looked = rest;
    }
  }
  /** Exactly `size` bytes, in a buffer of their own. */
  async take(size: number): Promise<Bytes> {
    const taken = new Uint8Array(size);
    for (let filled = 0; filled < size; ) {
      if (this.at === this.parts.length && !(await this.more())) throw invalid("end");
      const some = this.parts.subarray(this.at, this.at + size - filled);
      taken.set(some, filled);
      filled += some.length;
      this.at += some.length;
    }
    return taken;
  }
}

function membersOf(line: Bytes): Members {
  try {
    const value = decode(fromUtf8(line));
    if (typeof value === "object" && !Array.isArray(value)) return value as Members;
  } catch (error) {
    if (!(error instanceof ProfileError) && !(error instanceof TypeError)) throw error;
  }
  throw invalid("line");
}

/** The parts in order; the manifest is the first and the only one of its kind. Throws ParcelError. */
export async function* readCargo(pieces: AsyncIterable<Bytes>): AsyncGenerator<CargoPart> {
  const intake = new Intake(pieces[Symbol.asyncIterator]());
  for (let n = 0; ; n++) {
    const line = await intake.line(n === 0 ? MANIFEST_MAX_BYTES : LINE_MAX_BYTES);
    if (!line) return;
    const members = membersOf(line);
    if ((members["t"] === "manifest") !== (n === 0)) throw invalid("manifest");
    if (members["t"] === "manifest") yield { t: "manifest", manifest: manifestOf(members) };
    else if (members["t"] === "op") yield { t: "op", wire: wireOf(members) };
    else if (members["t"] === "blob") {
      const blob = blobOf(members);
      yield { t: "blob", blob, bytes: await intake.take(blob.size_bytes) };
    } else throw invalid("t");
  }
}
