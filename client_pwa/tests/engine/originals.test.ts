// Originals between two people on one phone, and originals the server no longer has.

import { beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { blobRecord, noteBlob, resendLostBlobs, settleBlobs } from "../../src/store/blobs.ts";
import { ensureChainOf } from "../../src/store/chains.ts";
import { nowMs } from "../../src/store/clock.ts";
import { currentAuthor, setAuthor } from "../../src/store/identity.ts";
import { allOps, noteReplies } from "../../src/store/ownops.ts";
import { type PulledRow, putPage } from "../../src/store/rowstore.ts";
import { outboxWith } from "../../src/sync/outbox.ts";
import { tally } from "../../src/sync/tally.ts";
import { unsentBlobs } from "../../src/sync/uploads.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, photoBytes, serverRow, SPACE, WANG } from "./phone.ts";

beforeEach(() => freshPhone());

const begun = async (): Promise<string> => (await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival })).inspection;
const takePhoto = (inspection: string) =>
  capture.addPhoto(photoBytes(1), { inspection, purpose: "scene", source: "camera", mediaType: "image/jpeg" });

async function admitted(): Promise<void> {
  const ops = await allOps();
  await noteReplies(ops.map(({ op }, at) => ({
    op, receipt: { index: 20 + at, leaf: "{}", origin: "liuhen/test/1" },
    ruling: { index: 20 + at, outcome: "applied", code: "", flags: [], cause: "" },
  })));
}
const pulled = (through: number, rows: readonly PulledRow[] = []): Promise<void> =>
  putPage(rows, { space: SPACE, afterIndex: through - 1, afterEntity: "~", completeThrough: through, pulledAtMs: 0 });

test("the same bytes captured by two people of one phone are sent by whichever is signed in, and both see it", async () => {
  const inspection = await begun();
  const first = await takePhoto(inspection);
  await setAuthor({ ...(await currentAuthor())!, person: WANG, name: WANG, chain: "" });
  await ensureChainOf("test phone");
  const second = await takePhoto(inspection);
  for (const who of [LI, WANG]) expect((await unsentBlobs(who)).map(({ sha256 }) => sha256), who).toEqual([first.sha256]);
  for (const who of [LI, WANG]) expect(await tally(who), who).toMatchObject({ unsentBytes: 1000, allDone: false });
  await noteBlob(`${SPACE}-${first.sha256}`, { state: "sent", sentAtMs: nowMs() });
  for (const who of [LI, WANG]) expect((await tally(who)).unsentBytes, who).toBe(0);
  await pulled(50, [{ index: 40, row: serverRow(`blob/${SPACE}-${first.sha256}`, { sha256: first.sha256 }) }]);
  await settleBlobs();
  expect(await blobRecord(`${SPACE}-${second.sha256}`)).toMatchObject({ person: LI, others: [WANG], state: "verified" });
  expect((await outboxWith([])).find(({ op }) => op === second.op)!.percent).toBe(100);
});

test("an original the server lost is sent again: not before ten minutes, and only after a pull that covers its record", async () => {
  const { sha256 } = await takePhoto(await begun());
  const blob = `${SPACE}-${sha256}`;
  await noteBlob(blob, { state: "sent", sentAtMs: nowMs(), uploadUrl: "/uploads/1" });
  await admitted();
  const state = async () => {
    await settleBlobs();
    await resendLostBlobs(nowMs());
    return (await blobRecord(blob))!.state;
  };
  await pulled(99);
  pass(9 * 60_000);
  expect(await state()).toBe("sent");
  await pulled(20); // its op's index is above
  pass(60_000);
  expect(await state()).toBe("sent");
  await pulled(99);
  expect(await state()).toBe("unsent");
  expect(await blobRecord(blob)).not.toHaveProperty("uploadUrl");
  expect((await unsentBlobs(LI)).map((one) => one.sha256)).toEqual([sha256]);
});

test("an original the log calls verified is never sent again", async () => {
  const { sha256 } = await takePhoto(await begun());
  await noteBlob(`${SPACE}-${sha256}`, { state: "sent", sentAtMs: nowMs() });
  await admitted();
  pass(60 * 60_000);
  await pulled(99, [{ index: 40, row: serverRow(`blob/${SPACE}-${sha256}`, { sha256 }) }]);
  await settleBlobs();
  expect(await resendLostBlobs(nowMs())).toBe(0);
  expect((await blobRecord(`${SPACE}-${sha256}`))!.state).toBe("verified");
});
