import { expect, test } from "vitest";
import type { FindingView } from "../store/index.ts";
import { EMPTY_HAZARD, sameAsBefore } from "./hazard-draft.ts";

const basis = { law: "某法", article: "第一条", version: "2021" };
const before = { place: "东侧边坡", basis, grade: "major" } as unknown as FindingView;

test("同上 fills what is empty and never a grade", () => {
  expect(sameAsBefore(before, EMPTY_HAZARD)).toEqual({ place: "东侧边坡", basis });
});

test("同上 leaves what was written and the basis that a phrase brought", () => {
  const phrased = { ...EMPTY_HAZARD, phrase: "p1", requirement: "立即清理", basis: { law: "另一法", article: "第二条", version: "2024" } };
  expect(sameAsBefore(before, phrased)).toEqual({ place: "东侧边坡" });
  expect(sameAsBefore(before, { ...phrased, place: "西侧" })).toEqual({});
});
