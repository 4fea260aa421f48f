// Autosaved form drafts, and the place to reopen. A camera may kill the page: what was typed is
// durable before it opens.

import { onDatabase, readMeta, writeMeta, writing } from "./db.ts";
import type { Place } from "./types.ts";

export const drafts = {
  /** Resolves when it is durable; await it before opening a camera. */
  save: (key: string, value: unknown): Promise<void> =>
    writing(["drafts"], async (tx) => void (await tx.objectStore("drafts").put(value, key))),
  load: <T>(key: string): Promise<T | undefined> => onDatabase((db) => db.get("drafts", key)) as Promise<T | undefined>,
  drop: (key: string): Promise<void> => writing(["drafts"], (tx) => tx.objectStore("drafts").delete(key)),
  keys: (): Promise<string[]> => onDatabase((db) => db.getAllKeys("drafts")),
};

/** Remember where the person is; cheap enough for every route change and focus. */
export const rememberPlace = (place: Place): Promise<void> => writeMeta("lastplace", place);
/** Where to reopen, or undefined. */
export const restorePoint = (): Promise<Place | undefined> => readMeta<Place>("lastplace");
