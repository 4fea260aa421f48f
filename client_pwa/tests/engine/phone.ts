// A phone for tests: the real store on fake-indexeddb, with a few server rows as a pull would have
// brought them. Nothing of the product is replaced.

import "fake-indexeddb/auto";
import type { Json, Row } from "../../src/protocol/rows.ts";
import { ensureChainOf } from "../../src/store/chains.ts";
import { useClock } from "../../src/store/clock.ts";
import { useDatabase } from "../../src/store/db.ts";
import { setAuthor } from "../../src/store/identity.ts";
import { dropRegisters } from "../../src/store/lookups.ts";
import { dropOverlay } from "../../src/store/overlay.ts";
import { putPage } from "../../src/store/rowstore.ts";

export const SPACE = "530902";
export const [LI, WANG, ZHAO] = ["person-li", "person-wang", "person-zhao"] as const;
export const ENTERPRISE = "enterprise-1";
export const NOON_MS = Date.parse("2026-11-23T12:00:00+08:00");
const FIRST = "f".repeat(64);

/** A server row with plain fields. */
export function serverRow(entity: string, fields: { [name: string]: Json }, states: { [machine: string]: string } = {}, space = SPACE): Row {
  const op = FIRST;
  return {
    entity, space, created: { at_ms: 1, by: "system", op },
    fields: Object.fromEntries(Object.entries(fields).map(([name, v]) => [name, { op, v }])),
    sets: {}, disputes: {},
    states: Object.fromEntries(Object.entries(states).map(([machine, s]) => [machine, { at_ms: 1, by: "system", op, s, step: "create" }])),
  };
}

const person = (id: string, name: string, role: string): Row =>
  serverRow(`person/${id}`, { name, role, bureau: SPACE, licence_number: `YN-${id}`, licence_from: "2026-01-01", licence_until: "2027-01-01" }, { person: "active" }, "common");

export const ROWS: readonly Row[] = [
  serverRow(`bureau/${SPACE}`, { name: "临翔区应急管理局", parent: "530900" }, {}, "common"),
  person(LI, "李一", "inspector"), person(WANG, "王二", "inspector"), person(ZHAO, "赵三", "supervisor"),
  serverRow(`enterprise/${ENTERPRISE}`, { name: "虚构石料厂", trade: "mine", address: "某路1号", credit_code: "91530902MA00000001" }),
  serverRow("phrase/p1", {
    trade: "mine", text: "安全出口未保持畅通", requirement: "立即清理", initials: "aqckwbcct",
    basis: { law: "某法", article: "第一条", version: "2021" },
  }, {}, "common"),
];

let databases = 0;
let now = NOON_MS;
/** Let the phone's clock go on. */
export const pass = (ms: number): void => void (now += ms);

/** A fresh phone with a signed-in person and an enrolled chain. */
export async function freshPhone(who: string = LI, role: "inspector" | "supervisor" = "inspector"): Promise<void> {
  now = NOON_MS;
  useClock({ nowMs: () => now, monoMs: () => now - NOON_MS });
  await useDatabase(`phone-${++databases}`);
  dropOverlay();
  dropRegisters();
  for (const space of [SPACE, "common"]) {
    const rows = ROWS.filter((row) => row.space === space).map((row, at) => ({ index: at, row }));
    await putPage(rows, { space, afterIndex: 9, afterEntity: "~", completeThrough: 10, pulledAtMs: now });
  }
  await setAuthor({ person: who, name: who, role, bureau: SPACE, spaces: [SPACE, "common"], deployment: "test", chain: "" });
  await ensureChainOf("test phone");
}

/** Some bytes that differ by their seed. */
export function photoBytes(seed: number, size = 1000): ArrayBuffer {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed * 17) & 255).buffer;
}
export const arrival = { officers: [LI, WANG], idShown: true, rightsTold: true, recorderOn: true, codeScanned: false };
