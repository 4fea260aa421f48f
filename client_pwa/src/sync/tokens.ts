// The session's tokens, in IndexedDB. An access token is refreshed before it expires or once after
// a 401; when even that is refused the session needs a login, and everything stays on the phone.

import { announce } from "../store/changes.ts";
import { nowMs } from "../store/clock.ts";
import { dropMeta, readMeta, writeMeta } from "../store/db.ts";
import { type Ask, askJson } from "./api.ts";
import { ApiError } from "./types.ts";

export interface PersonReply {
  readonly id: string;
  readonly name: string;
  readonly role: "inspector" | "supervisor" | "administrator";
  readonly bureau: string;
  readonly spaces: readonly string[];
  readonly active?: boolean;
}
export interface SessionReply {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly access_expires_ms: number;
  readonly refresh_expires_ms: number;
  readonly now_ms: number;
  readonly person: PersonReply;
}
export interface SessionRecord {
  readonly person: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Expiry by this phone's clock, so that a wrong clock does not matter. */
  readonly accessExpiresMs: number;
  readonly refreshExpiresMs: number;
  /** Phone minus server clock at the last login or refresh. */
  readonly clockOffsetMs: number;
  readonly needsLogin: boolean;
}

const EARLY_MS = 60_000;

export const sessionRecord = (): Promise<SessionRecord | undefined> => readMeta<SessionRecord>("session");
export const dropSession = (): Promise<void> => dropMeta("session");

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
function isSession(reply: SessionReply): boolean {
  const times = [reply?.access_expires_ms, reply?.refresh_expires_ms, reply?.now_ms];
  return isText(reply?.access_token) && isText(reply.refresh_token) && isText(reply.person?.id) && times.every(Number.isSafeInteger);
}

/** Keep a login's or refresh's answer; something else with status 200 never replaces good tokens. */
export async function keepSession(reply: SessionReply): Promise<SessionRecord> {
  if (!isSession(reply)) throw new ApiError("malformed_reply", 200);
  const clockOffsetMs = nowMs() - reply.now_ms;
  const record: SessionRecord = {
    person: reply.person.id, accessToken: reply.access_token, refreshToken: reply.refresh_token, clockOffsetMs, needsLogin: false,
    accessExpiresMs: reply.access_expires_ms + clockOffsetMs, refreshExpiresMs: reply.refresh_expires_ms + clockOffsetMs,
  };
  await writeMeta("session", record);
  return record;
}

async function refuse(record: SessionRecord): Promise<never> {
  const now = await sessionRecord();
  if (now?.refreshToken === record.refreshToken && !record.needsLogin) {
    await writeMeta("session", { ...record, needsLogin: true });
    announce({ entities: ["session/"] });
  }
  throw new ApiError("session_expired", 401);
}

/** One refresh at a time over all tabs; a tab that waited takes the tokens the other one got. */
function refreshed(stale: string, person: string | undefined): Promise<SessionRecord> {
  return navigator.locks.request("liuhen-session", async () => {
    const record = sameSession(await sessionRecord(), person);
    if (record.accessToken !== stale && !record.needsLogin) return record;
    try {
      const json = { refresh_token: record.refreshToken };
      const reply = await askJson<SessionReply>("/session/refresh", { method: "POST", json });
      const now = await sessionRecord();
      if (now?.refreshToken !== record.refreshToken) throw new ApiError("stopped", 0); // signed out, or another person in
      return await keepSession(reply);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return refuse(record);
      throw error;
    }
  }) as Promise<SessionRecord>;
}

/** Work that one person's session began is never carried on under another's. */
function sameSession(record: SessionRecord | undefined, person: string | undefined): SessionRecord {
  if (record && (person === undefined || record.person === person)) return record;
  throw record ? new ApiError("stopped", 0) : new ApiError("unauthenticated", 401);
}

/** A token that should be good now, of `person` only if one is named. Rejects with ApiError. */
export async function goodToken(person?: string): Promise<string> {
  const record = sameSession(await sessionRecord(), person);
  if (record.needsLogin) throw new ApiError("session_expired", 401);
  if (record.accessExpiresMs - EARLY_MS > nowMs()) return record.accessToken;
  return (await refreshed(record.accessToken, person)).accessToken;
}

/** After a 401 for this token: another one, or ApiError when a login is needed. */
export const anotherToken = async (stale: string, person?: string): Promise<string> => (await refreshed(stale, person)).accessToken;

/**
 * Run one authorised exchange; once more with a fresh token after a 401. With `person` it rejects with `stopped` once
 * somebody else has signed in.
 */
export async function authorised<T>(exchange: (ask: Ask) => Promise<T>, ask: Ask = {}, person?: string): Promise<T> {
  const token = await goodToken(person);
  try {
    return await exchange({ ...ask, token });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    return exchange({ ...ask, token: await anotherToken(token, person) });
  }
}
