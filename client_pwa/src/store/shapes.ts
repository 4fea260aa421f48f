// From a viewed row to what a screen shows of it. Pure; the date of today is given.

import { isOverdue } from "../protocol/lifecycle.ts";
import { type Json, membersOf, type Row, stateOf, textOf, valueOf } from "../protocol/rows.ts";
import type {
  ClipView, DerivationView, VoiceView, EnterpriseView, FindingView, Gap, OrderView, PersonView, PhotoView, PhraseView, RecordView, ReinspectionView, SignatureView, Viewed,
} from "./types.ts";

export const numberOf = (row: Row, field: string): number => {
  const value = valueOf(row, field);
  return typeof value === "number" ? value : 0;
};
export const listOf = (row: Row, field: string): string[] => {
  const value = valueOf(row, field);
  return Array.isArray(value) ? [...(value as string[])] : [];
};
const objectOf = <T>(row: Row, field: string): T | undefined => valueOf(row, field) as T | undefined;

/** What a finding still lacks before signing or ordering; the same rule as the server's guard `findings_complete`. */
const contestedIn = (row: Row): string[] => Object.keys(row.fields).filter((name) => row.fields[name]!.others !== undefined);

export function missingFor(finding: Row): Gap[] {
  const gaps: Gap[] = [];
  if (!textOf(finding, "description")) gaps.push("description");
  if (!textOf(finding, "place")) gaps.push("place");
  if (valueOf(finding, "basis") === undefined && !textOf(finding, "phrase")) gaps.push("basis");
  if (textOf(finding, "grade") === "major" && !textOf(finding, "criterion")) gaps.push("criterion");
  return gaps;
}

export function findingView(viewed: Viewed, recorded: boolean, today: string): FindingView {
  const { row } = viewed;
  const text = (field: string): string => textOf(row, field);
  const basis = objectOf<NonNullable<FindingView["basis"]>>(row, "basis");
  const state = stateOf(row, "finding");
  return {
    ...viewed, state, recorded,
    number: text("number"), grade: text("grade") === "major" ? "major" : "general",
    inspection: text("inspection"), enterprise: text("enterprise"), place: text("place"), description: text("description"),
    requirement: text("requirement"), criterion: text("criterion"), note: text("note"), phrase: text("phrase"),
    deadline: text("deadline"), overdue: isOverdue(state, text("deadline"), today),
    photos: membersOf(row, "photos"), afterPhotos: membersOf(row, "after_photos"), voices: membersOf(row, "voices"), gaps: missingFor(row),
    contested: contestedIn(row),
    takenOver: row.was !== undefined, claims: row.disputes["finding"]?.claims ?? [], author: row.created.by, createdAtMs: row.created.at_ms,
    ...(basis ? { basis } : {}),
  };
}

export function photoView(viewed: Viewed, isVerified: boolean): PhotoView {
  const { row } = viewed;
  const blob = objectOf<{ sha256: string; size_bytes: number; media_type: string }>(row, "blob");
  const position = objectOf<NonNullable<PhotoView["position"]>>(row, "position");
  return {
    ...viewed, space: row.space, verified: isVerified, inspection: textOf(row, "inspection"),
    sha256: blob?.sha256 ?? "", sizeBytes: blob?.size_bytes ?? 0, mediaType: blob?.media_type ?? "",
    purpose: textOf(row, "purpose") as PhotoView["purpose"], source: textOf(row, "source") as PhotoView["source"],
    capturedAtMs: numberOf(row, "captured_at_ms"), ...(position ? { position } : {}),
  };
}

const blobOf = (row: Row): { sha256: string; mediaType: string } => {
  const blob = objectOf<{ sha256: string; media_type: string }>(row, "blob");
  return { sha256: blob?.sha256 ?? "", mediaType: blob?.media_type ?? "" };
};

export function derivationView(viewed: Viewed, isVerified: boolean): DerivationView {
  const { row } = viewed;
  return {
    ...viewed, ...blobOf(row), space: row.space, photo: textOf(row, "photo"), author: row.created.by, madeAtMs: row.created.at_ms,
    purpose: textOf(row, "purpose") === "redaction" ? "redaction" : "annotation", verified: isVerified,
  };
}

