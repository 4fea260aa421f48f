// Every case of sync_protocol/vectors: what Python and TypeScript must agree on, byte for byte.
// A file without cases, or an unknown `do`, fails.

import { expect, test } from "vitest";
import * as bytes from "../../src/protocol/bytes.ts";
import { admit } from "../../src/protocol/admission.ts";
import { fileNamed, uncovered } from "../../src/protocol/cameras.ts";
import { decode, decodeBytes, encode, ProfileError } from "../../src/protocol/canonical.ts";
import { fold } from "../../src/protocol/fold.ts";
import { newId, pairingCode } from "../../src/protocol/ids.ts";
import { namedIn, validateBody } from "../../src/protocol/kinds.ts";
import { beijingDate, isOverdue } from "../../src/protocol/lifecycle.ts";
import { entryOf, leafHash, rootOf, verifyConsistency, verifyInclusion } from "../../src/protocol/merkle.ts";
import { openCheckpoint, readVerifierKey } from "../../src/protocol/note.ts";
import { buildOp, commitment, opId, pae, type PublicKey, verifyOp } from "../../src/protocol/ops.ts";
import { tilePath, verifyReceipt } from "../../src/protocol/receipts.ts";
import type { Json, Row } from "../../src/protocol/rows.ts";
import { typeOf } from "../../src/protocol/types.ts";
import { current } from "../../src/protocol/upcast.ts";

type Case = { readonly name: string; readonly expect: Json; readonly [member: string]: any };
type Run = (one: Case) => unknown;
// As text: a JSON module would lose a member called __proto__.
const files = import.meta.glob<string>("../../../sync_protocol/vectors/*.json", { eager: true, query: "?raw", import: "default" });

const { hex, fromHex, fromBase64url, utf8 } = bytes;
const hashes = (list: string[]): Uint8Array[] => list.map(fromHex);

function profile(work: () => Json | string, name: "value" | "text"): Json {
  try {
    return { [name]: work() };
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    return { error: error.code === "op_malformed" ? "not_json" : "not_canonical" };
  }
}

async function range<T>(work: () => Promise<T>): Promise<T | { error: true }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) return { error: true };
    throw error;
  }
}

async function build(one: Case): Promise<Json> {
  const sign = async (): Promise<bytes.Bytes> => new Uint8Array(64);
  const { op, wire } = await buildOp({ ...(one["parts"] as object), body: one["body"] } as never, fromBase64url(one["salt"]), sign);
  return { op, header: wire.header, body: wire.body };
}

async function verify(one: Case): Promise<Json> {
  const sig = bytes.base64url(fromHex(one["sig_hex"]));
  const wire = { header: one["header"] as string, body: "", salt: "", sig };
  return { ok: await verifyOp(wire, one["public_key"]) };
}

async function admission(one: Case): Promise<Json> {
  const keys = one["keys"] as { [chain: string]: PublicKey };
  const answer = await admit(one["item"], one["deployment"], (chain) => (Object.hasOwn(keys, chain) ? keys[chain] : undefined));
  const { ok, op } = answer;
  return ok ? { op } : { op, code: answer.code, field: answer.field };
}

function folded(one: Case): unknown {
  const rows = one["rows"] as { [entity: string]: Row };
  const { id, author, ...rest } = one["op"] as { id: string; author: string };
  const before = JSON.stringify(rows);
  const result = fold((entity) => (Object.hasOwn(rows, entity) ? rows[entity] : undefined), { ...rest, op: id, by: author } as never);
  expect(JSON.stringify(rows)).toBe(before);
  const differing = [...result.changed].filter(([entity, row]) => !rows[entity] || encode(row as never) !== encode(rows[entity] as never));
  return { outcome: result.outcome, code: result.code, changes: Object.fromEntries(differing) };
}

const kinds: Run = (one) => {
  const field = validateBody(one["kind"], one["body"]);
  if (field !== undefined) return { field };
  const { entities, ops, blobs } = namedIn(one["kind"], one["body"]);
  return { entities, op_refs: ops, blobs };
};

