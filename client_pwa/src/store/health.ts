// Can this page keep evidence at all? WebCrypto and Web Locks exist only in secure contexts (https
// or localhost), so a plain http address is a clear error state and not a crash later.

import { space } from "./room.ts";
import type { Health } from "./types.ts";

function problems(): Health["problems"] {
  const found: Health["problems"][number][] = [];
  if (!globalThis.isSecureContext) found.push("insecure_context");
  if (!globalThis.crypto?.subtle) found.push("no_crypto");
  if (typeof indexedDB === "undefined") found.push("no_indexed_db");
  if (!globalThis.navigator?.locks) found.push("no_locks");
  return found;
}

/** Secure context, database, persistence, space. */
export async function health(): Promise<Health> {
  const found = problems();
  const persisted = (await globalThis.navigator?.storage?.persisted?.()) ?? false;
  return { ok: found.length === 0, problems: found, persisted, ...(await space()) };
}

/** Ask the browser to keep this site's data; true when granted. */
export const askPersistence = async (): Promise<boolean> => (await globalThis.navigator?.storage?.persist?.()) ?? false;
