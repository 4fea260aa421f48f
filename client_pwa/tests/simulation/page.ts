/// <reference types="node" />
// The page of a simulated phone: the product's own entry points, by name. Bundled by bundle.ts; nothing here decides,
// stores or sends anything itself.

import { kindNamed } from "../../src/protocol/kinds.ts";
import { useClock } from "../../src/store/clock.ts";
import { currentAuthor } from "../../src/store/identity.ts";
import * as sync from "../../src/sync/index.ts";
import type { Commands } from "./device.ts";
import { deeds, type Doing } from "./people.ts";
import { chanceOf } from "./chance.ts";

/** What two officers agree on when one hands the other a file. */
const PASSPHRASE = "两人商定的口令 8";
const untold = (): void => undefined;

interface Given {
  readonly login: string;
  readonly password: string;
  readonly ticket: string;
  readonly deed: string;
  readonly seed: number;
  /** The chain that a supervisor was told about. */
  readonly op?: string;
  /** A file from another phone, base64. */
  readonly file: string;
}

/** Deeds whose kinds the older app does not have: there is no button for them. */
const LATER: Readonly<Record<string, string>> = { recorder: "clip.start", list: "listing.list" };
const isKnown = (deed: string): boolean => LATER[deed] === undefined || kindNamed(LATER[deed]) !== undefined;

const commands: Readonly<Record<string, (given: Given) => Promise<unknown>>> = {
  login: ({ login, password }) => sync.login(login, password),
  logout: () => sync.logout(),
  ticket: ({ ticket }) => sync.redeemTicket(ticket),
  nudge: async () => sync.engine.nudge(),
  sync: () => sync.engine.syncNow(),
  session: () => sync.currentSession(),
  outbox: () => sync.outbox(),
  pack: async () => {
    const { file, ops } = await sync.packFile(PASSPHRASE, untold);
    return { ops, file: Buffer.from(await file.arrayBuffer()).toString("base64") };
  },
  take: ({ file }) => sync.takeFile(new Blob([Buffer.from(file, "base64")]), PASSPHRASE, untold),
  act: async ({ deed, seed, op }) => {
    const me = await currentAuthor();
    if (!me) return "signed out";
    if (!isKnown(deed)) return "not in this app";
    const chance = chanceOf(seed);
    const pick: Doing["pick"] = (from) => from[Math.floor(chance() * from.length)];
    return (await deeds[deed]!({ me, chance, pick, ...(op === undefined ? {} : { op }) })) || "nothing to do";
  },
};

export const begin: Commands["begin"] = (clock, onStatus) => {
  useClock(clock);
  sync.engine.subscribe((status) => onStatus({ ...status }));
  sync.engine.start();
};
export const run: Commands["run"] = (name, given) => commands[name]!(given as Given);
