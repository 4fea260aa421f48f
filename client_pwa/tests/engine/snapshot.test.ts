// A phone that is new or far behind takes a snapshot's parts, each checked and kept with the cursor after it. The other
// end is a scripted one on a local port; what it holds is made here, as the server makes it.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { sha256Hex, utf8 } from "../../src/protocol/bytes.ts";
import type { Row } from "../../src/protocol/rows.ts";
import { closeDatabase } from "../../src/store/db.ts";
import { allOps } from "../../src/store/ownops.ts";
import { cursorOf, dropSpace, putPage, restartSpace, rowsOfKind } from "../../src/store/rowstore.ts";
import { pull } from "../../src/sync/pull.ts";
import { arrival, ENTERPRISE, freshPhone, LI, serverRow, SPACE } from "./phone.ts";
import { type Answer, type Asked, hangUp, type Script, serve, signIn } from "./service.ts";

const ROWS = `GET /spaces/${SPACE}/rows`;
const MANIFEST = `GET /spaces/${SPACE}/snapshot`;
type Rows = readonly { readonly index: number; readonly row: Row }[];

const enterprise = (index: number, name = `e${index}`) => ({ index, row: serverRow(`enterprise/e${index}`, { name }) });
const range = (from: number, to: number): Rows => Array.from({ length: to - from }, (_, at) => enterprise(from + at));
const names = async (): Promise<string[]> => (await rowsOfKind("enterprise")).map((row: Row) => row.entity.slice("enterprise/".length)).sort();
const namesOf = (rows: Rows): string[] => rows.map(({ row }) => row.entity.slice("enterprise/".length)).sort();
const partsAsked = (asked: readonly Asked[]): string[] => asked.map(({ path }) => path).filter((path) => path.includes("/parts/"));

/** The answers about a snapshot at `size` whose parts hold these rows; `change` may spoil the answer of one part. */
async function snapshotOf(size: number, parts: readonly Rows[], change: (at: number, answer: Answer) => Answer = (_, answer) => answer): Promise<Script> {
  const made = await Promise.all(parts.map(async (rows) => ({ rows, sha256: await sha256Hex(utf8(JSON.stringify({ rows }))) })));
  const shown = made.map(({ rows, sha256 }) => {
    const { index, row } = rows.at(-1)!;
    return { sha256, bytes: 1, rows: rows.length, last: { after_index: index, after_entity: row.entity } };
  });
  const answers = made.map(({ rows, sha256 }, at) => [`GET /spaces/${SPACE}/snapshot/parts/${sha256}`, () => change(at, { json: { rows } })] as const);
  return { [MANIFEST]: () => ({ json: { complete_through: size, forgotten: -1, parts: shown } }), ...Object.fromEntries(answers) };
}

/** Pages of an ordinary pull over these rows, `limit` each. */
const pagesOf = (size: number, all: Rows, limit = 10): Script => ({
  [ROWS]: ({ query }) => {
    const after = Number(query.get("after_index") ?? -1);
    const rest = all.filter(({ index, row }) => index > after || (index === after && row.entity > query.get("after_entity")!));
    const [rows, more] = [rest.slice(0, limit), rest.length > limit];
    const last = rows.at(-1);
    return { json: { complete_through: size, rows, ...(more ? { next: { after_index: last!.index, after_entity: last!.row.entity } } : {}) } };
  },
});

const PARTS = [range(0, 10), range(10, 20), range(20, 25)];
const TAIL = range(25, 28);
const ALL = [...PARTS.flat(), ...TAIL];

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
});
afterEach(hangUp);

test("a new phone takes the parts, then only the tail, and is complete at its end", async () => {
  await dropSpace(SPACE);
  const asked = await serve({ ...(await snapshotOf(25, PARTS)), ...pagesOf(28, ALL) });
  await pull([SPACE], LI);
  expect(await names()).toEqual(namesOf(ALL));
  expect(partsAsked(asked)).toHaveLength(3);
  expect(asked.filter(({ path }) => path.endsWith("/rows")).map(({ query }) => query.get("after_index"))).toEqual(["24"]);
  expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: 28, afterIndex: 27 });
});

test("without a snapshot it pulls page by page", async () => {
  await dropSpace(SPACE);
  const asked = await serve(pagesOf(28, ALL));
  await pull([SPACE], LI);
  expect(await names()).toEqual(namesOf(ALL));
  expect(asked.filter(({ path }) => path.endsWith("/rows"))).toHaveLength(3);
});

test("an interrupted bootstrap is not called complete and goes on at its part after a restart, unsent work untouched", async () => {
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const before = await allOps();
  await dropSpace(SPACE);
  await serve({ ...(await snapshotOf(25, PARTS, (at, answer) => (at === 1 ? undefined : answer))), ...pagesOf(28, ALL) });
  await expect(pull([SPACE], LI)).rejects.toMatchObject({ code: "network" });
  expect(await names()).toEqual(namesOf(PARTS[0]!));
  expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: 0, afterIndex: 9 });
  await hangUp();
  await closeDatabase(); // the page is gone; what is on the disk is what there is
  const asked = await serve({ ...(await snapshotOf(25, PARTS)), ...pagesOf(28, ALL) });
  await pull([SPACE], LI);
  expect(partsAsked(asked)).toHaveLength(2);
  expect(await names()).toEqual(namesOf(ALL));
  expect(await allOps()).toEqual(before);
});

