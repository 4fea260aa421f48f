// The one status of the engine, shown alike in every tab: the leader publishes how the link is and what moves, followers
// listen. What is left to do every tab counts itself, so that no message from before a save says that all is done.

import type { SyncStatus, UploadProgress } from "./types.ts";

const BLANK: SyncStatus = {
  phase: "stopped", online: false, lastError: "", unsentOps: 0, unsentBytes: 0, uploads: [], waitsForWifi: false, attention: 0, carried: 0, allDone: false,
  retryAtMs: 0, lastSyncAtMs: 0,
};
/** Counted in this tab, from the store. */
const counted = ({ unsentOps, unsentBytes, attention, carried, allDone }: SyncStatus): Partial<SyncStatus> =>
  ({ unsentOps, unsentBytes, attention, carried, allDone });
type Message = { readonly status: SyncStatus } | { readonly nudge: true };

export class StatusBoard {
  private current = BLANK;
  private readonly listeners = new Set<(status: SyncStatus) => void>();
  private readonly channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("liuhen-sync");
  /** Called in the leader when another tab asks for a try. */
  onNudge: () => void = () => undefined;

  constructor() {
    if (!this.channel) return;
    this.channel.onmessage = (event: MessageEvent<Message>) => this.receive(event.data);
    (this.channel as { unref?: () => void }).unref?.(); // Node (tests) would wait for it
  }

  status(): SyncStatus {
    return this.current;
  }
  subscribe(listener: (status: SyncStatus) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  /** Change the status; the leader's goes to the other tabs. */
  set(change: Partial<SyncStatus>): void {
    this.show({ ...this.current, ...change });
    const isLeader = !["stopped", "follower"].includes(this.current.phase);
    if (isLeader) this.channel?.postMessage({ status: this.current } satisfies Message);
  }
  progress(one: UploadProgress): void {
    const others = this.current.uploads.filter(({ sha256 }) => sha256 !== one.sha256);
    this.set({ uploads: [...others, one] });
  }
  progressEnded(sha256: string): void {
    this.set({ uploads: this.current.uploads.filter((one) => one.sha256 !== sha256) });
  }
  passNudge(): void {
    this.channel?.postMessage({ nudge: true } satisfies Message);
  }

  private receive(message: Message): void {
    if ("nudge" in message) return this.onNudge();
    if (this.current.phase === "follower") this.show({ ...message.status, ...counted(this.current), phase: "follower" });
  }
  private show(status: SyncStatus): void {
    this.current = status;
    for (const listener of [...this.listeners]) listener(status);
  }
}
