// Whether large originals may go over the link there is now. Only some browsers know what it is
// (Chrome on Android); where it is unknown, the choice holds until somebody says "now".

import { nowMs } from "../store/clock.ts";
import { prefer, preferences } from "../store/preferences.ts";

/** Smaller ones (renderings, signatures) are not worth holding back. */
export const LARGE_BYTES = 262_144;
const ANY_LINK_MS = 3_600_000;

interface NetworkInformation extends EventTarget {
  readonly type?: string;
}
const connection = (): NetworkInformation | undefined => (globalThis.navigator as { connection?: NetworkInformation } | undefined)?.connection;
const isWifi = (): boolean => ["wifi", "ethernet"].includes(connection()?.type ?? "");

export async function waitForWifi(): Promise<boolean> {
  const { wifiOnly, anyLinkUntilMs } = await preferences();
  const isAllowed = anyLinkUntilMs > nowMs() && anyLinkUntilMs - nowMs() <= ANY_LINK_MS; // a clock set back allows nothing
  return wifiOnly && !isAllowed && !isWifi();
}

/** Send originals over whatever there is for the next hour. */
export const useAnyLink = (): Promise<void> => prefer({ anyLinkUntilMs: nowMs() + ANY_LINK_MS });

export function onLinkChange(listener: () => void, signal: AbortSignal): void {
  connection()?.addEventListener?.("change", listener, { signal });
}
