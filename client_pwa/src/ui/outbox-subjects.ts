// What an outbox row is about, in the words of the day: enterprise and hazard. Read for the rows shown only.

import { enterprise, finding, idOf, inspection, kindOf, photo, textOf, viewed } from "../store/index.ts";
import type { OutboxItem } from "../sync/index.ts";

const joined = (...words: readonly (string | undefined)[]): string => words.filter((word) => word).join(" ");

async function ofInspection(id: string, number = ""): Promise<string> {
  const row = (await viewed(`inspection/${id}`))?.row;
  return joined(row && (await enterprise(textOf(row, "enterprise")))?.name, number);
}

async function ofFinding(id: string): Promise<string> {
  const one = await finding(id);
  return one ? joined((await enterprise(one.enterprise))?.name ?? textOf(one.row, "enterprise_name"), one.number) : "";
}

/** The hazard that shows this photo, else its inspection. */
async function ofPhoto(id: string): Promise<string> {
  const one = await photo(id);
  if (!one) return "";
  const shown = (await inspection(one.inspection))?.findings.find(({ photos, afterPhotos }) => photos.includes(id) || afterPhotos.includes(id));
  return ofInspection(one.inspection, shown?.number);
}

async function ofNamed(entity: string): Promise<string> {
  const row = (await viewed(entity))?.row;
  if (!row) return "";
  if (textOf(row, "finding")) return ofFinding(textOf(row, "finding"));
  return textOf(row, "inspection") ? ofInspection(textOf(row, "inspection")) : "";
}

const READERS: Readonly<Record<string, (id: string) => Promise<string>>> = {
  inspection: ofInspection, finding: ofFinding, photo: ofPhoto,
  enterprise: async (id) => (await enterprise(id))?.name ?? "",
};

/** By entity (`kind/id`); "" where this phone knows no enterprise or hazard for it. */
export async function subjectsOf(items: readonly OutboxItem[]): Promise<ReadonlyMap<string, string>> {
  const entities = [...new Set(items.map(({ entity }) => entity))];
  const read = (entity: string): Promise<string> => (READERS[kindOf(entity)] ?? (() => ofNamed(entity)))(idOf(entity));
  return new Map(await Promise.all(entities.map(async (entity) => [entity, await read(entity)] as const)));
}
