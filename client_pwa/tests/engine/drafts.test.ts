// An edit kept over days: it changes what its author changed, against what they saw, and is nobody else's.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { readHeader } from "../../src/protocol/ops.ts";
import type { Row } from "../../src/protocol/rows.ts";
import { readBody } from "../../src/protocol/upcast.ts";
import { currentAuthor, setAuthor } from "../../src/store/identity.ts";
import * as store from "../../src/store/index.ts";
import { dropOverlay } from "../../src/store/overlay.ts";
import { allOps, opRecord } from "../../src/store/ownops.ts";
import { putPage } from "../../src/store/rowstore.ts";
import { editedHazard, editOf, type HazardDraft, ofFinding } from "../../src/ui/hazard-draft.ts";
import { arrival, ENTERPRISE, freshPhone, serverRow, SPACE, WANG } from "./phone.ts";

const [SEEN, NEWER] = ["a".repeat(64), "b".repeat(64)];
let inspection: string;

/** The server's hazard, with each text in the version named. */
async function pulled(place: [string, string], description: [string, string], grade = "general"): Promise<void> {
  const plain = serverRow("finding/f1", { inspection, grade, number: "B1" }, { finding: "draft" });
  const version = ([v, op]: [string, string]) => ({ op, v });
  const row: Row = { ...plain, fields: { ...plain.fields, place: version(place), description: version(description) } };
  await putPage([{ index: 50, row }], { space: SPACE, afterIndex: 50, afterEntity: "~", completeThrough: 51, pulledAtMs: 0 });
  dropOverlay();
}
const hazard = async () => (await store.finding("f1"))!;

/** Load the form as it was kept, save it as the screen does. */
async function saveKept(): Promise<string | undefined> {
  const { texts, versions, grading } = editOf((await store.drafts.load<HazardDraft>(editedHazard("f1")))!, await hazard());
  if (grading) await capture.classifyFinding("f1", grading);
  return Object.keys(texts).length > 0 ? (await capture.editFinding("f1", texts, { seen: versions })).op : undefined;
}

beforeEach(async () => {
  await freshPhone();
  inspection = (await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival })).inspection;
  await pulled(["井口", SEEN], ["无护栏", SEEN]);
});

test("an old edit names the version its author saw, so that a colleague's newer text is in conflict and not overwritten", async () => {
  await store.drafts.save(editedHazard("f1"), { ...ofFinding(await hazard()), place: "井口西侧" });
  await pulled(["巷道", NEWER], ["护栏断裂", NEWER]);
  const op = (await saveKept())!;
  const { wire } = (await opRecord(op))!;
  expect(readBody(wire)["changes"]).toEqual([{ field: "place", value: "井口西侧", replaces: [SEEN] }]);
  expect(readHeader(wire.header).deps).toContain(SEEN);
  dropOverlay();
  expect(await hazard()).toMatchObject({ description: "护栏断裂", contested: ["place"] });
});

test("a text that was empty when the edit began replaces no version, not even one written since", async () => {
  await store.drafts.save(editedHazard("f1"), { ...ofFinding(await hazard()), requirement: "立即装设" });
  await capture.editFinding("f1", { requirement: "停产整改" });
  const op = (await saveKept())!;
  expect(readBody((await opRecord(op))!.wire)["changes"]).toEqual([{ field: "requirement", value: "立即装设", replaces: [] }]);
});

test("a grade the author did not touch is not set back", async () => {
  await store.drafts.save(editedHazard("f1"), { ...ofFinding(await hazard()), place: "井口西侧" });
  await pulled(["井口", SEEN], ["无护栏", SEEN], "major");
  await saveKept();
  expect((await allOps()).map(({ kind }) => kind)).not.toContain("finding.classify");
  dropOverlay();
  expect(await hazard()).toMatchObject({ grade: "major", place: "井口西侧", contested: [] });
});

test("a draft is its author's: a colleague on the same phone neither sees nor drops it", async () => {
  const li = (await currentAuthor())!;
  await store.drafts.save(editedHazard("f1"), { place: "井口西侧" });
  await setAuthor({ ...li, person: WANG, name: WANG });
  expect([await store.drafts.load(editedHazard("f1")), await store.drafts.keys()]).toEqual([undefined, []]);
  await store.drafts.drop(editedHazard("f1"));
  await setAuthor(li);
  expect(await store.drafts.load(editedHazard("f1"))).toEqual({ place: "井口西侧" });
});
