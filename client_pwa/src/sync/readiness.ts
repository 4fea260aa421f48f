// 出发检查, ready to leave: is everything on this phone that a day without signal needs? Uses only
// what is here; each check gives the figures its text needs.

import { nowMs } from "../store/clock.ts";
import { health } from "../store/health.ts";
import { currentAuthor } from "../store/identity.ts";
import { enterprises, ownChain, phrases } from "../store/lookups.ts";
import { openFindings, todaysInspections } from "../store/queries.ts";
import { LOW_BYTES } from "../store/room.ts";
import { allCursors } from "../store/rowstore.ts";
import type { Author } from "../store/types.ts";
import { missingThumbnails } from "./fetches.ts";
import { hasPin } from "./pin.ts";
import { sessionRecord } from "./tokens.ts";
import type { Check } from "./types.ts";

const DAY_MS = 86_400_000;
const LOGIN_DAYS = 7;
const CLOCK_MS = 120_000;
const FRESH_MS = DAY_MS;
const ALL = 1_000_000;

/** Every readable space was pulled to its end within a day. */
async function isPulled(author: Author | undefined): Promise<boolean> {
  const done = new Map((await allCursors()).map((cursor) => [cursor.space, cursor]));
  return author !== undefined && author.spaces.every((space) => {
    const cursor = done.get(space);
    return cursor !== undefined && cursor.completeThrough > 0 && nowMs() - cursor.pulledAtMs < FRESH_MS;
  });
}

async function dataChecks(author: Author | undefined): Promise<Check[]> {
  const pulled = await isPulled(author);
  const today = author ? await todaysInspections(author.person) : [];
  const [hazards, missing] = [await openFindings(), await missingThumbnails()];
  const known = await enterprises("", ALL);
  const ready = await phrases("", "", ALL);
  return [
    { id: "inspections", ok: pulled, detail: { count: today.length } },
    { id: "hazards", ok: pulled && missing.length === 0, detail: { count: hazards.length, missing: missing.length } },
    { id: "enterprises", ok: pulled && known.length > 0, detail: { count: known.length } },
    { id: "phrases", ok: ready.length > 0, detail: { count: ready.length } },
  ];
}

async function personChecks(author: Author | undefined): Promise<Check[]> {
  const session = await sessionRecord();
  const days = session ? Math.floor((session.refreshExpiresMs - nowMs()) / DAY_MS) : 0;
  const offset = session?.clockOffsetMs ?? Number.POSITIVE_INFINITY;
  const chain = await ownChain();
  return [
    { id: "login", ok: session !== undefined && !session.needsLogin && days >= LOGIN_DAYS, detail: { days: Math.max(0, days) } },
    { id: "pin", ok: author !== undefined && (await hasPin(author.person)), detail: {} },
    { id: "chain", ok: chain?.state === "active", detail: { state: chain?.state ?? "", code: chain?.pairingCode ?? "" } },
    { id: "clock", ok: Math.abs(offset) < CLOCK_MS, detail: { seconds: Number.isFinite(offset) ? Math.round(offset / 1000) : 0 } },
  ];
}

async function deviceChecks(): Promise<Check[]> {
  const { ok, persisted, freeBytes } = await health();
  const isRoomy = freeBytes < 0 || freeBytes >= LOW_BYTES;
  const cached = (await globalThis.caches?.match("/")) !== undefined && globalThis.navigator?.serviceWorker?.controller != null;
  return [
    { id: "storage", ok: ok && isRoomy, detail: { free_mb: freeBytes < 0 ? -1 : Math.floor(freeBytes / 1_000_000), persisted: persisted ? 1 : 0 } },
    { id: "offline_start", ok: cached, detail: {} },
  ];
}

/** Each check with its figures, in the order of the screen. */
export async function readiness(): Promise<Check[]> {
  const author = await currentAuthor();
  return [...(await dataChecks(author)), ...(await personChecks(author)), ...(await deviceChecks())];
}
