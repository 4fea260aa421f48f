// What the sync engine and the session tell the screens.

import type { Json } from "../protocol/rows.ts";

export type SyncPhase = "stopped" | "follower" | "idle" | "pushing" | "pulling" | "uploading" | "backoff" | "signed_out";

export interface UploadProgress {
  readonly sha256: string;
  readonly sent: number;
  readonly total: number;
}
export interface SyncStatus {
  readonly phase: SyncPhase;
  /** The last exchange with the server worked (not the browser's opinion). */
  readonly online: boolean;
  /** Code of tables/problems.json, or `network`, `malformed_reply`, `checkpoint_invalid`, `log_rewound`; "" when fine. */
  readonly lastError: string;
  /** Own ops without a receipt. */
  readonly unsentOps: number;
  /** Bytes of own originals not yet on the server. */
  readonly unsentBytes: number;
  readonly uploads: readonly UploadProgress[];
  /** Large originals are held back until there is Wi-Fi, as the person chose. */
  readonly waitsForWifi: boolean;
  /** Own ops that need the person. */
  readonly attention: number;
  /** Others' records and originals on this phone that are not delivered yet. */
  readonly carried: number;
  /** Every own op is proved in the log and every original verified: 全部上传完成. */
  readonly allDone: boolean;
  /** When the next try is due (ms since 1970), 0 when none is scheduled. */
  readonly retryAtMs: number;
  readonly lastSyncAtMs: number;
  /** Phone minus server clock; undefined before the first exchange. */
  readonly clockOffsetMs?: number;
}

export type ItemStatus = "saved" | "uploading" | "received" | "verified" | "attention";
export type ItemAction = "mend" | "withdraw" | "wait" | "update" | "resend" | "none";
export interface OutboxItem {
  readonly op: string;
  readonly kind: string;
  /** Main entity, `kind/id`, for a link to its screen. */
  readonly entity: string;
  readonly savedAtMs: number;
  readonly status: ItemStatus;
  /** 0…100 while uploading. */
  readonly percent: number;
  /** Of its originals: bytes on their way or there, and all of them. */
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** Code in reasons.json (ruling) or problems.json item (rejection); "" when none. */
  readonly reason: string;
  readonly action: ItemAction;
  readonly outcome: string;
  /** What was ruled before a restore lost it, when it is ruled on differently now; "" when not. */
  readonly before: string;
  readonly flags: readonly string[];
  /** The op that brought the present ruling about, as a supervisor's decision; "" for none. */
  readonly cause: string;
  /** What it says, when it needs the person: nobody else may ever see a refused record. */
  readonly body?: { readonly [member: string]: Json };
}

export interface SessionView {
  readonly person: string;
  readonly name: string;
  readonly role: "inspector" | "supervisor" | "administrator";
  readonly bureau: string;
  readonly spaces: readonly string[];
  /** Until when the refresh token is good. */
  readonly refreshExpiresMs: number;
  /** The server said 401: sign in again to sync; all stays on the phone. */
  readonly needsLogin: boolean;
  /** A PIN is set and this page has not been unlocked yet. */
  readonly locked: boolean;
  readonly hasPin: boolean;
}

/** An answer of the server that is not a success. `code`: tables/problems.json, or `network` / `malformed_reply`. */
export class ApiError extends Error {
  constructor(readonly code: string, readonly status: number, readonly field: string = "", readonly retryAfterMs: number = 0) {
    super(code);
  }
}

export type CheckId =
  | "inspections" | "hazards" | "enterprises" | "phrases" | "login" | "pin" | "chain" | "storage" | "clock" | "offline_start";
export interface Check {
  readonly id: CheckId;
  readonly ok: boolean;
  /** Figures for the screen's text, as {count: 3}. */
  readonly detail: { readonly [name: string]: string | number };
}

/** What has no effect: a supervisor decides, something is waited for, or it was refused. */
export type HeldOutcome = "quarantined" | "waiting" | "refused";
export interface HeldEntry extends TimelineEntry {
  /** What is not in effect yet; `kind` is "" for a record that never arrived. */
  readonly waits_for: readonly { readonly op: string; readonly kind: string; readonly outcome: string; readonly code: string }[];
  /** The op in effect that mends it, or "". */
  readonly mended_by: string;
}
export interface HeldPage {
  readonly complete_through: number;
  readonly next?: number;
  readonly counts: Readonly<Record<HeldOutcome, number>>;
  readonly entries: readonly HeldEntry[];
}

export interface TimelinePage {
  readonly next?: number;
  readonly entries: readonly TimelineEntry[];
}
export interface TimelineEntry {
  readonly index: number;
  readonly op: string;
  readonly kind: string;
  readonly by: string;
  readonly space: string;
  readonly header: string;
  readonly body: string;
  readonly receipt: { readonly index: number; readonly leaf: string; readonly origin: string };
  readonly ruling: { readonly index: number; readonly outcome: string; readonly code: string; readonly flags: readonly string[]; readonly cause: string };
  readonly carrier: string;
  readonly server_at_ms: number;
  /** When the last leaf of the checkpoint its phone had seen was logged; only in a timeline, and where it is known. */
  readonly seen_at_ms?: number;
}

/** Phone and log agreed on the chain's head, and every original was verified, from `atMs` (the service's time) on. */
export interface Certificate {
  readonly headSeq: number;
  readonly headOp: string;
  readonly atMs: number;
}
/** One phone as the service sees it (SPEC §8). */
export interface DeviceReply {
  readonly chain: string;
  readonly person: string;
  readonly device: string;
  readonly state: string;
  readonly head_seq: number;
  readonly head_op: string;
  /** Numbers of the chain that are not in the log, as ranges. */
  readonly gaps: readonly (readonly [number, number])[];
  readonly originals_out: number;
  readonly last_op_at_ms: number;
  readonly drained: boolean;
  readonly drained_at_ms: number;
  readonly report?: {
    readonly head_seq: number;
    readonly head_op: string;
    readonly unsent_ops: number;
    readonly originals: number;
    readonly originals_bytes: number;
    readonly device_ms: number;
    readonly reported_at_ms: number;
  };
}

/** What the service saw in one photo; `exif` is what its camera claims, nothing more. */
export interface SeenImage {
  readonly photo: string;
  readonly sha256: string;
  /** `waiting`, or how looking at it ended. */
  readonly state: string;
  readonly width_px?: number;
  readonly height_px?: number;
  readonly exif: { readonly taken_at?: string; readonly maker?: string; readonly model?: string; readonly orientation?: number; readonly unreadable?: boolean };
  readonly alike: readonly { readonly finding: string; readonly number: string; readonly space: string; readonly photo: string; readonly same_bytes: boolean }[];
}
