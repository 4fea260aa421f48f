// The type language of tables/kinds.json (SPEC §2 Body): a type string becomes a checker once.

import { fromBase64url } from "./bytes.ts";
import { hasLoneSurrogate } from "./canonical.ts";
import { lookUp, type Shape, TYPES } from "./tables.ts";

/** Dotted path of the first member that does not fit, as `items.0.deadline`; undefined when all fits. */
export type Check = (value: unknown, path: string) => string | undefined;
/** What a value names. */
export interface Found {
  /** `kind/id` of every `id:` value. */
  readonly entities: Set<string>;
  /** Values of the members that name ops to build on. */
  readonly ops: Set<string>;
  /** sha256 of every announced blob, in order. */
  readonly blobs: string[];
}
export interface Type {
  readonly check: Check;
  /** Adds what a fitting value names. `member` is the name it stands under. */
  readonly collect: (value: unknown, into: Found, member: string) => void;
}

/** Members whose op must be in effect first (SPEC §2, deps). */
export const NAMES_OPS = new Set(["base", "chosen", "signing", "replaces"]);

const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_NEWLINE = /(?!\n)\p{Cc}/u;
const BLANK = /^\s*$/u;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

const leaf = (fits: (value: unknown) => boolean): Type => ({
  check: (value, path) => (fits(value) ? undefined : path),
  collect: () => undefined,
});
const pattern = (expression: RegExp): Type =>
  leaf((value) => typeof value === "string" && expression.test(value));

function textOf(limit: number, control: RegExp): Type {
  return leaf(
    (value) =>
      typeof value === "string" && !BLANK.test(value) && !control.test(value) &&
      !hasLoneSurrogate(value) && [...value].length <= limit,
  );
}

const integer = (low: number, high: number): Type =>
  leaf((value) => Number.isSafeInteger(value) && !Object.is(value, -0) && (value as number) >= low && (value as number) <= high);

function isRealDay(value: unknown): boolean {
  const parts = typeof value === "string" ? DATE.exec(value) : null;
  if (!parts) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isBase64Of(size: number, value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    return fromBase64url(value).length === size;
  } catch {
    return false;
  }
}

function idOf(kind: string): Type {
  const shape = kind === "bureau" ? /^[0-9]{6}$/ : kind === "chain" ? /^[0-9a-f]{64}$/ : /^[0-9a-z-]{1,80}$/;
  return {
    check: pattern(shape).check,
    collect: (value, into) => void into.entities.add(`${kind}/${String(value)}`),
  };
}

function listOf(rest: string): Type {
  const parts = rest.split(":");
  const numbers: number[] = [];
  while (numbers.length < 2 && /^\d+$/.test(parts.at(-1) ?? "")) numbers.unshift(Number(parts.pop()));
  const [max, min = 0] = numbers as [number, number?];
  const member = typeOf(parts.join(":"));
  return {
    check(value, path) {
      if (!Array.isArray(value) || value.length > max || value.length < min) return path;
      return firstOf(value.map((part, at) => () => member.check(part, child(path, String(at)))));
    },
    collect: (value, into, name) => (value as unknown[]).forEach((part) => member.collect(part, into, name)),
  };
}

const child = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Member {
  readonly name: string;
  readonly optional: boolean;
  readonly type: Type;
}

function membersOf(shape: Shape): Member[] {
  return Object.entries(shape).map(([name, type]) => ({
    name: name.replace(/\?$/, ""),
    optional: name.endsWith("?"),
    type: typeOf(type),
  }));
}

/** The checker of an object with these members and no others. */
export function objectOf(shape: Shape): Type {
  const members = membersOf(shape);
  const known = new Set(members.map((member) => member.name));
  return {
    check(value, path) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return path;
      const object = value as { readonly [key: string]: unknown };
      const unknown = Object.keys(object).sort().find((name) => !known.has(name));
      if (unknown !== undefined) return child(path, unknown);
      return firstOf(members.map((member) => () => {
        if (!Object.hasOwn(object, member.name)) return member.optional ? undefined : child(path, member.name);
        return member.type.check(object[member.name], child(path, member.name));
      }));
    },
    collect(value, into) {
      const object = value as { readonly [key: string]: unknown };
      for (const member of members) {
        if (Object.hasOwn(object, member.name)) member.type.collect(object[member.name], into, member.name);
      }
    },
  };
}

const OP: Type = {
  check: pattern(/^[0-9a-f]{64}$/).check,
  collect: (value, into, member) => void (NAMES_OPS.has(member) && into.ops.add(value as string)),
};
/** Types that announce bytes which travel beside the op. */
const BLOB_TYPES = new Set(["blob_ref", "image_ref", "audio_ref", "manifest_ref"]);
const blobRefOf = (shape: Shape): Type => {
  const object = objectOf(shape);
  return { check: object.check, collect: (value, into) => void into.blobs.push((value as { sha256: string }).sha256) };
};

/** The checker of a type string; throws for a string the language does not have. */
export function typeOf(text: string): Type {
  const at = text.indexOf(":");
  const [head, rest] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
  switch (head) {
    case "text": return textOf(Number(rest), CONTROL_BUT_NEWLINE);
    case "line": return textOf(Number(rest), CONTROL);
    case "int": return integer(...(rest.split(/:/).map(Number) as [number, number]));
    case "bool": return leaf((value) => typeof value === "boolean");
    case "enum": return leaf((value) => typeof value === "string" && rest.split("|").includes(value));
    case "date": return leaf(isRealDay);
    case "time_ms": return integer(0, Number.MAX_SAFE_INTEGER);
    case "id": return idOf(rest);
    case "op": return OP;
    case "sha256": return pattern(/^[0-9a-f]{64}$/);
    case "hex": return pattern(new RegExp(`^[0-9a-f]{${rest}}$`));
    case "name": return pattern(/^[a-z0-9_]{1,40}$/);
    case "b64": return leaf((value) => isBase64Of(Number(rest), value));
    case "list": return listOf(rest);
    default: {
      const shape = lookUp(TYPES, text);
      if (!shape) throw new Error(`no type ${text}`);
      return BLOB_TYPES.has(text) ? blobRefOf(shape) : objectOf(shape);
    }
  }
}
