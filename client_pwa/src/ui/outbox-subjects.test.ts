import { beforeEach, expect, test } from "vitest";
import { addPhoto, beginOnSite, recorderOn, saveFinding } from "../capture/index.ts";
import { outbox } from "../sync/index.ts";
import { arrival, ENTERPRISE, freshPhone, photoBytes } from "../../tests/engine/phone.ts";
import { subjectsOf } from "./outbox-subjects.ts";

beforeEach(() => freshPhone());

test("a row names the enterprise, and the hazard where there is one", async () => {
  const { inspection } = await beginOnSite({ enterprise: ENTERPRISE, reason: "群众举报", ...arrival });
  const photo = { inspection, purpose: "finding", source: "camera", mediaType: "image/jpeg" } as const;
  const shown = await addPhoto(photoBytes(1), photo);
  await addPhoto(photoBytes(2), photo);
  await saveFinding({ inspection, description: "安全出口堵塞", photos: [shown.photo] });
  await recorderOn(inspection, "DSJ-7");
  const items = await outbox();
  const subjects = await subjectsOf(items);
  const said = items.map(({ kind, entity }) => `${kind} ${subjects.get(entity)}`).sort();
  expect(said.filter((line) => !line.startsWith("chain."))).toEqual([
    "clip.start 虚构石料厂", "finding.create 虚构石料厂 A1", "inspection.begin_on_site 虚构石料厂",
    "photo.add 虚构石料厂", "photo.add 虚构石料厂 A1",
  ]);
});
