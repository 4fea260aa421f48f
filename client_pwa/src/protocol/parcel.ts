// The container of a carry file (SPEC §9): a line of canonical JSON, then AES-256-GCM chunks of one
// MiB under a key made from a passphrase. Chunk n's nonce says n and whether it is the last, and the
// line is authenticated with every chunk: nothing can be left out, moved or cut off unseen.

import { type Bytes, base64url, concat, equalBytes, fromBase64url, fromUtf8, utf8 } from "./bytes.ts";
import { decode, encode, ProfileError } from "./canonical.ts";

export const CHUNK_BYTES = 1 << 20;
const TAG_BYTES = 16;
const HEAD_MAX_BYTES = 1024;
/** OWASP's figure for PBKDF2 with HMAC-SHA-256 (2023); a file may say another within these bounds. */
const ITERATIONS = 600_000;
const [FEWEST_ITERATIONS, MOST_ITERATIONS] = [100_000, 2_000_000];
/** What a phone takes at once: some six hundred photos. */
export const PARCEL_MAX_BYTES = 2 ** 31;

export type ParcelProblem =
  | "parcel_foreign_file" | "parcel_version" | "parcel_deployment" | "parcel_passphrase" | "parcel_damaged" | "parcel_truncated"
  | "parcel_invalid" | "parcel_too_large";

/** Why a carry file or a scanned transfer is not taken; nothing of it was kept. */
export class ParcelError extends Error {
  constructor(readonly code: ParcelProblem, message = "") {
    super(`${code} ${message}`.trim());
  }
}

export interface ParcelHead {
  readonly deployment: string;
  /** Bytes of the content, before encryption. */
  readonly size: number;
  readonly salt: Bytes;
  readonly check: Bytes;
  readonly iterations: number;
  /** The exact line, its newline included. */
  readonly line: Bytes;
}

/** The same words typed on two keyboards give the same key. */
const wordsOf = (passphrase: string): Bytes => utf8(passphrase.normalize("NFKC").trim());

async function derived(passphrase: string, salt: Bytes, iterations: number): Promise<{ key: CryptoKey; check: Bytes }> {
  const words = await crypto.subtle.importKey("raw", wordsOf(passphrase), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, words, 256);
  const root = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveBits", "deriveKey"]);
  const expand = (info: string) => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(info) });
  const key = await crypto.subtle.deriveKey(expand("liuhen.parcel.key.v1"), root, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return { key, check: new Uint8Array(await crypto.subtle.deriveBits(expand("liuhen.parcel.check.v1"), root, 128)) };
}

/** The head of a new file and its key. `salt` is 16 random bytes. */
export async function newParcel(deployment: string, size: number, salt: Bytes, passphrase: string): Promise<{ head: ParcelHead; key: CryptoKey }> {
  const { key, check } = await derived(passphrase, salt, ITERATIONS);
  const members = { check: base64url(check), deployment, iterations: ITERATIONS, kdf: "PBKDF2-HMAC-SHA256", salt: base64url(salt), seal: "A256GCM", size, t: "liuhen-parcel", v: 1 };
  return { head: { deployment, size, salt, check, iterations: ITERATIONS, line: utf8(`${encode(members)}\n`) }, key };
}

const foreign = (): ParcelError => new ParcelError("parcel_foreign_file");

function textOfHead(beginning: Bytes): string {
  const end = beginning.indexOf(10);
  if (end < 0 || end >= HEAD_MAX_BYTES) throw foreign();
  try {
    return fromUtf8(beginning.subarray(0, end));
  } catch {
    throw foreign();
  }
}

