// Tells every listener in every tab what changed. Carries names only; readers read the store again.

import type { Change } from "./types.ts";

type Listener = (change: Change) => void;
const listeners = new Set<Listener>();
const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("liuhen-store");

const tell = (change: Change): void => {
  for (const listener of [...listeners]) listener(change);
};
if (channel) {
  channel.onmessage = (event: MessageEvent<Change>) => tell(event.data);
  (channel as { unref?: () => void }).unref?.(); // Node (tests) would wait for it
}

/** Hear of each durable change, in this tab or another. Returns the function that ends it. */
export function subscribe(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Say that these entities or own ops changed; call after the transaction is done. */
export function announce(change: Partial<Change>): void {
  const full: Change = { entities: change.entities ?? [], ops: change.ops ?? [] };
  tell(full);
  channel?.postMessage(full);
}
