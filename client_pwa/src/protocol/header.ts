// The shape of an op's header (SPEC §2): every member, no other, each of its form.

import { LIMITS } from "./tables.ts";
import { typeOf } from "./types.ts";

type Fits = (value: unknown) => boolean;
type Members = { readonly [name: string]: Fits };

const matches = (expression: RegExp): Fits => (value) => typeof value === "string" && expression.test(value);
const atLeast = (low: number): Fits => (value) => Number.isSafeInteger(value) && (value as number) >= low;
const line = (limit: number): Fits => (value) => typeOf(`line:${limit}`).check(value, "") === undefined;
const isOp = matches(/^[0-9a-f]{64}$/);
const isOpOrNone = matches(/^([0-9a-f]{64})?$/);

const sortedTexts = (limit: number, fits: Fits): Fits => (value) =>
  Array.isArray(value) && value.length <= limit && value.every(fits) && value.every((text, at) => at === 0 || value[at - 1] < text);

function sameNames(value: object, members: Members): string | undefined {
  const names = [...new Set([...Object.keys(value), ...Object.keys(members)])].sort();
  return names.find((name) => !Object.hasOwn(value, name) || !Object.hasOwn(members, name));
}
const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const object = (members: Members): Fits => (value) =>
  isObject(value) && sameNames(value, members) === undefined && Object.entries(members).every(([name, fits]) => fits(value[name]));

const isCheckpoint = object({ origin: line(200), root: isOp, size: atLeast(0) });
const isNothing = object({ origin: (text) => text === "", root: (text) => text === "", size: (size) => size === 0 });

const MEMBERS: Members = {
  v: atLeast(1),
  app: line(20),
  deployment: matches(/^[a-z0-9-]{1,40}$/),
  kind: matches(/^[a-z0-9_.]{1,40}$/),
  chain: isOpOrNone,
  seq: atLeast(0),
  prev: isOpOrNone,
  space: matches(/^([0-9]{6}|common)$/),
  entities: sortedTexts(LIMITS.entities, matches(/^[a-z0-9_]{1,40}\/[0-9a-z-]{1,80}$/)),
  deps: sortedTexts(LIMITS.deps, isOp),
  mends: isOpOrNone,
  time: object({ boot: matches(/^[0-9a-f]{16}$/), mono_ms: atLeast(0), wall_ms: atLeast(-LIMITS.integer_magnitude) }),
  seen: (value) => isNothing(value) || isCheckpoint(value),
  body: object({ commitment: isOp, size: atLeast(0) }),
};

/** The member that is wrong, missing or unknown; undefined when all fit together. */
export function headerProblem(header: { readonly [name: string]: unknown }): string | undefined {
  const stranger = sameNames(header, MEMBERS);
  if (stranger !== undefined) return stranger;
  const wrong = Object.keys(MEMBERS).find((name) => !MEMBERS[name]!(header[name]));
  if (wrong !== undefined) return wrong;
  const isFounding = header["chain"] === "";
  if (isFounding !== (header["seq"] === 0)) return "seq";
  if (isFounding !== (header["prev"] === "")) return "prev";
  return (header["deps"] as string[]).includes(header["mends"] as string) ? "deps" : undefined;
}
