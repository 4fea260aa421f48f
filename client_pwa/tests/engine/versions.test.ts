// Versions that meet: a server that takes another protocol, rows a newer server writes, a database a newer app made.

import { deleteDB, openDB } from "idb";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import type { Row } from "../../src/protocol/rows.ts";
import { closeDatabase, readMeta, useDatabase, writeMeta } from "../../src/store/db.ts";
import { allOps } from "../../src/store/ownops.ts";
import { VERSION } from "../../src/store/schema.ts";
import { cursorOf, putPage, readRowsAgain, rowsOfKind, rowsUnder, serverRow } from "../../src/store/rowstore.ts";
import { viewed } from "../../src/store/view.ts";
import { recordTurn } from "../../src/sync/lanes.ts";
import { pull } from "../../src/sync/pull.ts";
import { arrival, ENTERPRISE, freshPhone, LI, pass, serverRow as rowOf, SPACE } from "./phone.ts";
import { type Asked, checkpoint, hangUp, personOf, type Script, serve, signIn } from "./service.ts";

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
});
afterEach(hangUp);

const HOUR_MS = 3_600_000;
const begin = () => capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
const pushes = (asked: readonly Asked[]): Asked[] => asked.filter(({ path }) => path === "/ops");

/** A server that takes these versions; everything but pushing is answered. */
async function serving(protocol: { min: number; max: number }): Promise<Script> {
  const { chain } = (await allOps())[0]!;
  const empty = { json: { complete_through: 1, rows: [] } };
  const { logKey } = (await readMeta<{ logKey: string }>("deployment"))!;
  return {
    "GET /deployment": () => ({ json: { deployment: "test", name: "test", origin: "liuhen/test/1", log_key: logKey, now_ms: 0, demo: false, protocol, rules: 1 } }),
    "GET /session": () => ({ json: { person: personOf(LI) } }),
    [`GET /chains/${chain}/rulings`]: () => ({ json: { complete_through: 1, rulings: [] } }),
    [`GET /spaces/${SPACE}/rows`]: () => empty, "GET /spaces/common/rows": () => empty,
    "GET /log/checkpoint": async () => ({ text: await checkpoint() }),
  };
}

test("a server that has left this version behind gets no records; capturing goes on and everything stays", async () => {
  const { inspection } = await begin();
  pass(HOUR_MS);
  const asked = await serve(await serving({ min: 2, max: 3 }));
  expect(await recordTurn(() => undefined)).toBe("version_unsupported");
  expect(await recordTurn(() => undefined)).toBe("version_unsupported");
  expect(pushes(asked)).toEqual([]);
  await capture.saveFinding({ inspection, description: "护栏缺失" });
  const ops = await allOps();
  expect(ops.map(({ kind }) => kind)).toContain("finding.create");
  expect(ops.every(({ sending, rejection }) => sending === "unsent" && !rejection)).toBe(true);
});

test("once the server takes this version again the records go, within the next turn", async () => {
  await begin();
  pass(HOUR_MS);
  await serve(await serving({ min: 2, max: 2 }));
  await recordTurn(() => undefined);
  await hangUp();
  const asked = await serve(await serving({ min: 1, max: 2 }));
  await recordTurn(() => undefined);
  expect(pushes(asked).length).toBeGreaterThan(0);
});

test("within the hour nobody asks again", async () => {
  await begin();
  const asked = await serve(await serving({ min: 2, max: 2 }));
  await recordTurn(() => undefined);
  expect(asked.map(({ path }) => path)).not.toContain("/deployment");
});

const newer = { entity: "drone/d1", space: SPACE, shape: 2, flights: [{ at: 5 }] } as unknown as Row;
const reshaped = { entity: `enterprise/${ENTERPRISE}`, space: SPACE, version: 2, name: "新格式" } as unknown as Row;

test("a row of an unknown kind or shape is kept as it came, and no screen trips over it", async () => {
  const rows = [{ index: 20, row: newer }, { index: 21, row: reshaped }, { index: 22, row: rowOf("enterprise/e2", { name: "e2" }) }];
  await serve({ [`GET /spaces/${SPACE}/rows`]: () => ({ json: { complete_through: 23, rows } }) });
  await pull([SPACE], LI);
  expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: 23 });
  expect((await rowsOfKind("enterprise")).map(({ entity }) => entity)).toEqual(["enterprise/e2"]);
  expect(await viewed(reshaped.entity)).toBeUndefined();
  expect(await serverRow(newer.entity)).toBeUndefined();
  await closeDatabase();
  const db = await openDB((await databaseName())!);
  expect((await db.get("rows", newer.entity)).row).toEqual(newer);
  expect((await db.get("rows", reshaped.entity)).row).toEqual(reshaped);
  db.close();
});

/** The name of the database in use: the newest one there is. */
async function databaseName(): Promise<string | undefined> {
  const names = (await indexedDB.databases()).map(({ name }) => name!);
  return names.sort((a, b) => Number(a.split("-")[1]) - Number(b.split("-")[1])).at(-1);
}

test("after an update every row is found by what the new version reads in it", async () => {
  await putPage([{ index: 20, row: rowOf("photo/p9", { inspection: "i9" }) }], { space: SPACE, afterIndex: 20, afterEntity: "~", completeThrough: 21, pulledAtMs: 0 });
  await closeDatabase();
  const db = await openDB((await databaseName())!); // as an older version kept it that knew no photos
  await db.put("rows", { ...(await db.get("rows", "photo/p9")), kind: "", parent: "" });
  db.close();
  expect(await rowsUnder("photo", "i9")).toEqual([]);
  await readRowsAgain();
  expect((await rowsUnder("photo", "i9")).map(({ entity }) => entity)).toEqual(["photo/p9"]);
});

test("an app that was rolled back opens the database a newer one made, with all that is in it", async () => {
  const name = "phone-newer";
  const future = await openDB(name, VERSION + 5, {
    upgrade: (db) => {
      db.createObjectStore("meta");
      db.createObjectStore("invented", { keyPath: "id" });
    },
  });
  await future.put("meta", "kept", "word");
  future.close();
  await useDatabase(name);
  expect(await readMeta("word")).toBe("kept");
  await writeMeta("word", "changed");
  await closeDatabase();
  const again = await openDB(name);
  expect([again.version, await again.get("meta", "word")]).toEqual([VERSION + 5, "changed"]);
  again.close();
  await deleteDB(name);
});
