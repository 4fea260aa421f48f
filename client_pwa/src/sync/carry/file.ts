// The carry file: the rescue of a phone that can't send, and the way to another phone by sharing.
// Encrypted with a passphrase, written and read a chunk at a time (SPEC §9).

import { type Bytes, base64url } from "../../protocol/bytes.ts";
import {
  CHUNK_BYTES, chunkCount, chunkRange, Cutter, fileBytes, newParcel, openChunk, openParcel, PARCEL_MAX_BYTES, ParcelError, type ParcelHead,
  readParcelHead, sealChunk,
} from "../../protocol/parcel.ts";
import { knownDeployment } from "../../store/identity.ts";
import { type Arrival, receive } from "./arrival.ts";
import { contentOf, wholeLoad } from "./load.ts";
import { withVouchers } from "./vouchers.ts";

export const PASSPHRASE_MIN = 8;
/** For some seventy chains of a log of 100,000; with the rest of its line less than a chunk. */
const VOUCHERS_MAX_BYTES = 900_000;
/** Bytes done and in all; called after each chunk. */
export type OnCarried = (done: number, total: number) => void;

/** A passphrase nobody guesses: almost sixty bits in three groups that can be read out; with a digit, so that it never looks like a word. */
export function freshPassphrase(): string {
  const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford: none that looks like another
  const signs = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => letters[byte & 31]!).join("");
  if (!/\d/.test(signs)) return freshPassphrase();
  return signs.replace(/(.{4})(?=.)/g, "$1-");
}

export interface CarryFile {
  readonly file: File;
  readonly ops: number;
  readonly blobs: number;
}

/** Pack everything this phone has not delivered. Each chunk leaves the page's memory once it is sealed. */
export async function packFile(passphrase: string, onProgress: OnCarried): Promise<CarryFile> {
  const load = await withVouchers(await wholeLoad(), VOUCHERS_MAX_BYTES);
  const { head, key } = await newParcel(load.manifest.deployment, load.size, crypto.getRandomValues(new Uint8Array(16)), passphrase);
  const parts: Blob[] = [new Blob([head.line])];
  let n = 0;
  const cutter = new Cutter(async (plain) => {
    parts.push(new Blob([await sealChunk(head, key, n++, plain)]));
    onProgress(Math.min(n * CHUNK_BYTES, load.size), load.size);
  });
  for await (const piece of contentOf(load)) await cutter.write(piece);
  await cutter.finish();
  const day = new Date(load.manifest.at_ms).toISOString().slice(0, 10);
  const name = `liuhen-${day}-${base64url(head.salt.subarray(0, 3)).replace(/[^A-Za-z0-9]/g, "0")}.liuhen`;
  return { file: new File(parts, name, { type: "application/octet-stream" }), ops: load.manifest.ops, blobs: load.manifest.blobs };
}

const bytesOf = async (file: Blob, from: number, to: number): Promise<Bytes> => new Uint8Array(await file.slice(from, to).arrayBuffer());

/** Look at a chosen file before anybody types a passphrase. Throws ParcelError. */
export async function lookAtFile(file: Blob): Promise<ParcelHead> {
  if (file.size > PARCEL_MAX_BYTES + 2 ** 20) throw new ParcelError("parcel_too_large");
  const head = readParcelHead(await bytesOf(file, 0, Math.min(file.size, 2048)));
  if (head.deployment !== (await knownDeployment())?.deployment) throw new ParcelError("parcel_deployment");
  if (file.size < fileBytes(head)) throw new ParcelError("parcel_truncated");
  if (file.size > fileBytes(head)) throw new ParcelError("parcel_damaged", "longer than it says");
  return head;
}

async function* opened(file: Blob, head: ParcelHead, key: CryptoKey, onProgress: OnCarried): AsyncGenerator<Bytes> {
  for (let n = 0; n < chunkCount(head.size); n++) {
    yield await openChunk(head, key, n, await bytesOf(file, ...chunkRange(head, n)));
    onProgress(Math.min((n + 1) * CHUNK_BYTES, head.size), head.size);
  }
}

/** Take a file in, whole or not at all. Rejects with ParcelError or StoreError. */
export async function takeFile(file: Blob, passphrase: string, onProgress: OnCarried): Promise<Arrival> {
  const head = await lookAtFile(file);
  const key = await openParcel(head, passphrase);
  return receive(opened(file, head, key, onProgress));
}
