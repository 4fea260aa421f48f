// Footage of the docking stations, asked of the service: manifests brought in, what belongs to which
// reference, and what stations must hold. Nothing of it is kept here.

import { askBytes, askJson } from "./api.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

const MANIFEST_MS = 180_000;
/** A page that is read and shown without anybody noticing; its files come with it. */
const PAGE_ENTRIES = 100;

export type Outcome = "matched" | "hash_mismatch" | "missing" | "unclaimed" | "ambiguous" | "gap";

/** What became of a manifest; at most some hundred refusals are listed. */
export interface ManifestReport {
  readonly manifest: string;
  readonly accepted: number;
  readonly new: number;
  readonly refused: number;
  readonly refusals: readonly { readonly line: number; readonly code: string }[];
  readonly duplicate: boolean;
}

/** One file at a station, times by the camera's clock. */
export interface FootageReply {
  readonly station: string;
  readonly camera: string;
  readonly file_name: string;
  readonly started_at_ms: number;
  readonly ended_at_ms: number;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly officer: string;
  readonly delete_on: string;
}

/** A reference with what is proposed for it, or footage that nobody claims (without `clip`). */
export interface RecordingReply {
  readonly outcome: Outcome;
  readonly camera: string;
  readonly started_at_ms: number;
  readonly ended_at_ms: number;
  readonly footage: readonly string[];
  readonly clip?: string;
  readonly inspection?: string;
  readonly by?: string;
  readonly offset_ms?: number;
  readonly suggested?: readonly string[];
  readonly gaps?: readonly (readonly [number, number])[];
}

export type FootageById = Readonly<Record<string, FootageReply>>;

export interface RecordingsPage {
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly total: number;
  readonly next?: number;
  readonly entries: readonly RecordingReply[];
  readonly footage: FootageById;
}

export interface InspectionRecordings {
  readonly entries: readonly RecordingReply[];
  readonly footage: FootageById;
  /** Footage that ran when a finding was recorded, by finding. */
  readonly covering: Readonly<Record<string, readonly string[]>>;
}

export interface HoldReply extends FootageReply {
  readonly id: string;
  /** `YYYY-MM-DD`, or empty: until the case is closed. */
  readonly keep_until: string;
  readonly classes: readonly string[];
  readonly inspections: readonly string[];
  readonly cases: readonly { readonly case: string; readonly number: string }[];
  readonly confirmed: boolean;
  readonly unconfirmed: boolean;
  readonly near: boolean;
}

export interface HoldsReply {
  readonly holds: readonly HoldReply[];
  readonly unknown: readonly { readonly case: string; readonly number: string; readonly inspection: string; readonly footage: string }[];
  readonly unconfirmed: number;
  readonly near: number;
}

const listed = <T extends object>(reply: T, name: keyof T): T => {
  if (!Array.isArray(reply?.[name])) throw new ApiError("malformed_reply", 200);
  return reply;
};

/** Bring in what a docking station reports; the same file again changes nothing. */
export async function bringManifest(space: string, file: Blob, name: string, station: string): Promise<ManifestReport> {
  const query = new URLSearchParams({ name, ...(station ? { station } : {}) });
  const bytes = await file.arrayBuffer();
  const sent = { method: "POST", bytes, timeoutMs: MANIFEST_MS };
  return listed(await authorised((ask) => askJson<ManifestReport>(`/spaces/${space}/manifests?${query}`, { ...ask, ...sent })), "refusals");
}

/** One page of a space's references and unclaimed footage; `skip` is the `next` of the page before. */
export async function recordingsOf(space: string, fromMs: number, untilMs: number, outcome: Outcome | "", skip = 0): Promise<RecordingsPage> {
  const query = new URLSearchParams({ from_ms: String(fromMs), until_ms: String(untilMs), outcome, skip: String(skip), limit: String(PAGE_ENTRIES) });
  return listed(await authorised((ask) => askJson<RecordingsPage>(`/spaces/${space}/recordings?${query}`, ask)), "entries");
}

export const recordingsOfInspection = async (inspection: string): Promise<InspectionRecordings> =>
  listed(await authorised((ask) => askJson<InspectionRecordings>(`/inspections/${inspection}/recordings`, ask)), "entries");

export const holdsOf = async (space: string): Promise<HoldsReply> =>
  listed(await authorised((ask) => askJson<HoldsReply>(`/spaces/${space}/holds`, ask)), "holds");

/** The hold list as a file for the station. */
export async function holdList(space: string): Promise<Blob> {
  const { bytes, mediaType } = await authorised((ask) => askBytes(`/spaces/${space}/holds.csv`, ask));
  if (mediaType !== "text/csv") throw new ApiError("malformed_reply", 200);
  return new Blob([bytes], { type: mediaType });
}
