// How much is still to be done: the figures behind 全部上传完成, read from the store each time.

import { blobsIn, isBlobOf } from "../store/blobs.ts";
import { standingConflicts } from "../store/conflicts.ts";
import { openOps } from "../store/ownops.ts";
import type { OpRecord } from "../store/schema.ts";

export interface Tally {
  readonly unsentOps: number;
  /** Those of them that were never answered: not held back by the server. */
  readonly freshOps: number;
  readonly unsentBytes: number;
  readonly attention: number;
  readonly allDone: boolean;
}

/** The server said so, and nothing but a person's answer changes it. */
const isTurnedDown = ({ sending, ruling, replacedBy }: OpRecord): boolean =>
  !replacedBy && (sending === "rejected" || ["quarantined", "refused"].includes(ruling?.outcome ?? ""));
/** A rejected record that its author gave up will never be in the log, and need not be. */
const isOutstanding = ({ sending, replacedBy }: OpRecord): boolean =>
  sending !== "proved" && !(sending === "rejected" && replacedBy);

export async function tally(person: string): Promise<Tally> {
  const own = (await openOps()).filter((record) => record.person === person);
  const open = [...(await blobsIn("unsent")), ...(await blobsIn("sent"))].filter((blob) => isBlobOf(blob, person));
  const unsent = open.filter((blob) => blob.state === "unsent");
  const unsentOps = own.filter((record) => record.sending === "unsent");
  const conflicts = await standingConflicts(own);
  return {
    unsentOps: unsentOps.length,
    freshOps: unsentOps.filter((record) => record.tries === 0).length,
    unsentBytes: unsent.reduce((sum, blob) => sum + blob.sizeBytes, 0),
    attention: own.filter(isTurnedDown).length + conflicts.size + unsent.filter((blob) => blob.problem).length,
    allDone: open.length === 0 && !own.some(isOutstanding),
  };
}
