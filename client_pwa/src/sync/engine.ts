// The sync engine: one leader among the tabs (Web Locks), two lanes, one status everybody sees.
// It decides only when a turn runs; lanes.ts does the work. A failure waits with jittered backoff,
// reset by going online, returning to the page, or a tap; a cut in the middle of a turn is none. A 401 pauses and keeps everything.

import { subscribe } from "../store/changes.ts";
import { nowMs } from "../store/clock.ts";
import { currentAuthor } from "../store/identity.ts";
import { backoffMs } from "./backoff.ts";
import { link } from "./link.ts";
import { recordTurn } from "./lanes.ts";
import { uploadTurn } from "./upload-turn.ts";
import { noteActive } from "./pin.ts";
import { StatusBoard } from "./board.ts";
import { carriedLeft } from "./carry/delivery.ts";
import { tally } from "./tally.ts";
import { sessionRecord } from "./tokens.ts";
import { ApiError, type SyncStatus } from "./types.ts";
import { onLinkChange } from "./wifi.ts";

const IDLE_MS = 30_000;
const SOON_MS = 300;
const LATEST_MS = 3_000;
const LEADER = "liuhen-sync";

/** One lane: runs its work now or later, never twice at once. */
export class Lane {
  failures = 0;
  /** The link works, but the server holds some records back: only those wait. */
  isHeldBack = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueAtMs = Number.POSITIVE_INFINITY;
  private running: Promise<void> | undefined;
  private isAgain = false;
  private answersBefore = 0;
  constructor(private readonly work: () => Promise<number>) {}

  /** Run within `ms`; an earlier appointment stays. */
  within(ms: number): void {
    if (this.running) this.isAgain = true;
    else if (performance.now() + ms < this.dueAtMs) this.appoint(ms);
  }
  /** Something was answered since this turn began: the link was cut, it is not away. */
  wasAnswered(): boolean {
    return link.answers > this.answersBefore;
  }
  run(): Promise<void> {
    this.cancel();
    this.running ??= this.turn().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }
  stop(): void {
    this.cancel();
    this.isAgain = false;
  }
  private cancel(): void {
    clearTimeout(this.timer);
    this.dueAtMs = Number.POSITIVE_INFINITY;
  }
  private appoint(ms: number): void {
    this.cancel();
    this.dueAtMs = performance.now() + ms;
    this.timer = setTimeout(() => void this.run(), ms);
  }
  private async turn(): Promise<void> {
    this.isAgain = false;
    this.answersBefore = link.answers;
    let waitMs = IDLE_MS; // work that threw (the database was gone) is tried again, too
    try {
      waitMs = await this.work();
    } catch (error) {
      console.error(error);
    }
    if (this.isAgain) this.appoint(waitMs < 0 ? SOON_MS : Math.min(SOON_MS, waitMs)); // also after a 401: somebody signed in
    else if (waitMs >= 0) this.appoint(waitMs);
  }
}

const FROZEN_MS = 60_000;
/**
 * Of all tabs one at a time takes a turn: a page fetched before another tab's is never kept after it. Nobody waits for ever for
 * a tab that the system froze in the middle of its turn.
 */
async function aloneIn(lane: string, turn: () => Promise<number>): Promise<number> {
  const patience = AbortSignal.timeout(FROZEN_MS);
  let isMine = false;
  const take = (): Promise<number> => {
    isMine = true;
    return turn();
  };
  try {
    return (await navigator.locks.request(`liuhen-lane-${lane}`, { signal: patience }, take)) as number;
  } catch (error) {
    if (isMine || !patience.aborted) throw error;
    return turn();
  }
}

export class Engine {
  private readonly board = new StatusBoard();
  private stopping: AbortController | undefined;
  private lastFailure: unknown;
  private readonly records = new Lane(() => aloneIn("records", () => this.recordLane()));
  private readonly uploads = new Lane(() => aloneIn("uploads", () => this.uploadLane()));

  status = (): SyncStatus => this.board.status();
  subscribe = (listener: (status: SyncStatus) => void): (() => void) => this.board.subscribe(listener);

