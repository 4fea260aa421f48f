// What makes a chain valid: its enrolment and confirmation, and those of who confirmed it. Whoever holds records of the
// chain keeps them with their proofs, its own phone and who carries for it: after a restore nobody else may have them.

import { dropMeta, readMeta, writeMeta } from "./db.ts";
import type { OpRecord, Past } from "./schema.ts";

export interface Voucher extends Past {
  readonly op: string;
  readonly wire: OpRecord["wire"];
}
export const vouchersKey = (chain: string): string => `vouchers:${chain}`;
export const vouchersOf = (chain: string): Promise<Voucher[] | undefined> => readMeta<Voucher[]>(vouchersKey(chain));
export const setVouchers = (chain: string, vouchers: readonly Voucher[]): Promise<void> => writeMeta(vouchersKey(chain), vouchers);
export const dropVouchers = (chain: string): Promise<void> => dropMeta(vouchersKey(chain));
