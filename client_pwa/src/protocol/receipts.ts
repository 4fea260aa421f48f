// When does a receipt count as proved (SPEC §7)? And where the log's tiles are (C2SP tlog-tiles).

import { entryOf, leafHash, verifyInclusion } from "./merkle.ts";
import { decode, ProfileError } from "./canonical.ts";
import { holds, type Openings } from "./epochs.ts";
import type { Receipt } from "./rows.ts";

interface Tree {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** The op a leaf record speaks of, and the hash of its signature; undefined when it is no op leaf. */
export function readOpLeaf(leaf: string): { readonly op: string; readonly sig: unknown } | undefined {
  try {
    const { t, op, sig } = decode(leaf) as { readonly t?: unknown; readonly op?: unknown; readonly sig?: unknown };
    return t === "op" && typeof op === "string" ? { op, sig } : undefined;
  } catch (error) {
    if (error instanceof ProfileError) return undefined;
    throw error;
  }
}

/**
 * Whether the receipt speaks of this op and its entry is in the verified tree. `openings` let a receipt of an earlier
 * epoch count where the later ones kept its leaf.
 */
export async function verifyReceipt(
  receipt: Receipt, op: string, tree: Tree, proof: readonly Uint8Array[], openings: Openings = new Map(),
): Promise<boolean> {
  if (!holds(receipt.origin, receipt.index, tree.origin, openings) || readOpLeaf(receipt.leaf)?.op !== op) return false;
  const hash = await leafHash(await entryOf(receipt.leaf));
  return verifyInclusion(receipt.index, tree.size, hash, proof, tree.root);
}

const FULL_TILE = 256;
/** `x001/x234/067` for 1234067. */
function numberPath(number: number): string {
  const low = String(number % 1000).padStart(3, "0");
  let path = low;
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, "0")}/${path}`;
  }
  return path;
}

/** Path of a tile under the log; `width` 256 is a full one. */
export const tilePath = (level: number | "entries", number: number, width = FULL_TILE): string =>
  `tile/${level}/${numberPath(number)}${width < FULL_TILE ? `.p/${width}` : ""}`;
