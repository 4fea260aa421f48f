// Own originals of spaces this person no longer reads (moved, deactivated): no row tells that the log has verified them,
// so the author asks.

import { blobsIn, isBlobOf, noteVerified } from "../store/blobs.ts";
import { chainsOf } from "../store/chains.ts";
import { askJson, unlessUnknown } from "./api.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

const AT_ONCE = 500;

type Reply = { readonly verified: string[] };
/** None of a chain the service does not know: its enrolment was refused, or is not there yet. */
async function verifiedOf(chain: string, person: string, space: string, digests: readonly string[]): Promise<string[]> {
  const json = { space, sha256: digests };
  const reply = await unlessUnknown(() => authorised((ask) => askJson<Reply>(`/chains/${chain}/originals`, { ...ask, method: "POST", json }), {}, person));
  if (reply === undefined) return [];
  if (!Array.isArray(reply?.verified)) throw new ApiError("malformed_reply", 200);
  return reply.verified.filter((one) => digests.includes(one));
}

/** Ask about what was sent to spaces that are not among those read. */
export async function askVerified(read: readonly string[], person: string): Promise<void> {
  const sent = (await blobsIn("sent")).filter((blob) => isBlobOf(blob, person) && !read.includes(blob.space) && !blob.missing);
  const chains = sent.length > 0 ? await chainsOf(person) : [];
  for (const space of new Set(sent.map((blob) => blob.space))) {
    const digests = sent.filter((blob) => blob.space === space).map(({ sha256 }) => sha256);
    for (const { chain } of chains) {
      for (let at = 0; at < digests.length; at += AT_ONCE) {
        const verified = await verifiedOf(chain, person, space, digests.slice(at, at + AT_ONCE));
        await noteVerified(verified.map((sha256) => `${space}-${sha256}`));
      }
    }
  }
}
