// Autosaved form drafts, and the place to reopen. A camera may kill the page: what was typed is
// durable before it opens. A draft belongs to the person who is signed in; a colleague on the same phone never sees it.

import { onDatabase, readMeta, writeMeta, writing } from "./db.ts";
import { fitting } from "./reserve.ts";
import { currentAuthor } from "./identity.ts";
import type { Place } from "./types.ts";

const prefix = async (): Promise<string> => `${(await currentAuthor())?.person ?? ""}/`;
const ownKey = async (key: string): Promise<string> => `${await prefix()}${key}`;

export const drafts = {
  /** Resolves when it is durable; await it before opening a camera. */
  save: async (key: string, value: unknown): Promise<void> => {
    const own = await ownKey(key);
    await fitting(() => writing(["drafts"], async (tx) => void (await tx.objectStore("drafts").put(value, own))), ["originals", "words"]);
  },
  load: async <T>(key: string): Promise<T | undefined> => {
    const own = await ownKey(key);
    return onDatabase((db) => db.get("drafts", own)) as Promise<T | undefined>;
  },
  drop: async (key: string): Promise<void> => {
    const own = await ownKey(key);
    await writing(["drafts"], (tx) => tx.objectStore("drafts").delete(own));
  },
  keys: async (): Promise<string[]> => {
    const own = await prefix();
    const all = await onDatabase((db) => db.getAllKeys("drafts"));
    return all.filter((key) => key.startsWith(own)).map((key) => key.slice(own.length));
  },
};

/** Remember where the person is; cheap enough for every route change and focus. */
export const rememberPlace = (place: Place): Promise<void> => writeMeta("lastplace", place);
/** Where to reopen, or undefined. */
export const restorePoint = (): Promise<Place | undefined> => readMeta<Place>("lastplace");
