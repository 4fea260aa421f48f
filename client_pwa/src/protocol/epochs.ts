// Epochs: how the log goes on when a restored database lacks its newest leaves (SPEC §7). The origin
// line of epoch n is `liuhen/<deployment>/<n>`; a later epoch keeps the first leaves of the one before.
// Pure, and the same in Python (sync_protocol/epochs.py).

/** Later epoch → how many leaves it kept, which is the index of its first own leaf. */
export type Openings = ReadonlyMap<number, number>;

interface Origin {
  /** `liuhen/<deployment>/` */
  readonly log: string;
  readonly epoch: number;
}

/** Read an origin line; undefined when it is none. */
export function readOrigin(line: string): Origin | undefined {
  const parts = /^(liuhen\/[a-z0-9-]{1,40}\/)([1-9][0-9]{0,8})$/.exec(line);
  return parts ? { log: parts[1]!, epoch: Number(parts[2]) } : undefined;
}

/** How many leaves of an epoch the later ones kept; undefined when it is the newest. */
export function kept(openings: Openings, epoch: number): number | undefined {
  const sizes = [...openings].filter(([later]) => later > epoch).map(([, size]) => size);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}

/** Whether leaf `index` of the log `line` is, by its place, a leaf of the log `newest`. */
export function holds(line: string, index: number, newest: string, openings: Openings): boolean {
  if (line === newest) return true;
  const [one, other] = [readOrigin(line), readOrigin(newest)];
  if (!one || !other || one.log !== other.log || one.epoch > other.epoch) return false;
  const last = kept(openings, one.epoch);
  return last !== undefined && index < last;
}
