// A receipt's checks on a real operation, signed here, in a real two-leaf tree; and one change each
// that must turn exactly the check it concerns.

import { beforeAll, describe, expect, it } from "vitest";
import { base64url, hex, sha256Hex } from "../../src/protocol/bytes.ts";
import { encode } from "../../src/protocol/canonical.ts";
import { entryOf, leafHash, nodeHash } from "../../src/protocol/merkle.ts";
import { buildOp, newChainKey, publicKeyBytes, signerOf, type PublicKey } from "../../src/protocol/ops.ts";
import { checked, CHECKS, type Evidence, type Proof } from "../../src/supervise/model/checks.ts";

let evidence: Evidence;
let key: PublicKey;
let otherKey: PublicKey;
let proof: Proof;

const exported = async (pair: CryptoKeyPair): Promise<PublicKey> => ({ alg: "ES256", key: base64url(await publicKeyBytes(pair.publicKey)) });

beforeAll(async () => {
  const pair = await newChainKey();
  [key, otherKey] = [await exported(pair), await exported(await newChainKey())];
  const { op, wire } = await buildOp({
    app: "0.1.0", deployment: "demo-city", kind: "extension.deny", chain: "a".repeat(64), seq: 3, prev: "b".repeat(64), space: "530902",
    deps: [], mends: "", time: { boot: "0".repeat(16), mono_ms: 1, wall_ms: 1_700_000_000_000 }, seen: { origin: "", root: "", size: 0 },
    body: { finding: "01j", base: "c".repeat(64), from: "extension_requested", reason: "期限足够" },
  }, crypto.getRandomValues(new Uint8Array(32)), signerOf(pair.privateKey));
  const sig = await sha256Hex(Uint8Array.from(atob(wire.sig.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0)));
  const leaf = encode({ at_ms: 1, carrier: "p1", code: "", flags: [], op, outcome: "applied", rules: 1, sig, t: "op" });
  const sibling = await leafHash(await entryOf("another leaf"));
  const root = await nodeHash(sibling, await leafHash(await entryOf(leaf)));
  evidence = { ...wire, op, receipt: { index: 1, leaf, origin: "liuhen/demo-city/1" } };
  proof = { origin: "liuhen/demo-city/1", size: 2, root: hex(root), hashes: [hex(sibling)] };
});

const failing = async (changed: Evidence, with_: PublicKey | undefined = key, path: Proof | undefined = proof): Promise<string[]> => {
  const result = await checked(changed, with_, path);
  return CHECKS.filter((name) => result[name] === false);
};

describe("a receipt's checks", () => {
  it("all hold for an untouched operation", async () => {
    const result = await checked(evidence, key, proof);
    expect(CHECKS.map((name) => result[name])).toEqual([true, true, true, true, true]);
  });

  it("a changed body breaks the commitment only", async () => {
    expect(await failing({ ...evidence, body: evidence.body.replace("足够", "不够") })).toEqual(["commitment"]);
  });

  it("a changed header breaks id and signature", async () => {
    expect(await failing({ ...evidence, header: evidence.header.replace('"seq":3', '"seq":4') })).toEqual(["op_id", "signature"]);
  });

  it("another phone's key breaks the signature", async () => {
    expect(await failing(evidence, otherKey)).toEqual(["signature"]);
  });

  it("a changed leaf is no longer in the tree", async () => {
    const receipt = { ...evidence.receipt, leaf: evidence.receipt.leaf.replace('"at_ms":1', '"at_ms":2') };
    expect(await failing({ ...evidence, receipt })).toEqual(["included"]);
  });

  it("a receipt of another operation or another log fails", async () => {
    const leaf = evidence.receipt.leaf.replace(evidence.op, "d".repeat(64));
    expect(await failing({ ...evidence, receipt: { ...evidence.receipt, leaf } })).toEqual(["leaf", "included"]);
    expect(await failing({ ...evidence, receipt: { ...evidence.receipt, origin: "liuhen/other/1" } })).toEqual(["included"]);
  });

  it("what cannot be checked is never called held", async () => {
    const result = await checked(evidence, undefined, undefined);
    expect([result.signature, result.included]).toEqual([undefined, undefined]);
  });

  it("malformed material fails its own check and leaves the others", async () => {
    expect(await failing({ ...evidence, salt: "%%" })).toEqual(["commitment"]);
    expect(await failing(evidence, key, { ...proof, hashes: ["zz"] })).toEqual(["included"]);
  });
});
