// The JSON profile and its canonical text (SPEC §1). A text is accepted only if encoding what was
// read gives the same text again; that catches duplicate keys, floats, big integers and spaces.

import limits from "@tables/limits.json" with { type: "json" };
import { fromUtf8 } from "./bytes.ts";
import type { Json } from "./rows.ts";

const KEY = /^[a-z0-9_]{1,40}$/;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const ESCAPED = /["\\\u0000-\u001f]/g;
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r",
};

/** A text or value outside the profile. `code` as in tables/problems.json. */
export class ProfileError extends Error {
  constructor(readonly code: "op_malformed" | "op_not_canonical", message: string) {
    super(message);
  }
}

const outside = (message: string): ProfileError => new ProfileError("op_not_canonical", message);

const escape = (char: string): string =>
  SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

function encodeString(text: string): string {
  if (hasLoneSurrogate(text)) throw outside("lone surrogate");
  return `"${text.replace(ESCAPED, escape)}"`;
}

export const hasLoneSurrogate = (text: string): boolean => LONE_SURROGATE.test(text);

function encodeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw outside("not an integer of the profile");
  return String(value);
}

function encodeObject(value: { readonly [key: string]: unknown }, depth: number): string {
  const members = Object.keys(value).sort().map((key) => {
    if (!KEY.test(key)) throw outside("key outside the profile");
    return `"${key}":${encodeAt(value[key], depth + 1)}`;
  });
  return `{${members.join(",")}}`;
}

function encodeAt(value: unknown, depth: number): string {
  if (typeof value === "string") return encodeString(value);
  if (typeof value === "number") return encodeNumber(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "object" || value === null) throw outside("no such value in the profile");
  if (depth > limits.json_depth) throw outside("too deep");
  if (Array.isArray(value)) return `[${value.map((part) => encodeAt(part, depth + 1)).join(",")}]`;
  return encodeObject(value as { readonly [key: string]: unknown }, depth);
}

/** The canonical text of a value. Throws ProfileError(op_not_canonical) for a value outside the profile. */
export const encode = (value: Json): string => encodeAt(value, 1);

/** Read a text that must be canonical. Throws ProfileError. */
export function decode(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw new ProfileError("op_malformed", "not JSON");
  }
  if (encode(value) !== text) throw new ProfileError("op_not_canonical", "not the canonical text");
  return value;
}

/** Read bytes that must be the canonical text in UTF-8. Throws ProfileError. */
export function decodeBytes(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = fromUtf8(bytes);
  } catch {
    throw new ProfileError("op_malformed", "not UTF-8");
  }
  return decode(text);
}