const type: Run = (one) => {
  const field = typeOf(one["type"]).check(one["value"], "");
  return field === undefined ? { fits: true } : { field };
};

const openingsOf = (openings: { [epoch: string]: number }) => new Map(Object.entries(openings).map(([epoch, size]) => [Number(epoch), size]));
const receipt: Run = async (one) => {
  const tree = { origin: one["origin"], size: one["size"], root: fromHex(one["root"]) };
  return { ok: await verifyReceipt(one["receipt"], one["op"], tree, hashes(one["proof"]), openingsOf(one["openings"] ?? {})) };
};

const consistency: Run = async (one) => ({
  ok: await verifyConsistency(one["from"], one["size"], fromHex(one["old_root"]), fromHex(one["root"]), hashes(one["proof"])),
});
const inclusion: Run = async (one) => {
  const leaf = await leafHash(fromHex(one["entry"]));
  return { ok: await verifyInclusion(one["index"], one["size"], leaf, hashes(one["proof"]), fromHex(one["root"])) };
};

const openNote: Run = (one) =>
  range(async () => {
    const { origin, size, root } = await openCheckpoint(one["note"], await readVerifierKey(one["key"]));
    return { origin, size, root: hex(root) };
  });
const key: Run = (one) =>
  range(async () => {
    const found = await readVerifierKey(one["key"]);
    return { name: found.name, public_key: hex(found.key) };
  });

const RUNS: { readonly [file: string]: Run | { readonly [todo: string]: Run } } = {
  canonical: {
    decode: (one) => profile(() => ("hex" in one ? decodeBytes(fromHex(one["hex"])) : decode(one["text"])), "value"),
    encode: (one) => profile(() => encode(one["value"]), "text"),
  },
  ops: {
    pae: (one) => ({ hex: hex(pae(utf8(one["payload"]), one["type"])) }),
    op_id: async (one) => ({ op: await opId(one["header"]) }),
    commitment: async (one) => ({ commitment: await commitment(fromBase64url(one["salt"]), one["body"]) }),
    verify, build,
  },
  ids: {
    new_id: (one) => ({ id: newId(one["now_ms"], fromHex(one["random_hex"])) }),
    pairing_code: async (one) => ({ code: await pairingCode(one["chain"], fromBase64url(one["key"])) }),
  },
  types: type, kinds, admission, upcast: (one) => ({ body: current(one["header"], one["body"]) }), fold: folded,
  overdue: (one) => ({ overdue: isOverdue(one["state"], one["deadline"], beijingDate(one["now_ms"])) }),
  merkle: { root: async (one) => ({ root: hex(await rootOf(hashes(one["entries_hex"]))) }), inclusion, consistency },
  note: { open: openNote, key },
  leaves: {
    entry: async (one) => {
      const entry = await entryOf(one["leaf"]);
      return { entry: hex(entry), leaf_hash: hex(await leafHash(entry)) };
    },
    receipt,
  },
  cameras: {
    file_named: (one) => {
      const told = fileNamed(one["file_name"]);
      return told ? { camera: told.camera, officer: told.officer, started_at_ms: told.startedAtMs } : {};
    },
    uncovered: (one) => ({ spans: uncovered(one["whole"], one["spans"], one["tolerance_ms"]) }),
  },
  tiles: { path: (one) => ({ path: tilePath(one["level"], one["number"], one["width"]) }) },
};

for (const [path, text] of Object.entries(files)) {
  const { cases } = JSON.parse(text) as { cases: Case[] };
  const file = /([a-z_]+)\.json$/.exec(path)![1]!;
  const runs = RUNS[file];
  test(`${file}: there are cases and a way to run each`, () => {
    expect(runs).toBeDefined();
    expect(cases.length).toBeGreaterThan(0);
  });
  for (const one of cases) {
    test(`${file}: ${one.name}`, async () => {
      const run = typeof runs === "function" ? runs : runs![one["do"] as string];
      expect(run, `no way to run ${String(one["do"])}`).toBeTypeOf("function");
      expect(await run!(one)).toEqual(one.expect);
    });
  }
}
