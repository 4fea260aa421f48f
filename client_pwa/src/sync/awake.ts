// The screen stays on while originals are being sent: a phone that sleeps stops sending. Best effort;
// a phone on low battery refuses.

import type { SyncStatus } from "./types.ts";

let held: WakeLockSentinel | undefined;
let isWanted = false;

async function settle(): Promise<void> {
  const isVisible = globalThis.document?.visibilityState === "visible";
  if (!isWanted || !isVisible) {
    const lock = held;
    held = undefined;
    return lock?.release();
  }
  if ((held && !held.released) || !("wakeLock" in navigator)) return;
  held = await navigator.wakeLock.request("screen");
}

/** Hold the lock while this status says that something is going up; the browser drops it when the page is hidden. */
export function stayAwakeWhileSending(subscribe: (listener: (status: SyncStatus) => void) => void): void {
  const soon = (): void => void settle().catch(() => (held = undefined)); // refused: sending goes on until the screen goes off
  subscribe(({ uploads }) => {
    if (isWanted === uploads.length > 0) return;
    isWanted = uploads.length > 0;
    soon();
  });
  globalThis.document?.addEventListener("visibilitychange", soon);
}
