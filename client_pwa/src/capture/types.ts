// Inputs and results of the use-cases the screens call.

export interface Saved {
  /** Op id of what was written. */
  readonly op: string;
}
export interface Option {
  /** Op id of an own refused op that this one replaces. */
  readonly mends?: string;
}
/** Op ids of the versions of each field that the author had before them when they began to write. */
export type SeenVersions = { readonly [field: string]: readonly string[] };
export interface Arrival {
  /** Two or more person ids, the author among them. */
  readonly officers: readonly string[];
  readonly idShown: boolean;
  readonly rightsTold: boolean;
  readonly recorderOn: boolean;
  readonly codeScanned: boolean;
  /** Ground for inspecting in the quiet period, when it is one. */
  readonly quietGround?: string;
}
export interface BeginOnSite extends Arrival {
  readonly enterprise: string;
  readonly reason: string;
  readonly content?: string;
}
export interface Begin extends Arrival {
  readonly inspection: string;
  /** Needed when the inspection is not approved yet. */
  readonly reason?: string;
}
export interface Basis {
  readonly law: string;
  readonly article: string;
  readonly version: string;
}
export interface FindingInput {
  readonly inspection: string;
  /** Default general; nothing graver is ever defaulted. */
  readonly grade?: "general" | "major";
  readonly place?: string;
  readonly description?: string;
  readonly requirement?: string;
  readonly criterion?: string;
  readonly basis?: Basis;
  readonly phrase?: string;
  /** Photo ids taken before. */
  readonly photos?: readonly string[];
  /** Voice notes spoken before. */
  readonly voices?: readonly string[];
}
/** Only what changed; "" can't be written (a text is never blank). */
export interface FindingEdit {
  readonly place?: string;
  readonly description?: string;
  readonly requirement?: string;
  readonly criterion?: string;
  readonly note?: string;
}
export interface PhotoInput {
  /** Left out for the reinspection of a hazard that was taken over, whose inspection another bureau keeps. */
  readonly inspection?: string;
  /** Existing finding it belongs to; leave out and assign later. */
  readonly finding?: string;
  readonly purpose: "scene" | "finding" | "reinspection";
  readonly source: "camera" | "album";
  readonly mediaType: string;
  readonly capturedAtMs?: number;
}
/** A copy made of a photo, and what was drawn on it. */
export interface DerivationInput {
  readonly purpose: "annotation" | "redaction";
  readonly marks: readonly { readonly shape: "arrow" | "circle" | "blur"; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number }[];
  readonly bytes: ArrayBuffer;
  readonly mediaType: string;
}
export interface VoiceInput {
  /** Its id, when that was chosen before. */
  readonly voice?: string;
  readonly inspection: string;
  /** Existing finding it is about; leave out before there is one, and name it when recording that. */
  readonly finding?: string | undefined;
  readonly mediaType: string;
  readonly recordedAtMs: number;
  readonly durationMs: number;
}
/** A signature as drawn: PNG bytes. */
export interface Drawn {
  readonly signer: "site_head" | "officer" | "witness" | "recipient";
  readonly name: string;
  readonly person?: string;
  readonly image: ArrayBuffer;
}
/** What is shown and bound by hash: one self-contained HTML document without script. */
export interface Rendering {
  readonly html: string;
  readonly sha256: string;
  /** Findings it lists, in its order. */
  readonly findings: readonly string[];
  /** The moment written into it as the end of the inspection or the date of the order. */
  readonly atMs: number;
  readonly supplementary: boolean;
}
export interface OrderItem {
  readonly finding: string;
  readonly requirement: string;
  /** `YYYY-MM-DD` */
  readonly deadline: string;
}
/** A use-case that may not be done now. `code` is one of tables/reasons.json's codes or a field problem. */
export class CaptureError extends Error {
  constructor(readonly code: string, readonly field: string = "") {
    super(field ? `${code}: ${field}` : code);
  }
}
