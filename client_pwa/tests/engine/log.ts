// A log as the protocol defines it, in memory: leaf records, the RFC's trees and proofs, signed heads.
// It answers the phone's questions about itself and decides nothing; what is in it, a test puts there.

import { getPublicKeyAsync, signAsync } from "@noble/ed25519";
import { base64, concat, fromBase64url, hex, sha256, utf8 } from "../../src/protocol/bytes.ts";
import { entryOf, rootOf } from "../../src/protocol/merkle.ts";
import { buildOp, opId } from "../../src/protocol/ops.ts";
import type { Body, WireOp } from "../../src/protocol/rows.ts";
import type { Answer, Asked, Script } from "./service.ts";

export const SECRET = new Uint8Array(32).fill(7);
export const originOf = (epoch: number): string => `liuhen/test/${epoch}`;

const material = async (secret: Uint8Array): Promise<Uint8Array> => concat(new Uint8Array([1]), await getPublicKeyAsync(secret));
async function keyIdOf(origin: string, secret: Uint8Array): Promise<Uint8Array> {
  return (await sha256(concat(utf8(`${origin}\n`), await material(secret)))).slice(0, 4);
}
/** The key that the phone pins: it is named by the first epoch. */
export const pinnedKey = async (): Promise<string> =>
  `${originOf(1)}+${hex(await keyIdOf(originOf(1), SECRET))}+${base64(await material(SECRET))}`;

export async function signed(origin: string, size: number, root: Uint8Array, secret = SECRET): Promise<string> {
  const text = `${origin}\n${size}\n${base64(root)}\n`;
  return `${text}\n— ${origin} ${base64(concat(await keyIdOf(origin, secret), await signAsync(utf8(text), secret)))}\n`;
}

export const opLeaf = (op: string, outcome = "applied", sig = "b".repeat(64)): string =>
  `{"at_ms":1,"carrier":"system","code":"","flags":[],"op":"${op}","outcome":"${outcome}","rules":1,"sig":"${sig}","t":"op"}`;

interface Opened {
  readonly op: string;
  readonly header: string;
  readonly body: string;
  readonly salt: string;
  readonly sig: string;
}

export class Log {
  readonly openings: { entry: Opened; index: number }[] = [];
  constructor(readonly leaves: string[], public epoch = 1) {}

  /** A copy with only its first leaves: what a backup holds. */
  backup(size: number): Log {
    const copy = new Log(this.leaves.slice(0, size), this.epoch);
    copy.openings.push(...this.openings.filter(({ index }) => index < size));
    return copy;
  }
  add(op: string, outcome = "applied"): number {
    this.leaves.push(opLeaf(op, outcome));
    return this.leaves.length - 1;
  }
  /** As the service does: with the hash of the signature. */
  async take(wire: WireOp): Promise<number> {
    this.leaves.push(opLeaf(await opId(wire.header), "applied", hex(await sha256(fromBase64url(wire.sig)))));
    return this.leaves.length - 1;
  }
  async entries(size = this.leaves.length): Promise<Uint8Array[]> {
    return Promise.all(this.leaves.slice(0, size).map(entryOf));
  }
  async root(size = this.leaves.length): Promise<Uint8Array> {
    return rootOf(await this.entries(size));
  }
  note = async (size = this.leaves.length): Promise<string> => signed(originOf(this.epoch), size, await this.root(size));

  /** Open the next epoch over what is here, naming another log's head; `said` replaces members of the body. */
  async open(old: Log, said: Body = {}): Promise<void> {
    const [size, old_size] = [this.leaves.length, old.leaves.length];
    this.epoch = old.epoch + 1;
    const body: Body = {
      epoch: String(this.epoch), old_origin: originOf(old.epoch), old_size, old_root: hex(await old.root()),
      size, root: hex(await this.root()), reason: "test", ...said,
    };
    const nothing = { origin: "", root: "", size: 0 };
    const parts = {
      app: "t", deployment: "test", kind: "epoch.open", chain: "a".repeat(64), seq: 99, prev: "a".repeat(64), space: "common",
      deps: [], mends: "", time: { boot: "0".repeat(16), mono_ms: 1, wall_ms: 1 }, seen: nothing, body,
    };
    const { op, wire } = await buildOp(parts, new Uint8Array(32), async () => new Uint8Array(64));
    this.openings.push({ entry: { op, ...wire }, index: this.add(op) });
  }
  receipt(index: number, epoch = this.epoch): { index: number; leaf: string; origin: string } {
    return { index, leaf: this.leaves[index]!, origin: originOf(epoch) };
  }

  /** The routes of the log itself. */
  script(): Script {
    return {
      "GET /log/checkpoint": async () => ({ text: await this.note() }),
      "GET /log/epochs": () => ({ json: { epochs: this.openings.map(({ entry, index }) => ({ ...entry, receipt: this.receipt(index, this.epoch) })) } }),
      "GET /log/consistency": async ({ query }) => this.consistency(Number(query.get("from")), Number(query.get("size"))),
      "POST /log/checkpoint": () => ({ status: 503, code: "log_rewound" }),
    };
  }
  /** Answers `/log/proof/<index>`, which no fixed key can name. */
  readonly proof = async ({ path, query }: Asked): Promise<Answer> => {
    const [index, size] = [Number(path.split("/").at(-1)), Number(query.get("size"))];
    if (size > this.leaves.length || index >= size) return { status: 404, code: "not_found" };
    return { json: { hashes: (await inclusion(index, await this.entries(size))).map(hex), index, size } };
  };
  private async consistency(from: number, size: number): Promise<Answer> {
    if (size > this.leaves.length) return { status: 404, code: "not_found" };
    return { json: { hashes: (await subproof(from, await this.entries(size), true)).map(hex), from, size } };
  }
}

function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
/** RFC 9162 §2.1.3.1 */
async function inclusion(index: number, entries: Uint8Array[]): Promise<Uint8Array[]> {
  if (entries.length === 1) return [];
  const split = splitOf(entries.length);
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  return index < split ? [...(await inclusion(index, left)), await rootOf(right)] : [...(await inclusion(index - split, right)), await rootOf(left)];
}
/** RFC 9162 §2.1.4.1 */
async function subproof(from: number, entries: Uint8Array[], isWhole: boolean): Promise<Uint8Array[]> {
  if (from === entries.length) return isWhole ? [] : [await rootOf(entries)];
  const split = splitOf(entries.length);
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  if (from <= split) return [...(await subproof(from, left, isWhole)), await rootOf(right)];
  return [...(await subproof(from - split, right, false)), await rootOf(left)];
}
