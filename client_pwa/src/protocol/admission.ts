// Admission (SPEC §4): is an item that travelled authentic? The phone uses it for what it carries or
// shows as evidence. Checks run in the SPEC's order, the first failure is the answer. Sessions and
// quotas are the server's.

import { type Bytes, fromBase64url, utf8 } from "./bytes.ts";
import { decode, hasLoneSurrogate, ProfileError } from "./canonical.ts";
import { headerProblem } from "./header.ts";
import { entitiesOf, kindNamed, validateBody } from "./kinds.ts";
import { commitment, opId, type PublicKey, verifyOp } from "./ops.ts";
import type { Body, Header, Json, WireOp } from "./rows.ts";
import { ACCEPTED, LIMITS } from "./tables.ts";
import { current } from "./upcast.ts";

export type Admission =
  | { readonly ok: true; readonly op: string; readonly header: Header; readonly body: Body }
  | { readonly ok: false; readonly op: string; readonly code: string; readonly field: string };

class Rejected extends Error {
  constructor(readonly code: string, readonly field = "") {
    super(code);
  }
}

const MEMBERS = ["body", "header", "salt", "sig"];
const FOUNDING = new Set(["chain.enrol", "deployment.genesis"]);
const [SALT_BYTES, SIGNATURE_BYTES] = [32, 64];

function bytesOf(text: string, size: number, member: string): Bytes {
  try {
    const bytes = fromBase64url(text);
    if (bytes.length === size) return bytes;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new Rejected("op_malformed", member);
}

function partsOf(item: unknown): WireOp {
  if (typeof item !== "object" || item === null || Array.isArray(item)) throw new Rejected("op_malformed");
  const names = [...new Set([...Object.keys(item), ...MEMBERS])].sort();
  const stranger = names.find((name) => !Object.hasOwn(item, name) || !MEMBERS.includes(name));
  if (stranger !== undefined) throw new Rejected("op_malformed", stranger);
  const parts = item as { readonly [name: string]: unknown };
  for (const name of ["header", "body", "salt", "sig"]) {
    const value = parts[name];
    if (typeof value !== "string" || hasLoneSurrogate(value)) throw new Rejected("op_malformed", name);
  }
  return item as WireOp;
}

function read(text: string, member: string): Json {
  try {
    return decode(text);
  } catch (error) {
    throw error instanceof ProfileError ? new Rejected(error.code, member) : error;
  }
}

function readHeader(text: string, deployment: string): Header {
  const value = read(text, "header");
  if (typeof value !== "object" || Array.isArray(value)) throw new Rejected("op_malformed", "header");
  const header = value as { readonly [name: string]: Json };
  if (typeof header["v"] !== "number") throw new Rejected("op_malformed", "header.v");
  if (header["v"] < ACCEPTED.min || header["v"] > ACCEPTED.max) throw new Rejected("version_unsupported", "header.v");
  const problem = headerProblem(header);
  if (problem !== undefined) throw new Rejected("op_malformed", `header.${problem}`);
  if (header["deployment"] !== deployment) throw new Rejected("deployment_mismatch", "header.deployment");
  if (!kindNamed(header["kind"] as string)) throw new Rejected("kind_unknown", "header.kind");
  if ((header["chain"] === "") !== FOUNDING.has(header["kind"] as string)) throw new Rejected("op_malformed", "header.chain");
  return header as unknown as Header;
}

async function readBody(header: Header, wire: WireOp, salt: Bytes): Promise<Body> {
  const isPromised = header.body.size === utf8(wire.body).length && header.body.commitment === (await commitment(salt, wire.body));
  if (!isPromised) throw new Rejected("commitment_mismatch", "body");
  const body = current(header, read(wire.body, "body"));
  const problem = validateBody(header.kind, body);
  if (problem !== undefined) throw new Rejected("body_invalid", problem);
  if (JSON.stringify(entitiesOf(header.kind, body)) !== JSON.stringify(header.entities)) {
    throw new Rejected("entities_mismatch", "header.entities");
  }
  return body as Body;
}

async function checkSignature(wire: WireOp, key: PublicKey | undefined): Promise<void> {
  if (!key) throw new Rejected("chain_unknown", "header.chain");
  if (!(await verifyOp(wire, key))) throw new Rejected("signature_invalid", "sig");
}

async function check(item: unknown, deployment: string, keyOf: (chain: string) => PublicKey | undefined) {
  const wire = partsOf(item);
  const salt = bytesOf(wire.salt, SALT_BYTES, "salt");
  bytesOf(wire.sig, SIGNATURE_BYTES, "sig");
  if (utf8(wire.header).length > LIMITS.header_bytes) throw new Rejected("op_too_large", "header");
  if (utf8(wire.body).length > LIMITS.body_bytes) throw new Rejected("op_too_large", "body");
  const header = readHeader(wire.header, deployment);
  const body = await readBody(header, wire, salt);
  await checkSignature(wire, header.chain === "" ? (body["public_key"] as unknown as PublicKey) : keyOf(header.chain));
  return { header, body };
}

async function identityOf(item: unknown): Promise<string> {
  const header = typeof item === "object" && item !== null ? (item as { header?: unknown }).header : undefined;
  return typeof header === "string" && !hasLoneSurrogate(header) ? opId(header) : "";
}

/** Check one item. `keyOf` finds the key of an enrolled chain by its id. */
export async function admit(item: unknown, deployment: string, keyOf: (chain: string) => PublicKey | undefined): Promise<Admission> {
  const op = await identityOf(item);
  try {
    return { ok: true, op, ...(await check(item, deployment, keyOf)) };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return { ok: false, op, code: error.code, field: error.field };
  }
}
