// The form of one hazard as it is kept between kills of the page, and what it starts from.

import type { Basis, FindingEdit, SeenVersions } from "../capture/index.ts";
import type { FindingView } from "../store/index.ts";

const TEXTS = ["place", "description", "requirement", "criterion"] as const;
type Written = Pick<HazardDraft, (typeof TEXTS)[number] | "grade" | "basis">;

export interface HazardDraft {
  readonly grade: "general" | "major";
  readonly place: string;
  readonly description: string;
  readonly requirement: string;
  readonly criterion: string;
  readonly phrase: string;
  readonly basis?: Basis | undefined;
  /** Photos kept already, to belong to this hazard. */
  readonly photos: readonly string[];
  /** Voice notes kept already, to belong to this hazard. */
  readonly voices: readonly string[];
  /** Of an edit: what stood there when it began, and in which versions. */
  readonly seen?: { readonly written: Written; readonly versions: SeenVersions };
}

export const EMPTY_HAZARD: HazardDraft = {
  grade: "general", place: "", description: "", requirement: "", criterion: "", phrase: "", photos: [], voices: [],
};

/** Draft keys: one new hazard per inspection, one edit per hazard. */
export const newHazard = (inspection: string): string => `hazard/${inspection}`;
export const editedHazard = (finding: string): string => `edit/${finding}`;

function seenOf({ row, grade, basis, place, description, requirement, criterion }: FindingView): NonNullable<HazardDraft["seen"]> {
  const version = (name: string): string[] => (row.fields[name] ? [row.fields[name].op] : []);
  const versions = Object.fromEntries([...TEXTS, "grade", "basis"].map((name) => [name, version(name)]));
  return { written: { grade, basis, place, description, requirement, criterion }, versions };
}

export function ofFinding(finding: FindingView): HazardDraft {
  const seen = seenOf(finding);
  return { ...seen.written, phrase: finding.phrase, photos: finding.photos, voices: finding.voices, seen };
}

export interface HazardEdit {
  readonly texts: FindingEdit;
  readonly versions: SeenVersions;
  readonly grading?: { readonly grade?: HazardDraft["grade"]; readonly basis?: Basis };
}

/** What the author changed since the edit began, and only that: what a colleague wrote meanwhile is not undone. */
export function editOf(draft: HazardDraft, now: FindingView): HazardEdit {
  const { written, versions } = draft.seen ?? seenOf(now);
  const changed = TEXTS.filter((name) => {
    const text = draft[name].trim();
    return text && text !== written[name] && text !== now[name];
  });
  const texts = Object.fromEntries(changed.map((name) => [name, draft[name].trim()]));
  const isGraded = draft.grade !== written.grade && draft.grade !== now.grade;
  const isBased = draft.basis && JSON.stringify(draft.basis) !== JSON.stringify(written.basis);
  if (!isGraded && !isBased) return { texts, versions };
  return { texts, versions, grading: { ...(isGraded ? { grade: draft.grade } : {}), ...(isBased ? { basis: draft.basis! } : {}) } };
}

/** 同上: place and basis of the hazard before, each only where nothing stands yet; what was written or came with a phrase stays. */
export function sameAsBefore(before: FindingView, draft: HazardDraft): Partial<Pick<HazardDraft, "place" | "basis">> {
  return {
    ...(before.place && !draft.place.trim() ? { place: before.place } : {}),
    ...(before.basis && !draft.basis ? { basis: before.basis } : {}),
  };
}