function bytesOf(text: unknown, count: number): Bytes {
  try {
    const bytes = fromBase64url(String(text));
    if (bytes.length === count) return bytes;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new ParcelError("parcel_damaged", "head");
}

const within = (value: unknown, low: number, high: number): number => {
  if (typeof value === "number" && value >= low && value <= high) return value;
  throw new ParcelError("parcel_damaged", "head");
};

/** Read the head from a file's first bytes. Throws ParcelError. */
export function readParcelHead(beginning: Bytes): ParcelHead {
  const text = textOfHead(beginning);
  let head: { readonly [name: string]: unknown };
  try {
    head = decode(text) as typeof head;
  } catch (error) {
    if (error instanceof ProfileError) throw foreign();
    throw error;
  }
  if (head["t"] !== "liuhen-parcel") throw foreign();
  if (head["v"] !== 1 || head["seal"] !== "A256GCM" || head["kdf"] !== "PBKDF2-HMAC-SHA256") throw new ParcelError("parcel_version");
  const size = within(head["size"], 1, Number.MAX_SAFE_INTEGER);
  if (size > PARCEL_MAX_BYTES) throw new ParcelError("parcel_too_large");
  return {
    deployment: String(head["deployment"]), size, salt: bytesOf(head["salt"], 16), check: bytesOf(head["check"], 16),
    iterations: within(head["iterations"], FEWEST_ITERATIONS, MOST_ITERATIONS), line: utf8(`${text}\n`),
  };
}

/** The key of a file. Throws ParcelError `parcel_passphrase` for other words. */
export async function openParcel(head: ParcelHead, passphrase: string): Promise<CryptoKey> {
  const { key, check } = await derived(passphrase, head.salt, head.iterations);
  if (!equalBytes(check, head.check)) throw new ParcelError("parcel_passphrase");
  return key;
}

export const chunkCount = (size: number): number => Math.ceil(size / CHUNK_BYTES);
/** How long the whole file must be. */
export const fileBytes = ({ line, size }: ParcelHead): number => line.length + size + chunkCount(size) * TAG_BYTES;

/** Where chunk `n` lies in the file: [from, to). */
export function chunkRange(head: ParcelHead, n: number): [number, number] {
  const from = head.line.length + n * (CHUNK_BYTES + TAG_BYTES);
  return [from, Math.min(from + CHUNK_BYTES + TAG_BYTES, fileBytes(head))];
}

/** Seven zero bytes, the number in four (big-endian), 1 in the last byte of the last chunk's. */
function nonceOf(head: ParcelHead, n: number): Bytes {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, n);
  nonce[11] = n === chunkCount(head.size) - 1 ? 1 : 0;
  return nonce;
}
const sealing = (head: ParcelHead, n: number) => ({ name: "AES-GCM", iv: nonceOf(head, n), additionalData: head.line as Bytes, tagLength: 128 });

export async function sealChunk(head: ParcelHead, key: CryptoKey, n: number, plain: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt(sealing(head, n), key, plain));
}

/** Throws ParcelError `parcel_damaged` when it is not what was written. */
export async function openChunk(head: ParcelHead, key: CryptoKey, n: number, sealed: Bytes): Promise<Bytes> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(sealing(head, n), key, sealed));
  } catch (error) {
    if (error instanceof DOMException) throw new ParcelError("parcel_damaged", `chunk ${n}`);
    throw error;
  }
}

/** Cuts what is written into full chunks; the rest goes out with `finish`. */
export class Cutter {
  private readonly buffer = new Uint8Array(CHUNK_BYTES);
  private filled = 0;
  constructor(private readonly give: (chunk: Bytes) => Promise<void>) {}

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const some = bytes.subarray(at, at + CHUNK_BYTES - this.filled);
      this.buffer.set(some, this.filled);
      this.filled += some.length;
      at += some.length;
      if (this.filled === CHUNK_BYTES) await this.flush();
    }
  }
  async finish(): Promise<void> {
    if (this.filled > 0) await this.flush();
  }
  private async flush(): Promise<void> {
    const chunk = concat(this.buffer.subarray(0, this.filled));
    this.filled = 0;
    await this.give(chunk);
  }
}
