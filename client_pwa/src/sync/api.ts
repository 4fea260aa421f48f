// One HTTP exchange with the service. Anything that is not the service's own answer (a captive
// portal's page with status 200, a proxy's error page, half a reply) counts as a network failure
// and never as a success or a refusal.

import { sha256Hex, utf8 } from "../protocol/bytes.ts";
import { PROBLEMS } from "../protocol/tables.ts";
import { link } from "./link.ts";
import { ApiError } from "./types.ts";

const TIMEOUT_MS = 30_000;
let base = "/api/v1";
/** Talk to another address (tests). */
export function useApi(address: string): void {
  base = address;
}
export const addressOf = (path: string): string => `${base}${path}`;

export interface Ask {
  readonly method?: string;
  readonly json?: unknown;
  /** A body that is sent as it is, of this media type. */
  readonly bytes?: ArrayBuffer;
  readonly mediaType?: string;
  readonly token?: string;
  readonly timeoutMs?: number;
  /** What kind of answer is wanted; JSON unless said. */
  readonly accept?: string;
}

const bodyOf = ({ bytes, json }: Ask): BufferSource | undefined => bytes ?? (json === undefined ? undefined : utf8(JSON.stringify(json)));

async function exchange(path: string, ask: Ask): Promise<Response> {
  const headers: Record<string, string> = { Accept: ask.accept ?? "application/json" };
  if (ask.token) headers["Authorization"] = `Bearer ${ask.token}`;
  const init: RequestInit = { method: ask.method ?? "GET", headers, cache: "no-store", signal: AbortSignal.timeout(ask.timeoutMs ?? TIMEOUT_MS) };
  const body = bodyOf(ask);
  if (body) {
    headers["Content-Type"] = ask.bytes ? (ask.mediaType ?? "application/octet-stream") : "application/json";
    headers[DIGEST] = await digestOf(body);
    init.body = body;
  }
  try {
    const response = await fetch(addressOf(path), init);
    link.answered();
    return response;
  } catch {
    throw new ApiError("network", 0);
  }
}

const isJson = (response: Response): boolean => /^application\/(problem\+)?json\b/.test(response.headers.get("Content-Type") ?? "");

/** SHA-256 of a body before compression, both ways: neither TCP's checksum nor a browser's gzip sees every flipped bit. */
const DIGEST = "Liuhen-Digest";
const digestOf = async (body: BufferSource): Promise<string> => `sha-256=${await sha256Hex(body)}`;

async function read<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch {
    throw new ApiError("malformed_reply", 0);
  }
}

/** The whole reply, as the service meant it. */
async function bytesOf(response: Response): Promise<ArrayBuffer> {
  const bytes = await read(response.arrayBuffer());
  const named = response.headers.get(DIGEST);
  if (named !== null && named !== (await digestOf(bytes))) throw new ApiError("malformed_reply", 0);
  return bytes;
}
const textOf = async (response: Response): Promise<string> => new TextDecoder().decode(await bytesOf(response));
const jsonOf = async <T>(response: Response): Promise<T> => {
  const text = await textOf(response);
  return read((async () => JSON.parse(text) as T)());
};

/** A portal's 401 must not sign anybody out: without a document of ours the status means nothing. */
const foreign = (wait: number): ApiError => new ApiError("malformed_reply", 0, "", wait || 0);

/** The error a failed response stands for; only a problem document of ours is believed. */
export async function problemOf(response: Response): Promise<ApiError> {
  const wait = Number(response.headers.get("Retry-After") ?? 0) * 1000;
  if (!isJson(response)) return response.status >= 500 ? new ApiError("unavailable", response.status, "", wait || 0) : foreign(wait);
  const problem = await jsonOf<{ code?: unknown; field?: unknown } | null>(response);
  if (typeof problem?.code !== "string" || !Object.hasOwn(PROBLEMS, problem.code)) return foreign(wait);
  return new ApiError(problem.code, response.status, typeof problem.field === "string" ? problem.field : "", wait || 0);
}

async function succeeded(path: string, ask: Ask): Promise<Response> {
  const response = await exchange(path, ask);
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** A JSON answer. Rejects with ApiError. */
export async function askJson<T>(path: string, ask: Ask = {}): Promise<T> {
  const response = await succeeded(path, ask);
  if (!isJson(response)) throw new ApiError("malformed_reply", response.status);
  return jsonOf<T>(response);
}

/** What is asked for, or undefined where the service has no such thing. */
export async function unlessUnknown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** An answer without content that matters. */
export async function askNothing(path: string, ask: Ask): Promise<void> {
  await succeeded(path, ask);
}

/** Plain text, as the signed checkpoint. */
export async function askText(path: string, ask: Ask = {}): Promise<string> {
  const response = await succeeded(path, ask);
  if (!(response.headers.get("Content-Type") ?? "").startsWith("text/plain")) throw new ApiError("malformed_reply", response.status);
  return textOf(response);
}

/** Send bytes as they are; the answer has no content. */
export async function putBytes(path: string, bytes: ArrayBuffer, mediaType: string, ask: Ask): Promise<void> {
  await succeeded(path, { ...ask, method: "PUT", bytes, mediaType });
}

/** An image or document. */
export async function askBytes(path: string, ask: Ask = {}): Promise<{ bytes: ArrayBuffer; mediaType: string }> {
  const response = await succeeded(path, { timeoutMs: 120_000, ...ask });
  const mediaType = (response.headers.get("Content-Type") ?? "").split(";")[0]!.trim();
  return { bytes: await bytesOf(response), mediaType };
}
