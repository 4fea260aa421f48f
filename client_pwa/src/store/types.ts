// What the store gives to the screens: viewed rows and their digests. Viewed = the server's row
// with this phone's own pending operations folded on top.

import type { Claim, Json, Row, Ruling } from "../protocol/rows.ts";

/** A row as this phone should show it. */
export interface Viewed {
  readonly id: string;
  readonly row: Row;
  /** Op ids of this phone folded on top of the server's row, oldest first; empty = as the server has it. */
  readonly pending: readonly string[];
}

/** What a finding still lacks before signing or ordering (待补). */
export type Gap = "description" | "place" | "basis" | "criterion";

export interface FindingView extends Viewed {
  readonly number: string;
  readonly grade: "general" | "major";
  /** State of the `finding` machine; labels in tables/lifecycle.json. */
  readonly state: string;
  readonly inspection: string;
  readonly enterprise: string;
  readonly place: string;
  readonly description: string;
  readonly requirement: string;
  readonly criterion: string;
  readonly note: string;
  readonly phrase: string;
  readonly basis?: { readonly law: string; readonly article: string; readonly version: string };
  /** `YYYY-MM-DD` of the order, or "". */
  readonly deadline: string;
  /** Derived: an order's date has passed (24:00 Beijing time) and the finding is still under it. */
  readonly overdue: boolean;
  /** Photo ids. */
  readonly photos: readonly string[];
  readonly afterPhotos: readonly string[];
  /** Voice note ids. */
  readonly voices: readonly string[];
  readonly gaps: readonly Gap[];
  /** Fields with more than one concurrent version. */
  readonly contested: readonly string[];
  /** Handed over to this bureau by another, which keeps the inspection. */
  readonly takenOver: boolean;
  readonly claims: readonly Claim[];
  /** It is among the findings of a signed record; false = 未列入笔录. */
  readonly recorded: boolean;
  readonly author: string;
  readonly createdAtMs: number;
}

export interface PhotoView extends Viewed {
  readonly inspection: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly purpose: "scene" | "finding" | "reinspection";
  readonly source: "camera" | "album";
  readonly capturedAtMs: number;
  readonly space: string;
  /** The row `blob/<space>-<sha256>` exists: the server holds and verified the original. */
  readonly verified: boolean;
  readonly position?: { readonly lat_e7: number; readonly lon_e7: number; readonly accuracy_m: number; readonly age_ms: number };
}

/** A copy that somebody made of a photo. */
export interface DerivationView extends Viewed {
  readonly photo: string;
  readonly purpose: "annotation" | "redaction";
  readonly space: string;
  readonly sha256: string;
  readonly mediaType: string;
  readonly author: string;
  readonly madeAtMs: number;
  /** The server holds and verified the copy. */
  readonly verified: boolean;
}

export interface VoiceView extends Viewed {
  readonly space: string;
  readonly sha256: string;
  readonly mediaType: string;
  readonly durationMs: number;
  readonly recordedAtMs: number;
  readonly author: string;
  readonly verified: boolean;
}

export interface ClipView extends Viewed {
  readonly inspection: string;
  readonly camera: string;
  readonly officer: string;
  readonly startedAtMs: number;
  /** 0 while the recorder is on. */
  readonly stoppedAtMs: number;
  /** As the station names it, "" when the reference is by time only. */
  readonly fileName: string;
}

export interface InspectionView extends Viewed {
  readonly state: string;
  readonly approval: string;
  readonly enterprise: string;
  readonly enterpriseName: string;
  readonly date: string;
  /** When the officers' arrival was recorded, 0 before. */
  readonly arrivedAtMs: number;
  readonly officers: readonly string[];
  readonly content: string;
  readonly space: string;
  /** Signed and refused records and supplements, oldest first. */
  readonly records: readonly RecordView[];
  readonly findings: readonly FindingView[];
  readonly photos: readonly PhotoView[];
  /** Photos of this inspection that belong to no finding yet. */
  readonly loosePhotos: readonly PhotoView[];
  /** Voice notes of no hazard, oldest first: not given to one yet, or taken out. */
  readonly looseVoices: readonly VoiceView[];
  readonly clips: readonly ClipView[];
  readonly orders: readonly string[];
  /** Person ids of second officers who agreed / objected. */
  readonly attestedBy: readonly string[];
  readonly objectedBy: readonly string[];
  /** Op id of the signing step, or "". */
  readonly signing: string;
  /** Person who did the signing step, or "". */
  readonly signedBy: string;
  /** Findings recorded after the signing: 未列入笔录. */
  readonly unrecorded: readonly string[];
}

