// Merkle proofs of RFC 9162 §2.1 as a client checks them. Hashes are 32 bytes. An index outside the
// tree, or a consistency proof from size 0, is an error and never "true".

import { type Bytes, concat, equalBytes, sha256, utf8 } from "./bytes.ts";

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

/** The tree's entry for a leaf record (SPEC §7). */
export const entryOf = (leafRecord: string): Promise<Bytes> =>
  sha256(concat(utf8("liuhen.leaf.v1\0"), utf8(leafRecord)));
export const leafHash = (entry: Uint8Array): Promise<Bytes> => sha256(concat(LEAF, entry));
export const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(concat(NODE, left, right));

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** The root an inclusion proof leads to, or undefined when the proof has the wrong form (§2.1.3.2). */
export async function rootOfInclusion(
  index: number, size: number, leaf: Uint8Array, path: readonly Uint8Array[],
): Promise<Uint8Array | undefined> {
  if (!isSize(index) || !isSize(size) || index >= size) return undefined;
  let [fn, sn, root] = [index, size - 1, leaf];
  for (const hash of path) {
    if (sn === 0 || hash.length !== 32) return undefined;
    if (isOdd(fn) || fn === sn) {
      root = await nodeHash(hash, root);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      root = await nodeHash(root, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? root : undefined;
}

/** Whether a leaf hash stands at `index` of the tree of `size` with this root. */
export async function verifyInclusion(
  index: number, size: number, leaf: Uint8Array, path: readonly Uint8Array[], root: Uint8Array,
): Promise<boolean> {
  const found = await rootOfInclusion(index, size, leaf, path);
  return found !== undefined && equalBytes(found, root);
}

/** Whether the tree of `size` with `root` extends the tree of `from` with `oldRoot` (§2.1.4.2). */
export async function verifyConsistency(
  from: number, size: number, oldRoot: Uint8Array, root: Uint8Array, proof: readonly Uint8Array[],
): Promise<boolean> {
  if (!isSize(from) || !isSize(size) || from < 1 || from > size) return false;
  if (from === size) return proof.length === 0 && equalBytes(oldRoot, root);
  if (proof.length === 0 || proof.some((hash) => hash.length !== 32)) return false;
  const isPower = Number.isInteger(Math.log2(from));
  const [first, ...rest] = isPower ? [oldRoot, ...proof] : proof;
  let [fn, sn] = [from - 1, size - 1];
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let [fr, sr] = [first!, first!];
  for (const hash of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      fr = await nodeHash(hash, fr);
      sr = await nodeHash(hash, sr);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = await nodeHash(sr, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equalBytes(fr, oldRoot) && equalBytes(sr, root);
}

/** The root of a tree over entries, by the RFC's definition (§2.1.1). */
export async function rootOf(entries: readonly Uint8Array[]): Promise<Uint8Array> {
  if (entries.length === 0) return sha256(new Uint8Array());
  if (entries.length === 1) return leafHash(entries[0]!);
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  return nodeHash(await rootOf(entries.slice(0, split)), await rootOf(entries.slice(split)));
}
