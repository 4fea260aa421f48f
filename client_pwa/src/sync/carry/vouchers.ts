// What makes the chains of a load valid goes along with it: whoever takes it over can hand it back after a restore, when
// the service does not know the chain any more and its own phone is gone (SPEC §9).

import { type CargoPerson, manifestLine } from "../../protocol/cargo.ts";
import { encode } from "../../protocol/canonical.ts";
import type { Json } from "../../protocol/rows.ts";
import { utf8 } from "../../protocol/bytes.ts";
import type { HeldOp } from "../../protocol/vouchers.ts";
import { opRecord } from "../../store/ownops.ts";
import { heldOf, knownGenesis, vouchersOf } from "../../store/vouchers.ts";
import { inForm, lookAt } from "../trust.ts";
import type { Load } from "./load.ts";

/** A chain nobody has confirmed yet has its enrolment: its own phone keeps that with the record. */
async function ownEnrolment(chain: string): Promise<HeldOp[] | undefined> {
  const record = await opRecord(chain);
  const held = record && (heldOf(record) ?? heldOf({ wire: record.wire, ...record.past?.at(-1) }));
  return held && [held];
}

/** As much as this phone keeps of a chain and can show; what it could not believe itself it hands to nobody. */
async function keptOf(chain: string): Promise<readonly HeldOp[] | undefined> {
  const kept = await vouchersOf(chain);
  const held = kept ? inForm(kept, await knownGenesis()) : await ownEnrolment(chain);
  return held && (await lookAt(chain, held)).is === "vouched" ? held : undefined;
}

/** The same load with the vouchers of its chains, the first ones first, as far as `mostBytes` reach. */
export async function withVouchers(load: Load, mostBytes: number): Promise<Load> {
  let left = mostBytes;
  const people: CargoPerson[] = [];
  for (const one of load.manifest.people) {
    const vouchers = await keptOf(one.chain);
    const size = vouchers ? utf8(encode(vouchers as unknown as Json)).length : 0;
    people.push(vouchers && size <= left ? { ...one, vouchers } : one);
    left -= size <= left ? size : 0;
  }
  const manifest = { ...load.manifest, people };
  return { ...load, manifest, size: load.size - manifestLine(load.manifest).length + manifestLine(manifest).length };
}
