// Which body-camera clips ran when something was recorded. A reference only: the footage stays in
// the docking station.

import type { ClipView } from "../../store/index.ts";

/** Clips that were running at `atMs`; one without an end runs still. */
export const clipsDuring = (clips: readonly ClipView[], atMs: number): ClipView[] =>
  clips.filter((clip) => clip.startedAtMs <= atMs && (clip.stoppedAtMs === 0 || clip.stoppedAtMs >= atMs));
