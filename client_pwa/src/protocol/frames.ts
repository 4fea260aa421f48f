// One frame of an optical transfer (SPEC §9): a fixed head, a block, a checksum, written in the 45 signs
// a QR code packs best (RFC 9285). What is not a whole frame of ours is nothing.

import { type Bytes, concat, hex } from "./bytes.ts";
import { BLOCKS_MAX } from "./fountain.ts";

const MAGIC = [0x4c, 0x48, 0x01]; // "LH", version 1
const HEAD_BYTES = 3 + 8 + 4 + 2 + 4;
const CHECK_BYTES = 4;
export const [BLOCK_MIN, BLOCK_MAX] = [64, 2000];
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

export interface Frame {
  /** First 8 bytes of the payload's SHA-256, as hex: which transfer it is. */
  readonly id: string;
  /** Bytes of the whole payload. */
  readonly length: number;
  readonly number: number;
  readonly block: Bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
/** CRC-32 as of ISO 3309 (zip, PNG). */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Two bytes as three signs, a last single byte as two. */
export function base45(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const isPair = at + 1 < bytes.length;
    const value = isPair ? bytes[at]! * 256 + bytes[at + 1]! : bytes[at]!;
    text += SIGNS[value % 45]! + SIGNS[Math.floor(value / 45) % 45]! + (isPair ? SIGNS[Math.floor(value / 2025)]! : "");
  }
  return text;
}

/** Undefined for what no bytes are written as. */
export function fromBase45(text: string): Bytes | undefined {
  if (text.length % 3 === 1) return undefined;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = [...text.slice(at, at + 3)].map((sign) => SIGNS.indexOf(sign));
    if (digits.includes(-1)) return undefined;
    const value = digits.reduce((sum, digit, place) => sum + digit * 45 ** place, 0);
    if (value > (digits.length === 3 ? 0xffff : 0xff)) return undefined;
    bytes.push(...(digits.length === 3 ? [value >>> 8, value & 255] : [value]));
  }
  return Uint8Array.from(bytes);
}

/** The text of a frame's code. `digest` is the payload's SHA-256. */
export function frameText(digest: Bytes, length: number, number: number, block: Bytes): string {
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  head.set(MAGIC);
  head.set(digest.subarray(0, 8), 3);
  view.setUint32(11, length);
  view.setUint16(15, block.length);
  view.setUint32(17, number);
  const check = new Uint8Array(CHECK_BYTES);
  new DataView(check.buffer).setUint32(0, crc32(concat(head, block)));
  return base45(concat(head, block, check));
}

/** Read what a camera saw; undefined when it is no frame of ours, or a damaged one. */
export function readFrame(text: string): Frame | undefined {
  const bytes = fromBase45(text);
  if (!bytes || bytes.length < HEAD_BYTES + BLOCK_MIN + CHECK_BYTES || MAGIC.some((byte, at) => bytes[at] !== byte)) return undefined;
  const view = new DataView(bytes.buffer);
  const [length, size] = [view.getUint32(11), view.getUint16(15)];
  const end = HEAD_BYTES + size;
  const isWhole = bytes.length === end + CHECK_BYTES && size >= BLOCK_MIN && size <= BLOCK_MAX && length > 0 && Math.ceil(length / size) <= BLOCKS_MAX;
  if (!isWhole || view.getUint32(end) !== crc32(bytes.subarray(0, end))) return undefined;
  return { id: hex(bytes.subarray(3, 11)), length, number: view.getUint32(17), block: bytes.slice(HEAD_BYTES, end) };
}