export function voiceView(viewed: Viewed, isVerified: boolean): VoiceView {
  const { row } = viewed;
  return {
    ...viewed, ...blobOf(row), space: row.space, durationMs: numberOf(row, "duration_ms"), recordedAtMs: numberOf(row, "recorded_at_ms"),
    author: row.created.by, verified: isVerified,
  };
}

export function clipView(viewed: Viewed): ClipView {
  const { row } = viewed;
  return {
    ...viewed, inspection: textOf(row, "inspection"), camera: textOf(row, "camera"), officer: textOf(row, "officer"),
    startedAtMs: numberOf(row, "started_at_ms"), stoppedAtMs: numberOf(row, "stopped_at_ms"), fileName: textOf(row, "file_name"),
  };
}

export function enterpriseView(viewed: Viewed): EnterpriseView {
  const { row } = viewed;
  return {
    ...viewed, space: row.space, name: textOf(row, "name"), creditCode: textOf(row, "credit_code"),
    trade: textOf(row, "trade") as EnterpriseView["trade"], address: textOf(row, "address"),
    head: textOf(row, "head"), post: textOf(row, "post"), phone: textOf(row, "phone"), contested: contestedIn(row),
  };
}

export function personView(viewed: Viewed): PersonView {
  const { row } = viewed;
  return {
    ...viewed, name: textOf(row, "name"), bureau: textOf(row, "bureau"), role: textOf(row, "role") as PersonView["role"],
    active: stateOf(row, "person") === "active", licenceNumber: textOf(row, "licence_number"),
    licenceFrom: textOf(row, "licence_from"), licenceUntil: textOf(row, "licence_until"),
  };
}

export function phraseView({ id, row }: Viewed): PhraseView {
  const basis = objectOf<PhraseView["basis"]>(row, "basis") ?? { law: "", article: "", version: "" };
  return {
    id, basis, trade: textOf(row, "trade"), text: textOf(row, "text"), requirement: textOf(row, "requirement"),
    initials: textOf(row, "initials"),
  };
}

/** What stands as the number of a body camera whose number nobody entered. */
export const UNNUMBERED_CAMERA = "未填编号";

function signaturesOf(row: Row): SignatureView[] {
  const drawn = (valueOf(row, "signatures") ?? []) as unknown as readonly { signer: SignatureView["signer"]; name: string; image: { sha256: string; media_type: string } }[];
  return drawn.map(({ signer, name, image }) => ({ signer, name, sha256: image.sha256, mediaType: image.media_type }));
}

export function orderView(viewed: Viewed): OrderView {
  const { row } = viewed;
  const items = (valueOf(row, "items") ?? []) as readonly { readonly [name: string]: Json }[];
  return {
    ...viewed, inspection: textOf(row, "inspection"), author: row.created.by, issuedAtMs: row.created.at_ms,
    items: items.map((item) => ({
      finding: String(item["finding"]), requirement: String(item["requirement"]), deadline: String(item["deadline"]),
    })),
    renderingSha256: objectOf<{ sha256: string }>(row, "rendering")?.sha256 ?? "", signatures: signaturesOf(row),
  };
}

/** A signed (or refused) record of an inspection; each officer's stands, none replaces another. */
export function recordView(viewed: Viewed): RecordView {
  const { row } = viewed;
  return {
    ...viewed, space: row.space, author: row.created.by, signedAtMs: row.created.at_ms, recorded: listOf(row, "recorded"),
    renderingSha256: objectOf<{ sha256: string }>(row, "rendering")?.sha256 ?? "", signatures: signaturesOf(row),
    refusalReason: textOf(row, "refusal_reason"), witness: textOf(row, "witness"),
  };
}

export function reinspectionView(viewed: Viewed): ReinspectionView {
  const { row } = viewed;
  return {
    ...viewed, finding: textOf(row, "finding"), officers: listOf(row, "officers"), author: row.created.by,
    result: textOf(row, "result") === "pass" ? "pass" : "fail", opinion: textOf(row, "opinion"),
    photos: listOf(row, "photos"), attestedBy: membersOf(row, "attested_by"),
  };
}
