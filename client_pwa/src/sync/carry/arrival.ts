// Taking in what somebody hands over. Everything that can be checked without the server is checked
// before anything is kept: the exact texts, commitments, hashes of originals, what makes the chains valid,
// and the signature where the chain's key is here or came so. One broken piece and nothing of it is taken.

import { admit, type Admission } from "../../protocol/admission.ts";
import { type Bytes, sha256Hex } from "../../protocol/bytes.ts";
import { type CargoBlob, type CargoPerson, type Manifest, readCargo } from "../../protocol/cargo.ts";
import { namedIn } from "../../protocol/kinds.ts";
import type { PublicKey } from "../../protocol/ops.ts";
import { ParcelError } from "../../protocol/parcel.ts";
import { textOf, valueOf, type WireOp } from "../../protocol/rows.ts";
import { readBody } from "../../protocol/upcast.ts";
import { blobId, blobRecord, hasBytes } from "../../store/blobs.ts";
import { type ArrivingBlob, type ArrivingOp, holdingCarried, keepArrival, stageBytes, sweepStaged } from "../../store/carried.ts";
import { nowMs } from "../../store/clock.ts";
import { StoreError } from "../../store/errors.ts";
import { health } from "../../store/health.ts";
import { knownDeployment } from "../../store/identity.ts";
import { person } from "../../store/lookups.ts";
import { opRecord } from "../../store/ownops.ts";
import { viewed } from "../../store/view.ts";
import { type Voucher, voucherOf } from "../../store/vouchers.ts";
import { lookAt } from "../trust.ts";

/** What became of a transfer. */
export interface Arrival {
  /** Records and originals that are new here, and records that were here already. */
  readonly ops: number;
  readonly blobs: number;
  readonly known: number;
  /** Names of the people whose records it holds. */
  readonly people: readonly string[];
}

/** A newer app's records are carried as they are; only the server may know them. */
const UNKNOWN_HERE = new Set(["kind_unknown", "version_unsupported"]);
const invalid = (what: string): ParcelError => new ParcelError("parcel_invalid", what);

interface Owner {
  readonly person: string;
  readonly name: string;
  readonly key?: PublicKey;
}

/** Whose chains these are, by the rows here or what proves it; what only the transfer itself says is shown, never believed. */
class Owners {
  private readonly known = new Map<string, Owner>();
  readonly begun = new Map<string, PublicKey>();
  /** What makes a chain valid, checked; the genesis may be among it. */
  readonly vouchers = new Map<string, readonly Voucher[]>();
  private readonly vouched = new Map<string, { readonly person: string; readonly key: PublicKey }>();
  constructor(private readonly claimed: readonly CargoPerson[]) {}

  /** Look at what came to make the chains valid. What only a newer app can read is left. */
  async check(): Promise<void> {
    for (const { chain, vouchers = [] } of this.claimed) {
      if (vouchers.length === 0) continue;
      const found = await lookAt(chain, vouchers);
      if (found.is === "wrong") throw invalid(`vouchers: ${found.what}`);
      if (found.is === "unfounded") throw invalid("vouchers: unfounded");
      if (found.is === "newer") continue;
      this.vouched.set(chain, found);
      this.vouchers.set(chain, vouchers.map((held, at) => voucherOf(found.ops[at]!, held)));
    }
  }

  async of(chain: string): Promise<Owner> {
    const found = this.known.get(chain) ?? (await this.look(chain));
    this.known.set(chain, found);
    return found;
  }
  private async look(chain: string): Promise<Owner> {
    const row = (await viewed(`chain/${chain}`))?.row;
    const [claim, vouched] = [this.claimed.find((one) => one.chain === chain), this.vouched.get(chain)];
    const id = row ? textOf(row, "person") : (vouched?.person ?? claim?.person ?? "");
    const name = (await person(id))?.name ?? claim?.name ?? "";
    const key = row ? (valueOf(row, "public_key") as unknown as PublicKey) : vouched?.key;
    return { person: id, name, ...(key ? { key } : {}) };
  }
}

/** The few members of a header that a newer version surely keeps; shown and sorted by, never believed. */
function looked(wire: WireOp): { kind: string; space: string; chain: string } {
  const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, 64) : "");
  try {
    const header = JSON.parse(wire.header) as { readonly [name: string]: unknown } | null;
    return { kind: text(header?.["kind"]), space: text(header?.["space"]), chain: text(header?.["chain"]) };
  } catch {
    throw invalid("header");
  }
}

