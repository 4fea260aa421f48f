// Which phones still hold something, in the order a supervisor looks for them. Pure.

import type { DeviceReply } from "../../sync/index.ts";

const SKEW_SHOWN_MS = 2 * 60_000;

const heldBy = ({ report, gaps, originals_out: out }: DeviceReply): number =>
  (report?.unsent_ops ?? 0) + out + gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0);

/**
 * Phones that are not drained, the fullest first. One that has never reported and of which the log misses nothing (it was
 * enrolled before there were reports, or lies in a drawer) has nothing to show.
 */
export const openDevices = (devices: readonly DeviceReply[]): DeviceReply[] =>
  devices.filter((one) => !one.drained && (one.report !== undefined || heldBy(one) > 0)).sort((a, b) => heldBy(b) - heldBy(a) || b.last_op_at_ms - a.last_op_at_ms);

/** `3`, `5–7`, separated. */
export const rangesText = (gaps: readonly (readonly [number, number])[]): string =>
  gaps.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");

/** Minutes the phone's clock was ahead (or, negative, behind) when it reported; 0 when it is right enough. */
export function clockOffMinutes({ device_ms: device, reported_at_ms: server }: { readonly device_ms: number; readonly reported_at_ms: number }): number {
  return Math.abs(device - server) < SKEW_SHOWN_MS ? 0 : Math.round((device - server) / 60_000);
}
