// Bytes, text, hex, base64url and SHA-256. WebCrypto exists only in secure contexts; store/health
// says so on the screen before anything here is called.

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const B64URL = /^[A-Za-z0-9_-]*$/;

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

/** UTF-8 to text; throws on anything that is not UTF-8, keeps a BOM. */
export const fromUtf8 = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const total = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    total.set(part, at);
    at += part.length;
  }
  return total;
}

export const hex = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
};

/** Lower-case hex to bytes; throws RangeError on anything else. */
export function fromHex(text: string): Bytes {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new RangeError("not lower-case hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function binary(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

export const base64 = (bytes: Uint8Array): string => btoa(binary(bytes));

/** Standard base64 with padding; throws RangeError unless it is the canonical form. */
export function fromBase64(text: string): Bytes {
  let decoded: string;
  try {
    decoded = atob(text);
  } catch {
    throw new RangeError("not base64");
  }
  const bytes = Uint8Array.from(decoded, (c) => c.charCodeAt(0));
  if (base64(bytes) !== text) throw new RangeError("not canonical base64");
  return bytes;
}

export const base64url = (bytes: Uint8Array): string =>
  base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Base64url without padding; throws RangeError unless it is the canonical form. */
export function fromBase64url(text: string): Bytes {
  if (!B64URL.test(text)) throw new RangeError("not base64url");
  const padded = text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4);
  return fromBase64(padded);
}

export async function sha256(bytes: BufferSource): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export const sha256Hex = async (bytes: BufferSource): Promise<string> => hex(await sha256(bytes));

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
