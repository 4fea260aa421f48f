// C2SP signed notes with Ed25519 and tlog checkpoints (SPEC §7). WebCrypto has no Ed25519 in the
// oldest browsers we support, so @noble/ed25519 verifies.

import { verifyAsync } from "@noble/ed25519";
import { readOrigin } from "./epochs.ts";
import { concat, type Bytes, equalBytes, fromBase64, sha256, utf8 } from "./bytes.ts";

const ED25519 = 1;
const KEY_ID_BYTES = 4;

export interface VerifierKey {
  readonly name: string;
  readonly keyId: Bytes;
  /** 32 bytes. */
  readonly key: Bytes;
}
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Bytes;
  /** The whole note as received. */
  readonly note: string;
}

const keyIdOf = async (name: string, material: Bytes): Promise<Bytes> =>
  (await sha256(concat(utf8(`${name}\n`), material))).slice(0, KEY_ID_BYTES);

/** Read `<name>+<key id hex>+<base64 of 0x01 and the key>`. Throws RangeError. */
export async function readVerifierKey(text: string): Promise<VerifierKey> {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (!parts) throw new RangeError("not a verifier key");
  const [, name, id, encoded] = parts as unknown as [string, string, string, string];
  const material = fromBase64(encoded);
  if (material[0] !== ED25519 || material.length !== 33) throw new RangeError("not an Ed25519 key");
  const keyId = await keyIdOf(name, material);
  if ([...keyId].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== id) throw new RangeError("key id differs");
  return { name, keyId, key: material.slice(1) };
}

interface Signature {
  readonly name: string;
  readonly keyId: Bytes;
  readonly bytes: Bytes;
}

function readSignature(line: string): Signature {
  const parts = /^— (\S+) (\S+)$/u.exec(line);
  if (!parts) throw new RangeError("not a signature line");
  const bytes = fromBase64(parts[2]!);
  if (bytes.length <= KEY_ID_BYTES || parts[1]!.includes("+")) throw new RangeError("not a signature");
  return { name: parts[1]!, keyId: bytes.slice(0, KEY_ID_BYTES), bytes: bytes.slice(KEY_ID_BYTES) };
}

/** Split a note into its text (with the last newline) and its signatures. Throws RangeError. */
export function readNote(note: string): { readonly text: string; readonly signatures: readonly Signature[] } {
  // eslint-disable-next-line no-control-regex -- C2SP: no control characters but newline
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new RangeError("control character in a note");
  const at = note.lastIndexOf("\n\n");
  if (at < 0 || !note.endsWith("\n")) throw new RangeError("not a note");
  const lines = note.slice(at + 2, -1).split("\n");
  return { text: note.slice(0, at + 1), signatures: lines.map(readSignature) };
}

async function isGood(signature: Signature, key: VerifierKey, text: string): Promise<boolean> {
  if (signature.bytes.length !== 64) return false;
  return verifyAsync(signature.bytes, utf8(text), key.key, { zip215: false });
}

/** The text of a note signed by this key; throws RangeError when it is not. */
export async function openNote(note: string, key: VerifierKey): Promise<string> {
  const { text, signatures } = readNote(note);
  const ours = signatures.filter((one) => one.name === key.name && equalBytes(one.keyId, key.keyId));
  if (ours.length === 0) throw new RangeError("not signed by the log");
  for (const one of ours) {
    if (!(await isGood(one, key, text))) throw new RangeError("signature does not verify");
  }
  return text;
}

/** Read the text of a checkpoint note: origin, size, root. Throws RangeError. */
export function readCheckpoint(text: string): Omit<Checkpoint, "note"> {
  const [origin, sizeText, rootText] = text.split("\n");
  if (!origin || !sizeText || !rootText) throw new RangeError("not a checkpoint");
  const size = Number(sizeText);
  if (!/^(0|[1-9]\d*)$/.test(sizeText) || !Number.isSafeInteger(size)) throw new RangeError("not a tree size");
  const root = fromBase64(rootText);
  if (root.length !== 32) throw new RangeError("not a root hash");
  return { origin, size, root };
}

/** The same key under the origin of another epoch of its log; throws RangeError for any other origin. */
export async function keyOfEpoch(key: VerifierKey, origin: string): Promise<VerifierKey> {
  const [own, other] = [readOrigin(key.name), readOrigin(origin)];
  if (!own || own.log !== other?.log) throw new RangeError("another log's origin");
  return { name: origin, keyId: await keyIdOf(origin, concat(new Uint8Array([ED25519]), key.key)), key: key.key };
}

/** Verify a signed checkpoint of any epoch of the log whose key this is. Throws RangeError. */
export async function openCheckpointOfAny(note: string, key: VerifierKey): Promise<Checkpoint> {
  const { origin } = readCheckpoint(readNote(note).text);
  return openCheckpoint(note, await keyOfEpoch(key, origin));
}

/** Verify a signed checkpoint of the log with this key, whose name is its origin. Throws RangeError. */
export async function openCheckpoint(note: string, key: VerifierKey): Promise<Checkpoint> {
  const checkpoint = readCheckpoint(await openNote(note, key));
  if (checkpoint.origin !== key.name) throw new RangeError("another log's origin");
  return { ...checkpoint, note };
}
