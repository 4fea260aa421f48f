// Originals fetched from the bucket itself, over a link that the service makes for one of them. The
// bucket is nobody's word: what comes is believed by its hash alone, and whatever goes wrong there
// (no way to it, its CORS rules, this page's older policy) the service is asked for the bytes.

import { sha256Hex } from "../protocol/bytes.ts";
import { nowMs } from "../store/clock.ts";

export const LINK_TYPE = "application/vnd.liuhen.link+json";
const FIRST_BYTE_MS = 5_000;
const WHOLE_MS = 120_000;
/** How long the bucket is left alone after it failed: nobody waits for each picture anew. */
const AVOIDED_MS = 5 * 60_000;
let failedAtMs = Number.NEGATIVE_INFINITY;

/** What to accept for an original: a link too, unless the bucket failed lately. */
export const originalOrLink = (): string => (nowMs() - failedAtMs < AVOIDED_MS ? "*/*" : `${LINK_TYPE}, */*`);

interface Link {
  readonly url: string;
  readonly mediaType: string;
}
function linkOf(reply: ArrayBuffer): Link {
  const said = JSON.parse(new TextDecoder().decode(reply)) as { url?: unknown; media_type?: unknown } | null;
  if (typeof said?.url !== "string" || typeof said.media_type !== "string") throw new TypeError("no link");
  return { url: said.url, mediaType: said.media_type };
}

/** No cookie, no token, no referrer goes to the bucket, and nothing of it is kept or followed elsewhere. */
async function bytesAt(url: string): Promise<ArrayBuffer> {
  const patience = new AbortController();
  let timer = setTimeout(() => patience.abort(), FIRST_BYTE_MS);
  try {
    const response = await fetch(url, { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", redirect: "error", signal: patience.signal });
    clearTimeout(timer);
    timer = setTimeout(() => patience.abort(), WHOLE_MS);
    if (!response.ok) throw new TypeError(`the bucket answers ${response.status}`);
    return await response.arrayBuffer();
  } finally {
    clearTimeout(timer);
  }
}

/** The original with this hash, or undefined: then the service has to be asked. */
export async function overLink(reply: ArrayBuffer, sha256: string): Promise<Blob | undefined> {
  try {
    const { url, mediaType } = linkOf(reply);
    const bytes = await bytesAt(url);
    if ((await sha256Hex(bytes)) === sha256) return new Blob([bytes], { type: mediaType });
  } catch {
    // Said below: every way to fail ends in the same question to the service.
  }
  failedAtMs = nowMs();
  return undefined;
}
