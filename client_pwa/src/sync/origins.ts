// Who wrote an operation, on which device and when, for places that show other people's words side by
// side. Own records are here; those of others stand in the timeline of what they are about, and are
// kept once read, so that they can be told offline too.

import { readHeader } from "../protocol/ops.ts";
import { readBody } from "../protocol/upcast.ts";
import { readMeta, writeMeta } from "../store/db.ts";
import { opRecord } from "../store/ownops.ts";
import { timeline } from "./fetches.ts";
import { ApiError } from "./types.ts";

export interface Origin {
  /** Person id. */
  readonly by: string;
  /** Op id of the enrolment of the device. */
  readonly chain: string;
  /** The device's clock. */
  readonly atMs: number;
  /** The reason its author gave, or "". */
  readonly reason: string;
}

const keyOf = (op: string): string => `origin:${op}`;

function originIn(by: string, header: string, body: string): Origin {
  const { chain, time } = readHeader(header);
  const { reason } = readBody({ header, body });
  return { by, chain, atMs: time.wall_ms, reason: typeof reason === "string" ? reason : "" };
}

async function known(op: string): Promise<Origin | undefined> {
  const own = await opRecord(op);
  return own ? originIn(own.person, own.wire.header, own.wire.body) : readMeta<Origin>(keyOf(op));
}

/** Ask the server about the ones that are not known here; none when it cannot be asked. */
async function asked(entity: string, ops: readonly string[]): Promise<Map<string, Origin>> {
  try {
    const found = new Map<string, Origin>();
    let page = await timeline(entity);
    for (;;) {
      for (const { op, by, header, body } of page.entries) if (ops.includes(op)) found.set(op, originIn(by, header, body));
      if (page.next === undefined || found.size === ops.length) break;
      page = await timeline(entity, page.next);
    }
    for (const [op, origin] of found) await writeMeta(keyOf(op), origin);
    return found;
  } catch (error) {
    if (error instanceof ApiError) return new Map();
    throw error;
  }
}

/** Where these ops about `entity` came from; one that nobody here can tell of is left out. */
export async function originsOf(entity: string, ops: readonly string[]): Promise<Map<string, Origin>> {
  const here = await Promise.all(ops.map(async (op) => [op, await known(op)] as const));
  const told = new Map(here.flatMap(([op, origin]) => (origin ? [[op, origin] as const] : [])));
  const missing = ops.filter((op) => !told.has(op));
  return missing.length === 0 ? told : new Map([...told, ...(await asked(entity, missing))]);
}
