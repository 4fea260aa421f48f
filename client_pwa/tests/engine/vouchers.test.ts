// What a phone that carries records keeps of their chain, before it delivers any, and what it hands back after a restore
// that lost that chain, whose own phone is gone.

import { afterEach, beforeEach, expect, test } from "vitest";
import * as capture from "../../src/capture/index.ts";
import { type BuiltOp, opId } from "../../src/protocol/ops.ts";
import type { WireOp } from "../../src/protocol/rows.ts";
import { carriedOps, dropOldCarried } from "../../src/store/carried.ts";
import { nowMs } from "../../src/store/clock.ts";
import { onDatabase } from "../../src/store/db.ts";
import { setDeployment } from "../../src/store/identity.ts";
import { allOps } from "../../src/store/ownops.ts";
import { vouchersOf } from "../../src/store/vouchers.ts";
import { packFile, takeFile } from "../../src/sync/carry/file.ts";
import { recordTurn } from "../../src/sync/lanes.ts";
import { Founded } from "./founded.ts";
import { type Log, originOf, pinnedKey } from "./log.ts";
import { arrival, ENTERPRISE, freshPhone, LI, NOON_MS, pass, SPACE, WANG } from "./phone.ts";
import { type Answer, type Asked, hangUp, personOf, type Script, serve, signIn } from "./service.ts";

const WORDS = "玉米地里 7 只 鸭子";
const DAY_MS = 86_400_000;
const nothing = (): void => undefined;
const ruling = (index: number) => ({ index, outcome: "applied", code: "", flags: [], cause: "" });
interface Held { readonly op: WireOp; readonly receipt: { readonly index: number; readonly origin: string } }

let founded: Founded;
let log: Log;
let chain: string;
let enrolment: BuiltOp;

/** A colleague's phone holds what this person could not send; the person's own phone is no more. */
beforeEach(async () => {
  await freshPhone(LI);
  await signIn(LI);
  await capture.beginOnSite({ enterprise: ENTERPRISE, reason: "举报", ...arrival });
  const { file } = await packFile(WORDS, nothing);
  await freshPhone(WANG);
  await signIn(WANG);
  await setDeployment({ deployment: "test", name: "test", origin: originOf(1), logKey: await pinnedKey(), demo: false, nowMs: 0, protocol: { min: 1, max: 1 }, learnedAtMs: NOON_MS });
  await takeFile(file, WORDS, nothing);
  const { op, wire } = (await carriedOps())[0]!;
  enrolment = { op, wire };
  chain = op;
  founded = await new Founded().begin();
  log = founded.log;
});
afterEach(hangUp);

/** Take in ops; an enrolment of somebody else only when it is handed back, a record only of a chain that is known. */
async function taken(to: Log, ops: readonly WireOp[], isHandedBack: boolean): Promise<Answer> {
  const items = [];
  for (const wire of ops) {
    const { header } = wire;
    const op = await opId(header);
    const isEnrolment = op === chain;
    const known = to.leaves.findIndex((leaf) => leaf.includes(`"${op}"`));
    const isChainKnown = !JSON.stringify(header).includes(chain) || to.leaves.some((leaf) => leaf.includes(`"${chain}"`));
    if (!isHandedBack && isEnrolment) items.push({ op, status: "rejected", code: "enrolment_person" });
    else if (!isEnrolment && !isChainKnown) items.push({ op, status: "rejected", code: "chain_unknown" });
    else {
      const index = known >= 0 ? known : await to.take(wire);
      items.push({ op, status: "admitted", duplicate: known >= 0, receipt: to.receipt(index), ruling: ruling(index) });
    }
  }
  return { json: { checkpoint: await to.note(), items } };
}

function scriptOf(of: Log): Script {
  const empty = { json: { complete_through: 0, rows: [] } };
  return {
    ...founded.script(of),
    "GET /session": () => ({ json: { person: personOf(WANG) } }),
    "GET /spaces/common/rows": () => empty, [`GET /spaces/${SPACE}/rows`]: () => empty,
    "POST /ops": ({ json }) => taken(of, json as WireOp[], false),
    "POST /handbacks": ({ json }: Asked) => taken(of, (json as Held[]).map(({ op }) => op), true),
  };
}

test("before it delivers a record it keeps the enrolment and its confirmation; after a restore these go back first", async () => {
  const backup = log.backup(3);
  await founded.add(enrolment);
  const confirmed = await founded.confirm(chain);
  let asked = await serve(scriptOf(log));
  await recordTurn(nothing);
  const isOfChain = (path: string): boolean => path === `/chains/${chain}/vouchers`;
  const delivered = asked.filter(({ path, json }) => path === "/ops" && JSON.stringify(json).includes(chain));
  expect(asked.findIndex(({ path }) => isOfChain(path))).toBeLessThan(asked.indexOf(delivered[0]!));
  const vouchers = founded.vouching(chain);
  expect((await vouchersOf(chain))!.map(({ op }) => op)).toEqual(vouchers);
  await recordTurn(nothing);
  expect(asked.filter(({ path }) => isOfChain(path)), "kept once").toHaveLength(1);
  const records = await carriedOps();
  expect(records.map(({ sending }) => sending), "the enrolment its author brought, too").toEqual(records.map(() => "proved"));
  await hangUp();

  await backup.open(log);
  asked = await serve(scriptOf(backup));
  await recordTurn(nothing);
  const handed = asked.filter(({ path }) => path === "/handbacks").flatMap(({ json }) => json as Held[]);
  const own = new Set((await allOps()).map(({ op }) => op));
  const others = (await Promise.all(handed.map(({ op }) => opId(op.header)))).filter((op) => !own.has(op));
  expect(others).toEqual([chain, confirmed, ...records.slice(1).map(({ op }) => op)]);
  expect(handed.every(({ receipt }) => receipt.origin === originOf(1))).toBe(true);
  expect((await carriedOps()).map(({ sending, receipt }) => [sending, receipt?.origin])).toEqual(records.map(() => ["proved", originOf(2)]));
  expect((await vouchersOf(chain))!.every(({ receipt }) => receipt!.origin === originOf(2)), "kept anew").toBe(true);
});

test("an enrolment that nobody confirmed yet is kept, and its confirmation once it is there", async () => {
  await founded.add(enrolment);
  await serve(scriptOf(log));
  await recordTurn(nothing);
  expect((await vouchersOf(chain))!.map(({ op }) => op)).toEqual([chain]);
  await founded.confirm(chain);
  await recordTurn(nothing);
  expect((await vouchersOf(chain))!.map(({ op }) => op)).toEqual(founded.vouching(chain));
});

test("what is kept of a chain stays a month after the last of its records was delivered, however long that took", async () => {
  for (const record of await carriedOps()) await onDatabase((db) => db.put("carriedops", { ...record, receivedAtMs: nowMs() - 40 * DAY_MS }));
  await serve(scriptOf(log));
  await recordTurn(nothing); // its author has brought nothing yet
  expect(await vouchersOf(chain)).toBeUndefined();
  await hangUp();
  pass(10 * 60_000);
  await founded.add(enrolment);
  await founded.confirm(chain);
  await serve(scriptOf(log));
  await recordTurn(nothing);
  await dropOldCarried(nowMs() + 29 * DAY_MS);
  expect([(await carriedOps()).length > 0, (await vouchersOf(chain))?.length]).toEqual([true, 4]);
  await dropOldCarried(nowMs() + 31 * DAY_MS);
  expect([await carriedOps(), await vouchersOf(chain)]).toEqual([[], undefined]);
});
