// The newest position fix, watched in the background. Nothing ever waits for it: a record takes
// what is known at that moment, or none.

import { nowMs } from "../store/clock.ts";

const OLDEST_MS = 86_400_000;
let newest: { readonly coords: GeolocationCoordinates; readonly atMs: number } | undefined;

/** Watch the position in the background. Returns the stop function. */
export function watchPosition(): () => void {
  const geolocation = globalThis.navigator?.geolocation;
  if (!geolocation) return () => undefined;
  const watch = geolocation.watchPosition(
    ({ coords }) => {
      newest = { coords, atMs: nowMs() };
    },
    () => undefined, // refused or no signal: records are saved without a position
    { enableHighAccuracy: true, maximumAge: 10_000 },
  );
  return () => geolocation.clearWatch(watch);
}

export interface Position {
  readonly lat_e7: number;
  readonly lon_e7: number;
  readonly accuracy_m: number;
  readonly age_ms: number;
}

/** The newest fix of the last day in protocol units, or undefined. */
export function position(): Position | undefined {
  if (!newest) return undefined;
  const age = Math.max(0, Math.round(nowMs() - newest.atMs));
  if (age > OLDEST_MS) return undefined;
  const { latitude, longitude, accuracy } = newest.coords;
  return {
    lat_e7: Math.round(latitude * 1e7) + 0, lon_e7: Math.round(longitude * 1e7) + 0,
    accuracy_m: Math.min(1_000_000, Math.round(accuracy)), age_ms: age,
  };
}
