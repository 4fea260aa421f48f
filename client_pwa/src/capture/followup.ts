// After the order: extension, claim, reinspection, and listed major hazards.

import { basisOf, freshId, record, rowOf, savedOf, stepOn, writingAs } from "./scribe.ts";
import type { Option, Saved } from "./types.ts";
import { textOf } from "../protocol/rows.ts";

const step = (finding: string, kind: string, members = {}, machine = "finding"): Promise<Saved> =>
  stepOn(`finding/${finding}`, machine, kind, "finding", members);

export const requestExtension = (finding: string, input: { reason: string; until: string }): Promise<Saved> =>
  step(finding, "extension.request", { extension_reason: input.reason, extension_until: input.until });
export const grantExtension = (finding: string, deadline: string): Promise<Saved> =>
  step(finding, "extension.grant", { deadline });
export const denyExtension = (finding: string, reason: string): Promise<Saved> => step(finding, "extension.deny", { reason });
export const claimRectification = (finding: string, input: { claim: string; photos: readonly string[] }): Promise<Saved> =>
  step(finding, "rectification.claim", { claim: input.claim, photos: [...input.photos] });

/** Result of a reinspection, per finding; at least one photo, two officers. */
export function recordReinspection(
  finding: string, input: { officers: readonly string[]; result: "pass" | "fail"; opinion?: string; photos: readonly string[] },
  option: Option = {},
): Promise<Saved & { reinspection: string }> {
  return writingAs(async (author) => {
    const row = await rowOf(`finding/${finding}`);
    const reinspection = freshId();
    const body = {
      reinspection, finding, ...basisOf(row, "finding"), result: input.result, opinion: input.opinion?.trim() ? input.opinion : undefined,
      officers: [...input.officers], photos: [...input.photos],
    };
    const saved = await record(author, { kind: "reinspection.record", space: row.space, body, mends: option.mends });
    return { ...savedOf(saved), reinspection };
  });
}

export function attestReinspection(reinspection: string): Promise<Saved> {
  return writingAs(async (author) => {
    const row = await rowOf(`reinspection/${reinspection}`);
    const body = { reinspection, finding: textOf(row, "finding") };
    return savedOf(await record(author, { kind: "reinspection.attest", space: row.space, body }));
  });
}

export function listFinding(
  finding: string, plan: { responsible: string; measures: string; funds: string; timeLimit: string; contingency: string },
): Promise<Saved> {
  return writingAs(async (author) => {
    const { space } = await rowOf(`finding/${finding}`);
    const { responsible, measures, funds, timeLimit, contingency } = plan;
    const body = { finding, responsible, plan_measures: measures, funds, time_limit: timeLimit, contingency };
    return savedOf(await record(author, { kind: "listing.list", space, body }));
  });
}
export const acceptListed = (finding: string, opinion: string): Promise<Saved> =>
  step(finding, "listing.accept", { opinion }, "listing");
export const delist = (finding: string): Promise<Saved> => step(finding, "listing.delist", {}, "listing");
export const approveResumption = (finding: string): Promise<Saved> =>
  step(finding, "listing.approve_resumption", {}, "listing");

