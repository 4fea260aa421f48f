// Building and identifying operations (SPEC §2). Header and body become text once, here, and are
// never serialised again. Signing and random bytes are given by the caller.

import { decode, encode } from "./canonical.ts";
import { type Bytes, base64url, concat, fromBase64url, hex, sha256, utf8 } from "./bytes.ts";
import { entitiesOf } from "./kinds.ts";
import type { Body, Header, Json, PhoneTime, Seen, WireOp } from "./rows.ts";
import { PROTOCOL_VERSION } from "./tables.ts";

export const OP_TYPE = "application/vnd.liuhen.op.v1+json";

/** DSSE's pre-authentication encoding of one payload. */
export function pae(payload: Uint8Array, type: string = OP_TYPE): Bytes {
  const kind = utf8(type);
  return concat(utf8(`DSSEv1 ${kind.length} `), kind, utf8(` ${payload.length} `), payload);
}

/** Lower-case hex of SHA-256 over the PAE of a header text. */
export const opId = async (header: string): Promise<string> => hex(await sha256(pae(utf8(header))));

/** What a header says about a body: hex SHA-256 of tag, 32 bytes of salt and the body's bytes. */
export const commitment = async (salt: Uint8Array, body: string): Promise<string> =>
  hex(await sha256(concat(utf8("liuhen.body.v1\0"), salt, utf8(body))));

export interface OpParts {
  readonly app: string;
  readonly deployment: string;
  readonly kind: string;
  readonly chain: string;
  readonly seq: number;
  readonly prev: string;
  readonly space: string;
  readonly deps: readonly string[];
  readonly mends: string;
  readonly time: PhoneTime;
  readonly seen: Seen;
  readonly body: Body;
}
export interface BuiltOp {
  readonly op: string;
  readonly wire: WireOp;
}
/** Signs the PAE with the chain's key; 64 bytes r‖s. */
export type Sign = (message: Bytes) => Promise<Bytes>;

async function headerText(parts: OpParts, salt: Bytes, body: string): Promise<string> {
  const { body: value, ...rest } = parts;
  const header = {
    ...rest,
    v: PROTOCOL_VERSION,
    entities: entitiesOf(parts.kind, value),
    deps: [...parts.deps].sort(),
    body: { commitment: await commitment(salt, body), size: utf8(body).length },
  };
  return encode(header as unknown as Json);
}

/** Make the exact texts, the id and the signature of one operation. `salt` is 32 random bytes. */
export async function buildOp(parts: OpParts, salt: Bytes, sign: Sign): Promise<BuiltOp> {
  const body = encode(parts.body);
  const header = await headerText(parts, salt, body);
  const sig = await sign(pae(utf8(header)));
  return { op: await opId(header), wire: { header, body, salt: base64url(salt), sig: base64url(sig) } };
}

/** Read a header this phone stored or the server sent. Throws ProfileError. */
export const readHeader = (text: string): Header => decode(text) as unknown as Header;

const ES256 = { name: "ECDSA", hash: "SHA-256" } as const;
const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A new chain key that can't leave this browser. */
export const newChainKey = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(P256, false, ["sign", "verify"]);

/** The uncompressed point, 65 bytes. */
export const publicKeyBytes = async (key: CryptoKey): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.exportKey("raw", key));

export const signerOf = (key: CryptoKey): Sign => async (message) =>
  new Uint8Array(await crypto.subtle.sign(ES256, key, message));

/** A chain's key as an enrolment carries it: base64url of the uncompressed point. */
export interface PublicKey {
  readonly alg: string;
  readonly key: string;
}

async function verifyingKey({ alg, key }: PublicKey): Promise<CryptoKey | undefined> {
  if (alg !== "ES256") return undefined;
  try {
    const point = fromBase64url(key);
    return point.length === 65 && point[0] === 4 ? await crypto.subtle.importKey("raw", point, P256, false, ["verify"]) : undefined;
  } catch (error) {
    if (error instanceof RangeError || error instanceof DOMException) return undefined; // no point of P-256
    throw error;
  }
}

/** Whether an op's signature holds under a chain's key. */
export async function verifyOp(wire: WireOp, publicKey: PublicKey): Promise<boolean> {
  const key = await verifyingKey(publicKey);
  if (!key) return false;
  return crypto.subtle.verify(ES256, key, fromBase64url(wire.sig), pae(utf8(wire.header)));
}
