// A body as its author wrote it, read in today's shape (SPEC §2, Versions). Every reader of a body comes
// through here, so the fold knows one shape. Bytes and ids are those of the text and never change.

import { decode } from "./canonical.ts";
import type { Body, Header, Json } from "./rows.ts";
import { SHAPES } from "./tables.ts";

const WALL = "@wall_ms";

const isObject = (value: Json): value is Body => typeof value === "object" && !Array.isArray(value);

/** A body in today's shape; what is no object, or has it already, comes out as it is. */
export function current({ kind, v, time }: Pick<Header, "kind" | "v" | "time">, body: Json): Json {
  if (!isObject(body)) return body;
  const shapes = SHAPES.filter(({ kinds, until }) => kinds.includes(kind) && v <= until);
  return shapes.reduce<Body>((found, { add }) => {
    const given = Object.entries(add).map(([name, value]) => [name, value === WALL ? Math.max(0, time.wall_ms) : value] as const);
    return { ...Object.fromEntries(given), ...found };
  }, body);
}

/** Read the body of an op this phone stored or the server sent. Throws ProfileError. */
export const readBody = ({ header, body }: { readonly header: string; readonly body: string }): Body =>
  current(decode(header) as unknown as Header, decode(body)) as Body;
