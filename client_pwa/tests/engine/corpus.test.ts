/// <reference types="node" />
// The frozen operations of protocol v1, as in tests/contract/test_corpus.py: they are admitted and fold the same for ever.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { admit } from "../../src/protocol/admission.ts";
import { fold } from "../../src/protocol/fold.ts";
import { type PublicKey, readHeader } from "../../src/protocol/ops.ts";
import type { Row, WireOp } from "../../src/protocol/rows.ts";
import { readBody } from "../../src/protocol/upcast.ts";

interface Entry {
  readonly op: string;
  readonly kind: string;
  readonly author: string;
  readonly wire: WireOp;
  readonly before: { readonly [entity: string]: Row };
  readonly expect: { readonly outcome: string; readonly code: string; readonly changes: { readonly [entity: string]: Row } };
}
interface Corpus {
  readonly deployment: string;
  readonly keys: { readonly [chain: string]: PublicKey };
  readonly ops: readonly Entry[];
}
const frozen = (name: string): Corpus => JSON.parse(readFileSync(new URL(`../../../tests/contract/corpus/${name}.json`, import.meta.url), "utf8")) as Corpus;
const CASES = ["v1", "v1_early_shapes"].map(frozen).flatMap((corpus) => corpus.ops.map((entry) => [`${entry.kind} ${entry.expect.outcome}`, corpus, entry] as const));

test.each(CASES)("%s", async (_, corpus, entry) => {
  const { wire, op, kind, author: by, before } = entry;
  expect(await admit(wire, corpus.deployment, (chain) => corpus.keys[chain])).toMatchObject({ ok: true, op });
  const { space, time } = readHeader(wire.header);
  const { changed, outcome, code } = fold((entity) => before[entity], { op, kind, space, by, at_ms: time.wall_ms, body: readBody(wire) });
  expect({ outcome, code, changes: Object.fromEntries(changed) }).toEqual(entry.expect);
});
