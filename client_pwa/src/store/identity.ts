// Who is signed in on this phone, which installation it is, and what is known of the deployment.

import { hex } from "../protocol/bytes.ts";
import type { Openings } from "../protocol/epochs.ts";
import type { Seen } from "../protocol/rows.ts";
import { announce } from "./changes.ts";
import { dropMeta, readMeta, writeMeta, writing, type WriteTransaction } from "./db.ts";
import type { Author } from "./types.ts";

/** What `GET /deployment` said last. */
export interface Deployment {
  readonly deployment: string;
  readonly name: string;
  readonly origin: string;
  readonly logKey: string;
  readonly demo: boolean;
  readonly nowMs: number;
  /** Protocol versions it takes; absent in what an older app kept. */
  readonly protocol?: { readonly min: number; readonly max: number };
  /** By this phone's clock. */
  readonly learnedAtMs?: number;
}
/** The newest checkpoint this phone verified. */
export interface KnownCheckpoint extends Seen {
  readonly note: string;
}

export const currentAuthor = (): Promise<Author | undefined> => readMeta<Author>("author");
export async function setAuthor(author: Author): Promise<void> {
  await writeMeta("author", author);
  announce({ entities: ["*"] });
}
export async function dropAuthor(): Promise<void> {
  await dropMeta("author");
  announce({ entities: ["*"] });
}

export const knownDeployment = (): Promise<Deployment | undefined> => readMeta<Deployment>("deployment");
export const setDeployment = (deployment: Deployment): Promise<void> => writeMeta("deployment", deployment);

const HISTORY = 100;
/** Checkpoints this phone verified, oldest first: what a later epoch must have kept the beginning of. */
export const verifiedCheckpoints = async (): Promise<KnownCheckpoint[]> => (await readMeta<KnownCheckpoint[]>("checkpoints")) ?? [];
/** Later epoch → how many leaves it kept, as far as this phone verified. */
export const knownOpenings = async (): Promise<Openings> => new Map(await readMeta<[number, number][]>("openings"));

/** Part of a transaction: the newest verified checkpoint, and the ones before it. */
export async function putCheckpoint(tx: WriteTransaction, checkpoint: KnownCheckpoint): Promise<void> {
  const meta = tx.objectStore("meta");
  const before = ((await meta.get("checkpoints")) as KnownCheckpoint[] | undefined) ?? [];
  await Promise.all([meta.put(checkpoint, "checkpoint"), meta.put([...before, checkpoint].slice(-HISTORY), "checkpoints")]);
}

export const knownCheckpoint = (): Promise<KnownCheckpoint | undefined> => readMeta<KnownCheckpoint>("checkpoint");
export const setCheckpoint = (checkpoint: KnownCheckpoint): Promise<void> => writing(["meta"], (tx) => putCheckpoint(tx, checkpoint));
export const setOpenings = (openings: Openings): Promise<void> => writeMeta("openings", [...openings]);

/** This browser profile's own id, 32 hex, made once. */
export const installation = (): Promise<string> =>
  writing(["meta"], async (tx) => {
    const meta = tx.objectStore("meta");
    const known = (await meta.get("installation")) as string | undefined;
    if (known) return known;
    const fresh = hex(crypto.getRandomValues(new Uint8Array(16)));
    await meta.put(fresh, "installation");
    return fresh;
  });
