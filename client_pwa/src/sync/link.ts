// What the link carries, measured by the pieces of originals that arrived. The browser's own opinion
// (`navigator.connection`) is not asked: it is a guess, and iOS has none.

import { LIMITS } from "../protocol/tables.ts";

/** A piece takes about this long: what is captured meanwhile waits behind no more than that. */
const PIECE_MS = 1_000;
const LEAST_BYTES = 16_384;
const FIRST_BYTES = 65_536;
/** A lucky measurement may not make the next piece much larger than what is known to pass. */
const GROWTH = 4;
/** From this rate on (all files together) several small files in a row would leave the link idle between them. */
const FAST_BYTES_PER_MS = 1_000;
const AT_ONCE_WHEN_FAST = 3;

export class Link {
  /** How often the other end answered, whatever it said. */
  answers = 0;
  private bytesPerMs = 0;
  private pieceBytes = FIRST_BYTES;
  private active = 0;

  answered(): void {
    this.answers += 1;
  }
  /** How large the next piece of a file should be. */
  nextPieceBytes(): number {
    return this.pieceBytes;
  }
  /** One on a slow link, which so finishes one instead of starving three. */
  filesAtOnce(): number {
    return this.bytesPerMs >= FAST_BYTES_PER_MS ? AT_ONCE_WHEN_FAST : 1;
  }
  begun(): void {
    this.active += 1;
  }
  ended(): void {
    this.active -= 1;
  }
  /** The server has this much more of a file, `ms` after it began to be sent. */
  carried(bytes: number, ms: number): void {
    const rate = bytes / Math.max(1, ms);
    const all = rate * Math.max(1, this.active);
    this.bytesPerMs = this.bytesPerMs === 0 ? all : (this.bytesPerMs + all) / 2;
    const wanted = Math.min(rate * PIECE_MS, GROWTH * Math.max(bytes, LEAST_BYTES), LIMITS.upload_chunk_bytes);
    this.pieceBytes = Math.max(LEAST_BYTES, Math.floor(wanted));
  }
}

/** The link of this page: what one file learned of it holds for the next. */
export const link = new Link();
