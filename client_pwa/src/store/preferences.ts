// What the people of this phone chose about it; kept here and told to nobody.

import { announce } from "./changes.ts";
import { readMeta, writeMeta } from "./db.ts";

/** How long originals stay after the server verified them, in days. */
export const KEPT_DAYS = [7, 30, 90] as const;
export type KeptDays = (typeof KEPT_DAYS)[number];

export interface Preferences {
  /** Large originals wait for Wi-Fi; records, previews and signatures never do. */
  readonly wifiOnly: boolean;
  /** Until then (ms since 1970) originals go over any link, because somebody said so. */
  readonly anyLinkUntilMs: number;
  readonly keptDays: KeptDays;
}
const CHOSEN_AT_FIRST: Preferences = { wifiOnly: false, anyLinkUntilMs: 0, keptDays: 30 };

export const preferences = async (): Promise<Preferences> => ({ ...CHOSEN_AT_FIRST, ...(await readMeta<Partial<Preferences>>("preferences")) });

export async function prefer(change: Partial<Preferences>): Promise<void> {
  await writeMeta("preferences", { ...(await preferences()), ...change });
  announce({ entities: ["preferences/"] });
}
