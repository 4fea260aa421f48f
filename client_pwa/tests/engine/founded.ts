// A log that begins as every log does: the genesis, a supervisor's phone confirmed by the system, and phones that this
// supervisor confirms. All of it is signed and proved as the protocol says, so that what makes a chain valid can be checked.

import { base64url } from "../../src/protocol/bytes.ts";
import { type BuiltOp, buildOp, newChainKey, publicKeyBytes, signerOf } from "../../src/protocol/ops.ts";
import type { Body, Ruling } from "../../src/protocol/rows.ts";
import type { HeldOp } from "../../src/protocol/vouchers.ts";
import { Log, pinnedKey } from "./log.ts";
import { SPACE } from "./phone.ts";
import type { Answer, Script } from "./service.ts";

const SUPERVISOR = "person-zhao";
const applied = (index: number): Ruling => ({ index, outcome: "applied", code: "", flags: [], cause: "" });

interface Signer {
  readonly pair: CryptoKeyPair;
  readonly chain: string;
}
const publicKey = async ({ publicKey }: CryptoKeyPair): Promise<Body> => ({ alg: "ES256", key: base64url(await publicKeyBytes(publicKey)) });

async function written(kind: string, body: Body, { pair, chain }: Signer, deployment: string): Promise<BuiltOp> {
  const parts = {
    app: "t", deployment, kind, chain, seq: chain ? 1 : 0, prev: chain, space: chain ? SPACE : "common", deps: [], mends: "",
    time: { boot: "0".repeat(16), mono_ms: 1, wall_ms: 1 }, seen: { origin: "", root: "", size: 0 }, body,
  };
  return buildOp(parts, new Uint8Array(32).fill(3), signerOf(pair.privateKey));
}

export class Founded {
  private readonly ops: BuiltOp[] = [];
  readonly log = new Log([]);
  private system!: Signer;
  private supervisor!: Signer;

  constructor(private readonly deployment = "test") {}

  async begin(): Promise<this> {
    const [system, boss] = [await newChainKey(), await newChainKey()];
    const city = { name: "虚构市", city: SPACE.slice(0, 4) + "00", city_name: "虚构市", rules: 1 };
    const genesis = await this.add(await written("deployment.genesis", { ...city, public_key: await publicKey(system), log_key: await pinnedKey() }, { pair: system, chain: "" }, this.deployment));
    this.system = { pair: system, chain: genesis };
    const enrolled = await this.enrolment(SUPERVISOR, boss);
    this.supervisor = { pair: boss, chain: await this.add(enrolled) };
    await this.confirmed(this.supervisor.chain, this.system);
    return this;
  }
  async enrolment(person: string, pair: CryptoKeyPair): Promise<BuiltOp> {
    const body = { person, installation: "0".repeat(32), device: "t", public_key: await publicKey(pair) };
    return written("chain.enrol", body, { pair, chain: "" }, this.deployment);
  }
  private async confirmed(target: string, by: Signer): Promise<string> {
    const body = { target, base: target, from: "pending", compared_code: "AAAA-AAAA" };
    return this.add(await written("chain.countersign", body, by, this.deployment));
  }
  async add(op: BuiltOp): Promise<string> {
    this.ops.push(op);
    await this.log.take(op.wire);
    return op.op;
  }
  /** The supervisor confirms a phone; returns the id of the confirmation. */
  confirm = (chain: string): Promise<string> => this.confirmed(chain, this.supervisor);
  get genesis(): string {
    return this.ops[0]!.op;
  }

  /** What the service says in a log about an op that is logged there. */
  private entry(op: string, log: Log): object {
    const index = log.leaves.findIndex((leaf) => leaf.includes(`"op":"${op}"`));
    const { wire } = this.ops.find((one) => one.op === op)!;
    return { index, op, ...wire, kind: "", receipt: log.receipt(index), ruling: applied(index) };
  }
  private readonly isIn = (op: string, log: Log): boolean => log.leaves.some((leaf) => leaf.includes(`"op":"${op}"`));
  /** Ids of what makes a chain valid in a log: of both chains, or the enrolment alone. */
  vouching(chain: string, log = this.log): string[] {
    const own = this.ops.filter(({ op, wire }) => op === chain || (wire.header.includes("chain.countersign") && wire.body.includes(chain)));
    const known = own.map(({ op }) => op).filter((op) => this.isIn(op, log));
    return known.length < 2 ? known : [...this.ops.slice(1, 3).map(({ op }) => op), ...known];
  }
  /** The genesis and those, as they are handed over. */
  async held(chain: string): Promise<HeldOp[]> {
    const note = await this.log.note();
    const order = (op: string): number => (this.ops.find((one) => one.op === op)!.wire.header.includes("chain.countersign") ? 1 : 0);
    const ids = [this.genesis, ...this.vouching(chain)].sort((a, b) => order(a) - order(b));
    return Promise.all(ids.map(async (op) => {
      const index = this.log.leaves.findIndex((leaf) => leaf.includes(`"op":"${op}"`));
      const { json } = (await this.log.proof({ path: `/log/proof/${index}`, query: new URLSearchParams({ size: String(this.log.leaves.length) }) } as never)) as { json: { hashes: string[] } };
      return { op: this.ops.find((one) => one.op === op)!.wire, receipt: this.log.receipt(index), checkpoint: note, hashes: json.hashes };
    }));
  }
  /** The service's answers about a log and the chains in it. */
  script(log = this.log): Script {
    const told = ({ path }: { readonly path: string }): Answer => {
      const ids = this.vouching(path.split("/")[2]!, log);
      return ids.length > 0 ? { json: { ops: ids.map((op) => this.entry(op, log)) } } : { status: 404, code: "not_found" };
    };
    const chains = this.ops.filter(({ wire }) => wire.header.includes("chain.enrol")).map(({ op }) => [`GET /chains/${op}/vouchers`, told]);
    return { ...log.script(), "GET /log/proof/*": log.proof, "GET /log/genesis": () => ({ json: this.entry(this.genesis, log) }), ...Object.fromEntries(chains) };
  }
}