/** A signature drawn on a phone under a document; the picture is kept by its hash. */
export interface SignatureView {
  readonly signer: "site_head" | "officer" | "witness" | "recipient";
  readonly name: string;
  readonly sha256: string;
  readonly mediaType: string;
}

export interface RecordView extends Viewed {
  readonly space: string;
  readonly author: string;
  readonly signedAtMs: number;
  /** Findings it lists. */
  readonly recorded: readonly string[];
  readonly renderingSha256: string;
  readonly signatures: readonly SignatureView[];
  readonly refusalReason: string;
  readonly witness: string;
}

export interface EnterpriseView extends Viewed {
  readonly name: string;
  readonly creditCode: string;
  readonly trade: "mine" | "chemical" | "fireworks" | "industry";
  readonly address: string;
  readonly head: string;
  readonly post: string;
  readonly phone: string;
  readonly space: string;
  /** Fields that several people wrote at once. */
  readonly contested: readonly string[];
}

export interface PhraseView {
  readonly id: string;
  readonly trade: string;
  readonly text: string;
  readonly requirement: string;
  readonly basis: { readonly law: string; readonly article: string; readonly version: string };
  readonly initials: string;
}

export interface PersonView extends Viewed {
  readonly name: string;
  readonly bureau: string;
  readonly role: "inspector" | "supervisor" | "administrator";
  readonly active: boolean;
  readonly licenceNumber: string;
  readonly licenceFrom: string;
  readonly licenceUntil: string;
}

export interface ChainView extends Viewed {
  readonly person: string;
  readonly personName: string;
  readonly device: string;
  /** pending | active | revoked */
  readonly state: string;
  /** `XXXX-XXXX`, compared by eye on both screens. */
  readonly pairingCode: string;
  readonly enrolledAtMs: number;
}

export interface OrderView extends Viewed {
  readonly inspection: string;
  readonly items: readonly { readonly finding: string; readonly requirement: string; readonly deadline: string }[];
  readonly renderingSha256: string;
  readonly signatures: readonly SignatureView[];
  readonly issuedAtMs: number;
  readonly author: string;
}

export interface ReinspectionView extends Viewed {
  readonly finding: string;
  readonly officers: readonly string[];
  readonly result: "pass" | "fail";
  readonly opinion: string;
  readonly photos: readonly string[];
  readonly attestedBy: readonly string[];
  readonly author: string;
}

export interface FindingFilter {
  readonly space?: string;
  readonly enterprise?: string;
  readonly inspection?: string;
  readonly states?: readonly string[];
  /** Only those that wait for a reinspection (lifecycle `awaiting_reinspection`). */
  readonly awaitingReinspection?: boolean;
  readonly limit?: number;
}

/** The signed-in person and the chain new records go to. */
export interface Author {
  readonly person: string;
  readonly name: string;
  readonly role: "inspector" | "supervisor" | "administrator";
  readonly bureau: string;
  readonly spaces: readonly string[];
  readonly deployment: string;
  /** False once the account was deactivated: what is here still goes up, nothing more comes down. */
  readonly active?: boolean;
  /** Op id of the chain's enrolment; "" until ensureChain() made it. */
  readonly chain: string;
}

/** Told to every tab after anything durable changed. */
export interface Change {
  /** `kind/id` of what may look different now; ["*"] after a pull. */
  readonly entities: readonly string[];
  /** Own ops whose sending state changed. */
  readonly ops: readonly string[];
}

export type OpStatus = "saved" | "received" | "verified" | "attention" | "withdrawn";

/** One of this phone's own operations. */
export interface OwnOp {
  readonly op: string;
  readonly chain: string;
  readonly person: string;
  readonly seq: number;
  readonly kind: string;
  readonly space: string;
  readonly entities: readonly string[];
  readonly savedAtMs: number;
  readonly body: { readonly [key: string]: Json };
  readonly ruling?: Ruling;
  readonly rejection?: { readonly code: string; readonly field?: string };
}

/** Where to reopen the app after it was killed. */
export interface Place {
  /** The hash route, as `#/inspection/01j…/finding/01j…`. */
  readonly route: string;
  /** Name of the focused field, or "". */
  readonly field: string;
  /** Scroll offset in CSS pixels. */
  readonly scroll: number;
}

/** Whether this page can keep evidence at all. `code` is a key for the screen's text. */
export interface Health {
  readonly ok: boolean;
  readonly problems: readonly ("insecure_context" | "no_indexed_db" | "no_locks" | "no_crypto")[];
  readonly persisted: boolean;
  readonly usedBytes: number;
  /** Free bytes by the browser's estimate; -1 where it gives none. */
  readonly freeBytes: number;
}
