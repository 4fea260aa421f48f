// What a record is about, in words and with a way there: the most telling thing it names that this
// computer knows. A record that has no effect may name things that never came to be.

import { readHeader } from "../../protocol/ops.ts";
import type { BlobRef, Body, Row } from "../../protocol/rows.ts";
import { enterprise, finding, inspection, person, viewed, type PhotoView } from "../../store/index.ts";
import type { TimelineEntry } from "../../sync/index.ts";

export interface About {
  readonly text: string;
  readonly path?: string;
}

async function ofFinding(id: string): Promise<About | undefined> {
  const found = await finding(id);
  const company = found && (await enterprise(found.enterprise))?.name;
  return found && { text: `${found.number} ${found.description || found.place} · ${company ?? ""}`, path: `/board/findings/${id}` };
}

async function ofInspection(id: string): Promise<About | undefined> {
  const found = await inspection(id);
  return found && { text: `${found.enterpriseName} ${found.date}`, path: `/field/inspections/${id}` };
}

async function named(find: Promise<{ readonly name: string } | undefined>): Promise<About | undefined> {
  const found = await find;
  return found && { text: found.name };
}

const KINDS: readonly (readonly [string, (id: string) => Promise<About | undefined>])[] = [
  ["finding", ofFinding], ["inspection", ofInspection], ["enterprise", (id) => named(enterprise(id))], ["person", (id) => named(person(id))],
];

/** The first of hazard, inspection, enterprise, person that the record names and this computer knows. */
export async function aboutOf(entry: TimelineEntry): Promise<About | undefined> {
  const { entities } = readHeader(entry.header);
  const body = JSON.parse(entry.body) as Body;
  for (const [kind, find] of KINDS) {
    const named = entities.filter((one) => one.startsWith(`${kind}/`)).map((one) => one.slice(kind.length + 1));
    for (const id of [String(body[kind] ?? ""), ...named].filter(Boolean)) {
      const about = await find(id);
      if (about) return about;
    }
  }
  return undefined;
}

/** The photo a record without effect brings: there is no row of it, but its original may have arrived. */
export async function photoIn(entry: TimelineEntry): Promise<PhotoView | undefined> {
  if (entry.kind !== "photo.add") return undefined;
  const body = JSON.parse(entry.body) as PhotoBody;
  const { sha256, size_bytes: sizeBytes, media_type: mediaType } = body.blob;
  const { photo: id, inspection, purpose, source, captured_at_ms: capturedAtMs } = body;
  const verified = (await viewed(`blob/${entry.space}-${sha256}`)) !== undefined;
  const row: Row = { entity: `photo/${id}`, space: entry.space, created: { at_ms: capturedAtMs, by: entry.by, op: entry.op }, fields: {}, sets: {}, states: {}, disputes: {} };
  return { id, row, pending: [], inspection, sha256, sizeBytes, mediaType, purpose, source, capturedAtMs, space: entry.space, verified };
}

interface PhotoBody {
  readonly photo: string;
  readonly inspection: string;
  readonly purpose: PhotoView["purpose"];
  readonly source: PhotoView["source"];
  readonly captured_at_ms: number;
  readonly blob: BlobRef;
}