test("a newer snapshot than the one it began with serves as well: the cursor says where to go on", async () => {
  await dropSpace(SPACE);
  await serve({ ...(await snapshotOf(25, PARTS, (at, answer) => (at === 2 ? undefined : answer))), ...pagesOf(28, ALL) });
  await expect(pull([SPACE], LI)).rejects.toMatchObject({ code: "network" });
  await hangUp();
  const changed = enterprise(40, "renamed");
  const [moved, rest] = [{ index: 40, row: { ...changed.row, entity: "enterprise/e3" } }, ALL.filter(({ index }) => index !== 3)];
  const asked = await serve({ ...(await snapshotOf(41, [rest.slice(0, 12), rest.slice(12), [moved]])), ...pagesOf(41, [...rest, moved]) });
  await pull([SPACE], LI);
  expect(partsAsked(asked)).toHaveLength(2);
  const rows = await rowsOfKind("enterprise");
  expect(rows).toHaveLength(ALL.length);
  expect(rows.find(({ entity }) => entity === "enterprise/e3")!.fields["name"]!.v).toBe("renamed");
  expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: 41 });
});

test("a phone a year behind takes the parts beyond its cursor and never the ones it has", async () => {
  await dropSpace(SPACE);
  await putPage(PARTS[0]!, { space: SPACE, afterIndex: 9, afterEntity: "~", completeThrough: 10, pulledAtMs: 0 });
  const asked = await serve({ ...(await snapshotOf(25, PARTS)), ...pagesOf(28, ALL, 2) });
  await pull([SPACE], LI);
  expect(partsAsked(asked)).toHaveLength(2);
  expect(await names()).toEqual(namesOf(ALL));
  expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: 28 });
});

test("a short way behind it asks for no snapshot", async () => {
  await dropSpace(SPACE);
  await putPage(PARTS[0]!, { space: SPACE, afterIndex: 9, afterEntity: "~", completeThrough: 10, pulledAtMs: 0 });
  const asked = await serve({ ...(await snapshotOf(25, PARTS)), ...pagesOf(28, ALL, 100) });
  await pull([SPACE], LI);
  expect(asked.map(({ path }) => path)).toEqual([`/spaces/${SPACE}/rows`]);
});

const SPOILED: { [what: string]: (answer: Answer) => Answer } = {
  gone: () => ({ status: 404, code: "not_found" }),
  "changed on the way": () => ({ json: { rows: range(100, 110) } }),
  "cut short": (answer) => ({ text: JSON.stringify((answer as { json: unknown }).json).slice(0, 40) }),
};
for (const [what, spoil] of Object.entries(SPOILED)) {
  test(`a part that is ${what} keeps nothing of itself, and the pull goes on from the cursor`, async () => {
    await dropSpace(SPACE);
    const asked = await serve({ ...(await snapshotOf(25, PARTS, (at, answer) => (at === 1 ? spoil(answer) : answer))), ...pagesOf(28, ALL) });
    await pull([SPACE], LI);
    expect(await names()).toEqual(namesOf(ALL));
    expect(asked.filter(({ path }) => path.endsWith("/rows"))[0]!.query.get("after_index")).toBe("9");
    expect(await cursorOf(SPACE)).toMatchObject({ completeThrough: 28 });
  });
}

test("a replaced space keeps its old rows until the last part, then what is not among them goes", async () => {
  await dropSpace(SPACE);
  await putPage([{ index: 900, row: serverRow("enterprise/gone", { name: "gone" }) }], { space: SPACE, afterIndex: 900, afterEntity: "~", completeThrough: 901, pulledAtMs: 0 });
  await restartSpace(SPACE);
  await serve({ ...(await snapshotOf(25, PARTS, (at, answer) => (at === 2 ? undefined : answer))), ...pagesOf(28, ALL) });
  await expect(pull([SPACE], LI)).rejects.toMatchObject({ code: "network" });
  expect(await names()).toContain("gone");
  await hangUp();
  await serve({ ...(await snapshotOf(25, PARTS)), ...pagesOf(28, ALL) });
  await pull([SPACE], LI);
  expect(await names()).toEqual(namesOf(ALL));
});

test("something else with status 200 is no manifest", async () => {
  await dropSpace(SPACE);
  for (const json of [null, {}, { complete_through: 25, forgotten: -1, parts: [{ sha256: "../..", bytes: 1, rows: 1, last: { after_index: 1, after_entity: "" } }] }]) {
    await serve({ [MANIFEST]: () => ({ json }) });
    await expect(pull([SPACE], LI)).rejects.toMatchObject({ code: "malformed_reply" });
    await hangUp();
  }
});
