// What makes room on a full phone soonest.

import type { Room } from "../store/index.ts";

export type WayOut = "free" | "upload" | "rescue";

/** Delete what is verified where that is most of it or all that can be done now; else upload; without a network, save to a file. */
export function wayOut({ verified, waiting }: Pick<Room, "verified" | "waiting">, isOnline: boolean): WayOut {
  if (verified.bytes > 0 && (verified.bytes >= waiting.bytes || !isOnline)) return "free";
  return isOnline ? "upload" : "rescue";
}
