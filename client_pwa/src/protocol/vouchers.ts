// What makes a chain valid, checked by what is at hand (SPEC §8, vouchers): the genesis and the enrolments
// under their own keys, the confirmations under the keys of the chains that gave them, each with its receipt
// and the path to a root that the log signed; and that they lead from the genesis to the chain. Nobody is asked.

import { admit, type Admission } from "./admission.ts";
import { equalBytes, fromBase64url, fromHex, hex, sha256 } from "./bytes.ts";
import { readOrigin } from "./epochs.ts";
import { type Checkpoint, openCheckpointOfAny, readVerifierKey, type VerifierKey } from "./note.ts";
import { readOpLeaf, verifyReceipt } from "./receipts.ts";
import { type PublicKey, readHeader } from "./ops.ts";
import type { Receipt, WireOp } from "./rows.ts";

/** An op with what proves that it is in the log, in the form in which it is handed back (SPEC §8). */
export interface HeldOp {
  readonly op: WireOp;
  readonly receipt: Receipt;
  /** The signed note of a checkpoint that covers it. */
  readonly checkpoint: string;
  /** Inclusion proof, hex. */
  readonly hashes: readonly string[];
}
/** What a phone knows of the deployment before it looks at anything. */
export interface Known {
  readonly deployment: string;
  readonly logKey: VerifierKey;
  /** Op id of the genesis, where it was met before. */
  readonly genesis?: string;
}
/**
 * `vouched`: they lead from the genesis to the chain, or are its enrolment alone; `ops` are their ids in order. `newer`:
 * only a newer app can read one of them. `unfounded`: each is what it says, and they lead nowhere. `wrong`: one is not.
 */
export type Vouching =
  | { readonly is: "vouched"; readonly ops: readonly string[]; readonly person: string; readonly key: PublicKey }
  | { readonly is: "newer" }
  | { readonly is: "unfounded" }
  | { readonly is: "wrong"; readonly what: string };

const [GENESIS, ENROLMENT, CONFIRMATION] = ["deployment.genesis", "chain.enrol", "chain.countersign"] as const;
const ORDER: readonly string[] = [GENESIS, ENROLMENT, CONFIRMATION];
/** A confirmation may lie in the log before that of the chain that gave it: it comes after every key that is needed. */
export const inOrder = <T extends { readonly wire: WireOp }>(vouchers: readonly T[]): T[] =>
  [...vouchers].sort((a, b) => ORDER.indexOf(readHeader(a.wire.header).kind) - ORDER.indexOf(readHeader(b.wire.header).kind));

const UNREADABLE: ReadonlySet<string> = new Set(["kind_unknown", "version_unsupported"]);

class Wrong extends Error {}
/** They cannot be judged. */
class Unjudged extends Error {
  constructor(readonly is: "newer" | "unfounded") {
    super(is);
  }
}

class Path {
  private readonly ops: string[] = [];
  private readonly owners = new Map<string, { readonly person: string; readonly key: PublicKey }>();
  private readonly confirmed = new Map<string, string>();
  private genesis = "";
  private readonly notes = new Map<string, Checkpoint>();
  constructor(private readonly known: Known) {}

  async take(held: HeldOp): Promise<void> {
    const { op, header, body } = read(await admit(held.op, this.known.deployment, (chain) => this.owners.get(chain)?.key));
    if (this.ops.includes(op)) throw new Wrong("twice");
    await this.prove(op, held);
    this.ops.push(op);
    if (header.kind === CONFIRMATION) return this.confirm(String(body["target"]), header.chain);
    if (header.kind === GENESIS) await this.begin(op, held.receipt, String(body["log_key"]));
    else if (header.kind !== ENROLMENT) throw new Wrong(header.kind);
    this.owners.set(op, { person: String(body["person"] ?? "system"), key: body["public_key"] as unknown as PublicKey });
  }

  /** The system's chain is trusted because it founded the log whose key this phone knows. */
  private async begin(op: string, { index }: Receipt, logKey: string): Promise<void> {
    const isOurs = equalBytes((await keyOf(logKey)).key, this.known.logKey.key) && (this.known.genesis ?? op) === op;
    if (this.ops.length > 1 || index !== 0 || !isOurs) throw new Wrong("genesis");
    this.genesis = op;
  }
  private confirm(target: string, by: string): void {
    if (!this.owners.has(target)) throw new Wrong("target");
    this.confirmed.set(target, by);
  }

  /** The leaf names this very signature, and stands in a tree that the log signed, of its own epoch or a later one. */
  private async prove(op: string, { op: wire, receipt, checkpoint, hashes }: HeldOp): Promise<void> {
    const tree = this.notes.get(checkpoint) ?? (await opened(checkpoint, this.known.logKey));
    this.notes.set(checkpoint, tree);
    const [received, signed] = [readOrigin(receipt.origin), readOrigin(tree.origin)];
    if (!received || !signed || received.log !== signed.log || received.epoch > signed.epoch) throw new Wrong("origin");
    const isIn = await verifyReceipt({ ...receipt, origin: tree.origin }, op, tree, hashes.map(fromHex));
    if (!isIn || readOpLeaf(receipt.leaf)?.sig !== hex(await sha256(fromBase64url(wire.sig)))) throw new Wrong("proof");
  }

  /** Follow the confirmations from the chain back to the genesis. */
  leadTo(chain: string): Vouching {
    const owner = this.owners.get(chain);
    if (!owner) throw new Wrong("another chain's");
    const isAlone = this.ops.length === 1; // its enrolment, which nobody confirmed yet
    let at: string | undefined = chain;
    for (let steps = 0; at !== undefined && at !== this.genesis && steps < this.ops.length; steps++) at = this.confirmed.get(at);
    return isAlone || at === this.genesis ? { is: "vouched", ops: this.ops, ...owner } : { is: "unfounded" };
  }
}

function read(admission: Admission): Extract<Admission, { ok: true }> {
  if (admission.ok) return admission;
  if (UNREADABLE.has(admission.code)) throw new Unjudged("newer");
  if (admission.code === "chain_unknown") throw new Unjudged("unfounded");
  throw new Wrong(`${admission.code} ${admission.field}`);
}

async function keyOf(text: string): Promise<VerifierKey> {
  try {
    return await readVerifierKey(text);
  } catch (error) {
    throw error instanceof RangeError ? new Wrong("log_key") : error;
  }
}
async function opened(note: string, key: VerifierKey): Promise<Checkpoint> {
  try {
    return await openCheckpointOfAny(note, key);
  } catch (error) {
    throw error instanceof RangeError ? new Wrong("checkpoint") : error;
  }
}

/** Look at what is said to make `chain` valid: the genesis, the enrolments, then the confirmations. */
export async function lookAtVouchers(chain: string, vouchers: readonly HeldOp[], known: Known): Promise<Vouching> {
  const path = new Path(known);
  try {
    for (const one of vouchers) await path.take(one);
    return path.leadTo(chain);
  } catch (error) {
    if (error instanceof Unjudged) return { is: error.is };
    if (error instanceof Wrong) return { is: "wrong", what: error.message };
    throw error;
  }
}
