// Ids made by the author, and the pairing code two people compare by eye (SPEC §§2-3).

import { type Bytes, concat, fromHex, sha256, utf8 } from "./bytes.ts";

const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";

/** The lowest `digits` × 5 bits of a number, in Crockford base 32. */
function base32(value: bigint, digits: number): string {
  let text = "";
  for (let at = 0; at < digits; at++) {
    text = CROCKFORD[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return text;
}

const bigEndian = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** A ULID in lower case: 48 bits of milliseconds, 80 random bits. */
export function newId(nowMs: number, random: Uint8Array): string {
  if (random.length !== 10) throw new RangeError("a ULID takes 10 random bytes");
  return base32((BigInt(nowMs) << 80n) | bigEndian(random), 26);
}

/** Eight Crockford characters, `XXXX-XXXX`, of a chain and its 65-byte public key. */
export async function pairingCode(chain: string, publicKey: Bytes): Promise<string> {
  fromHex(chain);
  const digest = await sha256(concat(utf8(`liuhen.pair.v1\0${chain}`), publicKey));
  const code = base32(bigEndian(digest.subarray(0, 5)), 8).toUpperCase();
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