class Reception {
  private readonly ops: ArrivingOp[] = [];
  private readonly blobs: ArrivingBlob[] = [];
  private readonly named = new Set<string>();
  private readonly rawSpaces = new Set<string>();
  private readonly people = new Set<string>();
  private counted = { ops: 0, blobs: 0 };
  constructor(private readonly manifest: Manifest, private readonly deployment: string, private readonly owners: Owners) {}

  /** Check one op; an own one, or one that is here twice, only counts. */
  async takeOp(wire: WireOp): Promise<void> {
    this.counted.ops += 1;
    if (this.counted.blobs > 0) throw invalid("order");
    const head = looked(wire);
    const owner = head.chain === "" ? undefined : await this.owners.of(head.chain);
    const result = await admit(wire, this.deployment, (chain) => owner?.key ?? this.owners.begun.get(chain));
    const blobs = this.noted(result, wire, head);
    const chain = head.chain || result.op;
    const { person: id, name } = owner ?? (await this.owners.of(chain));
    this.people.add(name || id);
    if (await opRecord(result.op)) return;
    this.ops.push({
      op: result.op, wire, kind: head.kind, space: head.space, chain, person: id, name, blobs, checked: result.ok && owner?.key !== undefined,
      receivedAtMs: nowMs(), sending: "unsent", open: 1, tries: 0, nextTryAtMs: 0,
    });
  }

  /** The originals an authentic op names. An unknown chain's op is whole but for the signature, which the server will check. */
  private noted(result: Admission, wire: WireOp, head: { kind: string; space: string }): string[] {
    if (!result.ok && result.code === "deployment_mismatch") throw new ParcelError("parcel_deployment");
    if (!result.ok && UNKNOWN_HERE.has(result.code)) {
      this.rawSpaces.add(head.space);
      return [];
    }
    if (!result.ok && result.code !== "chain_unknown") throw invalid(`${result.code} ${result.field}`);
    if (result.ok && result.header.chain === "") this.owners.begun.set(result.op, result.body["public_key"] as unknown as PublicKey);
    const blobs = [...new Set(namedIn(head.kind, readBody(wire)).blobs)];
    for (const sha256 of blobs) this.named.add(blobId(head.space, sha256));
    return blobs;
  }

  /** Check one original and put it aside. */
  async takeBlob({ sha256, space, media_type: mediaType, size_bytes: sizeBytes }: CargoBlob, bytes: Bytes): Promise<void> {
    this.counted.blobs += 1;
    if ((await sha256Hex(bytes)) !== sha256) throw invalid("sha256");
    const blob = blobId(space, sha256);
    if (!this.named.has(blob) && !this.rawSpaces.has(space)) throw invalid("an original no record names");
    if ((await blobRecord(blob)) && (await hasBytes(sha256))) return;
    await stageBytes(sha256, bytes.buffer, mediaType);
    this.blobs.push({ blob, sha256, space, mediaType, sizeBytes });
  }

  /** Keep it all at once. */
  async keep(): Promise<Arrival> {
    if (this.counted.ops !== this.manifest.ops || this.counted.blobs !== this.manifest.blobs) throw invalid("count");
    const added = await keepArrival(this.ops, this.blobs, this.owners.vouchers);
    return { ops: added.ops.length, blobs: added.blobs.length, known: this.counted.ops - added.ops.length, people: [...this.people] };
  }
}

async function begin(manifest: Manifest): Promise<Reception> {
  const deployment = (await knownDeployment())?.deployment ?? "";
  if (manifest.deployment !== deployment) throw new ParcelError("parcel_deployment");
  const { freeBytes } = await health();
  if (freeBytes >= 0 && freeBytes < manifest.bytes * 1.1) throw new StoreError("quota", "no room for what arrives");
  const owners = new Owners(manifest.people);
  await owners.check();
  return new Reception(manifest, deployment, owners);
}

async function readAll(pieces: AsyncIterable<Bytes>): Promise<Arrival> {
  let reception: Reception | undefined;
  for await (const part of readCargo(pieces)) {
    if (part.t === "manifest") reception = await begin(part.manifest);
    else if (part.t === "op") await reception!.takeOp(part.wire);
    else await reception!.takeBlob(part.blob, part.bytes);
  }
  if (!reception) throw invalid("empty");
  return reception.keep();
}

/** Take in a transfer, whole or not at all. Rejects with ParcelError or StoreError. */
export function receive(pieces: AsyncIterable<Bytes>): Promise<Arrival> {
  return holdingCarried(async () => {
    await sweepStaged(); // of an arrival that a killed page left behind
    try {
      return await readAll(pieces);
    } catch (error) {
      await sweepStaged();
      throw error;
    }
  });
}
