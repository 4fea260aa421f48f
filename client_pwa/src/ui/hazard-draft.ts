// The form of one hazard as it is kept between kills of the page, and what it starts from.

import type { Basis } from "../capture/index.ts";
import type { FindingView } from "../store/index.ts";

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
}

export const EMPTY_HAZARD: HazardDraft = {
  grade: "general", place: "", description: "", requirement: "", criterion: "", phrase: "", photos: [],
};

/** Draft keys: one new hazard per inspection, one edit per hazard. */
export const newHazard = (inspection: string): string => `hazard/${inspection}`;
export const editedHazard = (finding: string): string => `edit/${finding}`;

export const ofFinding = (finding: FindingView): HazardDraft => ({
  grade: finding.grade, place: finding.place, description: finding.description, requirement: finding.requirement,
  criterion: finding.criterion, phrase: finding.phrase, basis: finding.basis, photos: finding.photos,
});

/** 同上: place, grade and basis of the hazard before. A major grade is never taken over. */
export const sameAsBefore = (before: FindingView): Partial<HazardDraft> => ({
  place: before.place,
  basis: before.basis,
  grade: before.grade === "major" ? "general" : before.grade,
});
