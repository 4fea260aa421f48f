// Looking things up on the server, and small pictures kept for the field.

import { blobId, hasThumbnail, original, putThumbnail, thumbnail } from "../store/blobs.ts";
import { nowMs } from "../store/clock.ts";
import { openFindings, photos } from "../store/queries.ts";
import { currentAuthor } from "../store/identity.ts";
import { sha256Hex } from "../protocol/bytes.ts";
import { askBytes, askJson } from "./api.ts";
import { LINK_TYPE, originalOrLink, overLink } from "./bucket.ts";
import { authorised } from "./tokens.ts";
import { ApiError, type HeldOutcome, type HeldPage, type SeenImage, type TimelineEntry, type TimelinePage } from "./types.ts";

/** One page of what was done about `kind/id`, the newest first; `before` is the `next` of the page before. */
export async function timeline(entity: string, before?: number): Promise<TimelinePage> {
  const query = before === undefined ? "" : `?before_index=${before}`;
  const page = await authorised((ask) => askJson<TimelinePage>(`/entities/${entity}/timeline${query}`, ask));
  const goesOn = page?.next === undefined || page.next < (before ?? Number.POSITIVE_INFINITY);
  if (!Array.isArray(page?.entries) || !goesOn) throw new ApiError("malformed_reply", 200);
  return page;
}
/** One page of a space's records without effect, the newest ruling first; `before` is the `next` of the page before. */
export async function heldPage(space: string, outcome: HeldOutcome, before?: number): Promise<HeldPage> {
  const query = new URLSearchParams({ outcome, ...(before === undefined ? {} : { before_index: String(before) }) });
  const page = await authorised((ask) => askJson<HeldPage>(`/spaces/${space}/held?${query}`, ask));
  if (!Array.isArray(page?.entries) || typeof page.counts !== "object") throw new ApiError("malformed_reply", 200);
  return page;
}
export const opEntry = (op: string): Promise<TimelineEntry & { sig: string; salt: string }> =>
  authorised((ask) => askJson<TimelineEntry & { sig: string; salt: string }>(`/ops/${op}`, ask));

/** Thumbnail from the phone, else from the server (then kept). Undefined when there is none yet. */
export async function fetchThumbnail(space: string, sha256: string): Promise<Blob | undefined> {
  const here = await thumbnail(sha256);
  if (here) return here;
  try {
    const { bytes, mediaType } = await authorised((ask) => askBytes(`/spaces/${space}/blobs/${sha256}/thumbnail`, ask));
    if (!mediaType.startsWith("image/")) throw new ApiError("malformed_reply", 200);
    await putThumbnail(sha256, bytes, mediaType);
    return new Blob([bytes], { type: mediaType });
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** What a colleague's phone sent ahead of an original still on its way: shown as that, never kept. Undefined when there is none. */
export async function fetchPreview(space: string, sha256: string): Promise<Blob | undefined> {
  try {
    const { bytes, mediaType } = await authorised((ask) => askBytes(`/spaces/${space}/blobs/${sha256}/preview`, ask));
    if (!mediaType.startsWith("image/")) throw new ApiError("malformed_reply", 200);
    return new Blob([bytes], { type: mediaType });
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** The original, from the phone or the server; its hash is checked. */
export async function fetchOriginal(space: string, sha256: string): Promise<Blob> {
  const here = await original(sha256);
  if (here) return new Blob([here.bytes], { type: here.mediaType });
  const path = `/spaces/${space}/blobs/${sha256}`;
  const given = await authorised((ask) => askBytes(path, { ...ask, accept: originalOrLink() }));
  if (given.mediaType !== LINK_TYPE) return proven(given, sha256);
  const fetched = await overLink(given.bytes, sha256);
  return fetched ?? proven(await authorised((ask) => askBytes(path, ask)), sha256);
}

async function proven({ bytes, mediaType }: { bytes: ArrayBuffer; mediaType: string }, sha256: string): Promise<Blob> {
  if ((await sha256Hex(bytes)) !== sha256) throw new ApiError("malformed_reply", 200);
  return new Blob([bytes], { type: mediaType });
}

/** The service's copy of at most 1600 px, for browsers that can't read the original's format. Rejects with `not_found` while there is none. */
export async function fetchScreenCopy(space: string, sha256: string): Promise<Blob> {
  const { bytes, mediaType } = await authorised((ask) => askBytes(`/spaces/${space}/blobs/${sha256}/screen`, ask));
  if (!mediaType.startsWith("image/")) throw new ApiError("malformed_reply", 200);
  return new Blob([bytes], { type: mediaType });
}

/** What the service saw in a hazard's photos: the camera's claims, and other hazards' photos that look the same. */
export async function fetchSeen(space: string, finding: string): Promise<SeenImage[]> {
  const reply = await authorised((ask) => askJson<{ images: SeenImage[] }>(`/spaces/${space}/findings/${finding}/images`, ask));
  if (!Array.isArray(reply?.images)) throw new ApiError("malformed_reply", 200);
  return reply.images;
}

const PREFETCHED = 200;
const AT_ONCE = 4;

/** Open hazards' photos without a thumbnail here whose original the server has verified. */
export async function missingThumbnails(): Promise<{ space: string; sha256: string }[]> {
  const author = await currentAuthor();
  if (author?.role !== "inspector") return [];
  const open = await openFindings({ limit: PREFETCHED });
  const pictures = await photos([...new Set(open.flatMap((finding) => finding.photos))]);
  const missing = [];
  for (const { space, sha256, verified } of pictures) {
    if (verified && !(await hasThumbnail(sha256))) missing.push({ space, sha256 });
  }
  return missing;
}

/** The server makes them soon after the original arrived; one that is not there yet is asked for again, less and less often. */
const ASK_AGAIN_MS = 4_000;
const ASK_AGAIN_LATEST_MS = 60_000;
const asked = new Map<string, { readonly atMs: number; readonly waitMs: number }>();
function isDue({ space, sha256 }: { space: string; sha256: string }): boolean {
  const before = asked.get(blobId(space, sha256));
  return before === undefined || nowMs() - before.atMs >= before.waitMs;
}
function noteAsked(blob: string): void {
  const waitMs = Math.min(2 * (asked.get(blob)?.waitMs ?? ASK_AGAIN_MS / 2), ASK_AGAIN_LATEST_MS);
  asked.set(blob, { atMs: nowMs(), waitMs });
}

/** Fetch the missing ones a few at a time. */
export async function prefetchThumbnails(): Promise<void> {
  const missing = (await missingThumbnails()).filter(isDue);
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    await Promise.all(missing.slice(at, at + AT_ONCE).map(async ({ space, sha256 }) => {
      noteAsked(blobId(space, sha256));
      await fetchThumbnail(space, sha256);
    }));
  }
}
