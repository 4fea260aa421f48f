// Blocks over a one-way channel that loses frames (SPEC §9): frame n < k is block n itself, every later
// one the XOR of about half the blocks, chosen by its number. Any k frames and a few more suffice,
// whichever were lost and wherever one began to look. Pure.

import type { Bytes } from "./bytes.ts";

/** Blocks of one transfer at most: beyond that a file is quicker. */
export const BLOCKS_MAX = 600;

/** murmur3's last step: scatters the bits of a number. */
function scattered(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Which of the k blocks frame `n` is the XOR of: bit j of word i stands for block 32·i + j. */
export function maskOf(n: number, k: number): Uint32Array {
  const mask = new Uint32Array(Math.ceil(k / 32));
  if (n < k) {
    mask[n >>> 5] = (1 << (n & 31)) >>> 0;
    return mask;
  }
  for (let word = 0; word < mask.length; word++) mask[word] = scattered(Math.imul(n, 0x9e3779b1) + Math.imul(word + 1, 0x7feb352d));
  const rest = k & 31;
  if (rest) mask[mask.length - 1]! &= 2 ** rest - 1;
  if (mask.every((word) => word === 0)) mask[(n % k) >>> 5] = (1 << ((n % k) & 31)) >>> 0;
  return mask;
}

const has = (mask: Uint32Array, block: number): boolean => ((mask[block >>> 5]! >>> (block & 31)) & 1) === 1;
function mix(into: Uint8Array | Uint32Array, other: Uint8Array | Uint32Array): void {
  for (let at = 0; at < into.length; at++) into[at]! ^= other[at]!;
}

/** The sender's side: the payload in blocks, the last one filled with zeros. */
export class Source {
  readonly k: number;
  private readonly blocks: Uint8Array[] = [];
  constructor(payload: Uint8Array, private readonly blockBytes: number) {
    this.k = Math.ceil(payload.length / blockBytes);
    for (let at = 0; at < this.k; at++) {
      const block = new Uint8Array(blockBytes);
      block.set(payload.subarray(at * blockBytes, (at + 1) * blockBytes));
      this.blocks.push(block);
    }
  }
  frame(n: number): Bytes {
    const mask = maskOf(n, this.k);
    const mixed = new Uint8Array(this.blockBytes);
    this.blocks.forEach((block, at) => has(mask, at) && mix(mixed, block));
    return mixed;
  }
}

interface Equation {
  readonly mask: Uint32Array;
  readonly data: Uint8Array;
}

/** The receiver's side: solves for the blocks as frames come in (Gauss over GF(2)). */
export class Sink {
  private readonly pivots = new Map<number, Equation>();
  private readonly k: number;
  constructor(private readonly length: number, private readonly blockBytes: number) {
    this.k = Math.ceil(length / blockBytes);
  }
  /** Independent frames so far, of `needed`. */
  get got(): number {
    return this.pivots.size;
  }
  get needed(): number {
    return this.k;
  }

  /** Take one frame; true when it told something new. */
  take(n: number, data: Uint8Array): boolean {
    const equation = { mask: maskOf(n, this.k), data: Uint8Array.from(data) };
    for (let block = 0; block < this.k; block++) {
      if (!has(equation.mask, block)) continue;
      const known = this.pivots.get(block);
      if (!known) {
        this.pivots.set(block, equation);
        return true;
      }
      mix(equation.mask, known.mask);
      mix(equation.data, known.data);
    }
    return false;
  }

  /** The payload once as many frames as blocks are independent. */
  payload(): Bytes | undefined {
    if (this.got < this.k) return undefined;
    for (let block = this.k - 1; block >= 0; block--) this.resolve(this.pivots.get(block)!, block);
    const whole = new Uint8Array(this.k * this.blockBytes);
    for (let block = 0; block < this.k; block++) whole.set(this.pivots.get(block)!.data, block * this.blockBytes);
    return whole.slice(0, this.length);
  }
  /** All later blocks are known by themselves: take them out. */
  private resolve({ mask, data }: Equation, own: number): void {
    for (let later = own + 1; later < this.k; later++) {
      if (!has(mask, later)) continue;
      const known = this.pivots.get(later)!;
      mix(mask, known.mask);
      mix(data, known.data);
    }
  }
}
