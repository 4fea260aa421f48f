// What makes a chain valid: its enrolment and confirmation, and those of who confirmed it. Whoever holds records of the
// chain keeps them with their proofs, its own phone and who carries for it: after a restore nobody else may have them.
// All of them go back to the genesis, which is kept once.

import type { HeldOp } from "../protocol/vouchers.ts";
import { dropMeta, readMeta, writeMeta, writing, type WriteTransaction } from "./db.ts";
import type { OpRecord, Past } from "./schema.ts";

export interface Voucher extends Past {
  readonly op: string;
  readonly wire: OpRecord["wire"];
}
export const vouchersKey = (chain: string): string => `vouchers:${chain}`;
export const vouchersOf = (chain: string): Promise<Voucher[] | undefined> => readMeta<Voucher[]>(vouchersKey(chain));
export const dropVouchers = (chain: string): Promise<void> => dropMeta(vouchersKey(chain));

/** The enrolment and its confirmation at least: an enrolment alone waits for that. */
export const isWhole = (kept: readonly Voucher[] | undefined): boolean => (kept?.length ?? 0) > 1;

/** Part of a transaction: keep what makes a chain valid, unless as much of it is here. */
export async function putVouchers(tx: WriteTransaction, chain: string, vouchers: readonly Voucher[]): Promise<void> {
  const meta = tx.objectStore("meta");
  const known = (await meta.get(vouchersKey(chain))) as Voucher[] | undefined;
  if (known === undefined || (!isWhole(known) && vouchers.length > known.length)) await meta.put(vouchers, vouchersKey(chain));
}
export const keepVouchersOf = (chain: string, vouchers: readonly Voucher[]): Promise<void> =>
  writing(["meta"], (tx) => putVouchers(tx, chain, vouchers));

const GENESIS = "genesis";
/** The log's first leaf, checked and proved; undefined before it was met. It never changes. */
export const knownGenesis = (): Promise<Voucher | undefined> => readMeta<Voucher>(GENESIS);
export const setGenesis = (genesis: Voucher): Promise<void> => writeMeta(GENESIS, genesis);
export async function putGenesis(tx: WriteTransaction, genesis: Voucher): Promise<void> {
  const meta = tx.objectStore("meta");
  if ((await meta.get(GENESIS)) === undefined) await meta.put(genesis, GENESIS);
}

/** In the form in which it is handed back and handed over; undefined while nothing proves it. */
export function heldOf({ wire, receipt, proof }: Pick<Voucher, "wire"> & Past): HeldOp | undefined {
  if (!receipt || !proof) return undefined;
  const { header, body, salt, sig } = wire;
  const { index, leaf, origin } = receipt;
  return { op: { header, body, salt, sig }, receipt: { index, leaf, origin }, checkpoint: proof.note, hashes: proof.hashes };
}
export const voucherOf = (op: string, { op: wire, receipt, checkpoint, hashes }: HeldOp): Voucher =>
  ({ op, wire, receipt, proof: { note: checkpoint, hashes } });
