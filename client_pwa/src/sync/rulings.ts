// The feed of an author's rulings: what became of waiting and quarantined records.

import type { Ruling } from "../protocol/rows.ts";
import { readMeta, writeMeta } from "../store/db.ts";
import { noteRulings } from "../store/ownops.ts";
import { askJson } from "./api.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

interface RulingsPage {
  readonly complete_through: number;
  readonly next?: number;
  readonly rulings: readonly (Ruling & { readonly op: string })[];
}
const keyOf = (chain: string): string => `rulings:${chain}`;

/** Fetch what is new for one chain of this person; resumable, the cursor is kept after each page. */
export async function fetchRulings(chain: string, person: string): Promise<void> {
  for (;;) {
    const after = await readMeta<number>(keyOf(chain));
    const query = after === undefined ? "" : `?after_index=${after}`;
    const page = await authorised((ask) => askJson<RulingsPage>(`/chains/${chain}/rulings${query}`, ask), {}, person);
    if (!Array.isArray(page?.rulings) || !Number.isSafeInteger(page.complete_through)) throw new ApiError("malformed_reply", 200);
    await noteRulings(page.rulings);
    const through = page.next ?? page.complete_through - 1;
    if (through >= 0 && through !== after) await writeMeta(keyOf(chain), through);
    if (page.next === undefined) return;
  }
}