  /** Start in this tab; only one tab leads, the others show its status. */
  start = (): void => {
    if (this.stopping) return;
    const stopping = new AbortController();
    this.stopping = stopping;
    this.board.set({ phase: "follower" });
    void this.watch(stopping.signal);
    navigator.locks.request(LEADER, { signal: stopping.signal }, () => this.lead(stopping.signal)).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });
  };

  stop = (): void => {
    this.stopping?.abort();
    this.stopping = undefined;
    this.records.stop();
    this.uploads.stop();
    this.board.set({ phase: "stopped" });
  };

  /** A tap, or a new record: try now, backoff reset. */
  nudge = (): void => {
    if (!this.isLeading) return this.board.passNudge();
    this.records.failures = this.uploads.failures = 0;
    this.records.within(0);
    this.uploads.within(0);
  };

  /** One full round; resolves when it ended, rejects with ApiError. Works in any tab. */
  syncNow = async (): Promise<void> => {
    await this.throwing(this.records);
    await this.throwing(this.uploads);
    await this.throwing(this.records);
  };

  private isLeading = false;

  private async throwing(lane: Lane): Promise<void> {
    this.lastFailure = undefined;
    await lane.run(); // it appointed the next turn, as the status says
    if (this.lastFailure) throw this.lastFailure;
  }

  private async lead(stop: AbortSignal): Promise<void> {
    this.isLeading = true;
    this.board.set({ phase: "idle" });
    this.records.within(0);
    this.uploads.within(SOON_MS);
    await new Promise((resolve) => stop.addEventListener("abort", resolve, { once: true }));
    this.isLeading = false;
  }

  /** What makes another turn worth it. */
  private async watch(stop: AbortSignal): Promise<void> {
    const options = { signal: stop };
    const back = (): void => {
      if (globalThis.document?.visibilityState !== "hidden") this.nudge();
    };
    globalThis.addEventListener?.("online", back, options);
    globalThis.document?.addEventListener("visibilitychange", back, options);
    for (const sign of ["pointerdown", "keydown"]) globalThis.addEventListener?.(sign, () => void noteActive(), options);
    onLinkChange(back, stop);
    const end = subscribe(({ ops, entities }) => this.onChange(ops, entities));
    this.board.onNudge = () => {
      if (this.isLeading) this.nudge(); // a follower would only pass it round
    };
    stop.addEventListener("abort", end, { once: true });
    await this.refreshTally();
  }

  private onChange(ops: readonly string[], entities: readonly string[]): void {
    if (this.isLeading && (entities.includes("session/") || entities.includes("preferences/"))) this.nudge();
    const counts = ops.length > 0 || entities.some((one) => one === "*" || one.startsWith("blob/") || one === "session/" || one === "carried/");
    if (!counts) return;
    this.changes += 1;
    if (ops.length > 0 && this.board.status().allDone) this.board.set({ allDone: false }); // until it is counted again
    this.tallySoon();
  }

  private changes = 0;
  private freshOps = 0;
  private tallying: ReturnType<typeof setTimeout> | undefined;
  private uncountedSinceMs = 0;
  /** Counts once the changes pause, so that it never runs between two photos of a burst; at the latest after `LATEST_MS`. */
  private tallySoon(): void {
    if (this.tallying === undefined) this.uncountedSinceMs = nowMs();
    else if (nowMs() - this.uncountedSinceMs > LATEST_MS) return;
    clearTimeout(this.tallying);
    this.tallying = setTimeout(() => {
      this.tallying = undefined;
      this.refreshTally().then(() => this.onTally(), console.error);
    }, SOON_MS);
  }

  /** A new record or original was saved: send it soon, unless a pause after a failure of the link is running. */
  private onTally(): void {
    if (!this.isLeading) return;
    const { unsentBytes } = this.board.status();
    const isLinkGood = this.records.failures === 0 || this.records.isHeldBack;
    if (this.freshOps > 0 && isLinkGood) this.records.within(SOON_MS);
    if (unsentBytes > 0 && this.uploads.failures === 0) this.uploads.within(SOON_MS);
  }

  private async refreshTally(): Promise<void> {
    const author = await currentAuthor();
    if (!author) return;
    const before = this.changes;
    const [{ freshOps, ...figures }, carried] = [await tally(author.person), await carriedLeft()];
    this.freshOps = freshOps;
    const isStill = this.changes === before; // what was saved meanwhile is not in the figures: they may not say that all is done
    this.board.set({ ...figures, carried, allDone: figures.allDone && isStill });
  }

  /** A turn asked for in a tab that does not lead tells what came of it; it goes on following what the leader does. */
  private show({ phase, retryAtMs, ...change }: Partial<SyncStatus>): void {
    const isFollower = this.board.status().phase === "follower";
    this.board.set({ ...change, ...(phase && !isFollower ? { phase } : {}), ...(retryAtMs !== undefined && !isFollower ? { retryAtMs } : {}) });
  }

  private async recordLane(): Promise<number> {
    let heldBack = "";
    try {
      heldBack = await recordTurn((phase) => this.show({ phase }));
    } catch (error) {
      this.records.isHeldBack = false;
      return this.failed(this.records, error);
    }
    this.records.isHeldBack = heldBack !== "";
    if (heldBack) return this.failed(this.records, new ApiError(heldBack, 0));
    this.records.failures = 0;
    const clockOffsetMs = (await sessionRecord())?.clockOffsetMs;
    this.show({ phase: "idle", online: true, lastError: "", retryAtMs: 0, lastSyncAtMs: nowMs(), ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }) });
    await this.refreshTally();
    return this.isLeading ? IDLE_MS : -1;
  }

  private async uploadLane(): Promise<number> {
    const stop = this.stopping?.signal ?? new AbortController().signal;
    try {
      const { count, failure, waitsForWifi } = await uploadTurn((one) => this.board.progress(one), (sha256) => this.board.progressEnded(sha256), stop);
      this.board.set({ waitsForWifi });
      if (count > 0 && this.isLeading) this.records.within(0); // the server's word that they are verified
      if (failure) return await this.failed(this.uploads, failure);
    } catch (error) {
      return this.failed(this.uploads, error);
    }
    this.uploads.failures = 0;
    await this.refreshTally();
    return this.isLeading ? IDLE_MS : -1;
  }

  /** Note a failure; the wait until the next try in ms, or -1 for none by itself. */
  private async failed(lane: Lane, error: unknown): Promise<number> {
    this.lastFailure = error;
    const failure = error instanceof ApiError ? error : new ApiError("internal_client", 0);
    if (!(error instanceof ApiError)) console.error(error);
    const isCut = failure.code === "network" && lane.wasAnswered();
    lane.failures = isCut ? 0 : lane.failures + 1;
    await this.refreshTally();
    if (failure.status === 401) {
      this.show({ phase: "signed_out", lastError: failure.code, retryAtMs: 0 });
      return -1;
    }
    const waitMs = backoffMs(Math.max(1, lane.failures), Math.random(), failure.retryAfterMs);
    this.show({ phase: "backoff", online: failure.status >= 400 || lane.isHeldBack || isCut, lastError: failure.code, retryAtMs: nowMs() + waitMs });
    return this.isLeading ? waitMs : -1;
  }
}
