// What this phone still holds, told to the service before the bytes go, and the drain certificate that
// comes back: head and log are equal and every original is verified. A status, no evidence (ADR 0015):
// nothing here ever holds up a record.

import { sha256Hex, utf8 } from "../protocol/bytes.ts";
import { LIMITS } from "../protocol/tables.ts";
import { blobsIn, isBlobOf } from "../store/blobs.ts";
import { announce } from "../store/changes.ts";
import { chainOf, chainsOf } from "../store/chains.ts";
import { nowMs } from "../store/clock.ts";
import { readMeta, writeMeta } from "../store/db.ts";
import { currentAuthor } from "../store/identity.ts";
import { allOps, openOps, opRecord } from "../store/ownops.ts";
import type { BlobRecord, ChainRecord, OpRecord } from "../store/schema.ts";
import { askJson } from "./api.ts";
import { authorised } from "./tokens.ts";
import { ApiError, type Certificate, type DeviceReply } from "./types.ts";

/** While things move, the desk is told once in so long; at once when all is in. */
const PAUSE_MS = 60_000;
/** Nothing has changed: told again, so that the desk sees the phone is alive. */
const FRESH_MS = 10 * 60_000;

interface Said {
  readonly digest: string;
  readonly atMs: number;
  readonly certificate?: Certificate;
  /** The log lacks numbers: the next word names the records that were given up. */
  readonly hasGaps: boolean;
}
const keyOf = (chain: string): string => `inventory:${chain}`;

const isGivenUp = ({ sending, replacedBy }: OpRecord): boolean => sending === "rejected" && replacedBy !== undefined;

/** What a phone reports of one chain. Pure but for the device's time, which the caller adds. */
export function inventoryOf(chain: ChainRecord, ops: readonly OpRecord[], blobs: readonly BlobRecord[]) {
  const own = ops.filter((record) => record.chain === chain.chain);
  const out = blobs.filter(({ state }) => state !== "verified");
  const listed = out.slice(0, LIMITS.inventory_originals);
  return {
    head_seq: chain.headSeq, head_op: chain.headOp,
    unsent_ops: own.filter((record) => record.receipt === undefined && !isGivenUp(record)).length,
    given_up: own.filter(isGivenUp).map(({ seq }) => seq).slice(-LIMITS.inventory_given_up),
    originals: listed.map(({ space, sha256, sizeBytes }) => ({ space, sha256, size_bytes: sizeBytes })),
    originals_more: out.length - listed.length, originals_bytes: out.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}
type Inventory = ReturnType<typeof inventoryOf>;

const isClear = ({ unsent_ops, originals, originals_more }: Inventory): boolean => unsent_ops + originals.length + originals_more === 0;

/** Whether it is time to say this. */
function isDue(said: Said | undefined, digest: string, inventory: Inventory): boolean {
  if (!said) return true;
  const ago = nowMs() - said.atMs;
  if (ago < 0) return true; // the clock was set back
  if (said.digest === digest) return ago >= FRESH_MS || (isClear(inventory) && !said.certificate && ago >= PAUSE_MS);
  return isClear(inventory) || ago >= PAUSE_MS;
}

function certificateOf(reply: DeviceReply, inventory: Inventory): Certificate | undefined {
  const isMine = reply?.drained === true && reply.head_op === inventory.head_op && Number.isSafeInteger(reply.drained_at_ms);
  return isMine ? { headSeq: inventory.head_seq, headOp: inventory.head_op, atMs: reply.drained_at_ms } : undefined;
}

async function tell(chain: ChainRecord, blobs: readonly BlobRecord[], person: string): Promise<void> {
  const said = await readMeta<Said>(keyOf(chain.chain));
  const inventory = inventoryOf(chain, said?.hasGaps ? await allOps() : await openOps(), blobs);
  const digest = await sha256Hex(utf8(JSON.stringify(inventory)));
  if (!isDue(said, digest, inventory)) return;
  const json = { ...inventory, device_ms: nowMs() };
  const reply = await authorised((ask) => askJson<DeviceReply>(`/chains/${chain.chain}/inventory`, { ...ask, method: "PUT", json }), {}, person);
  const certificate = certificateOf(reply, inventory);
  const hasGaps = Array.isArray(reply?.gaps) && reply.gaps.length > 0;
  await writeMeta(keyOf(chain.chain), { digest, atMs: nowMs(), hasGaps, ...(certificate ? { certificate } : {}) });
  announce({ entities: ["inventory/"] });
}

/** A dead link and an ended login stop the turn. Nothing else may hold records back: a box on the way may not even let a PUT pass. */
const STOPS = new Set(["network", "stopped"]);
const isInTheWay = (error: unknown): boolean => !(error instanceof ApiError) || error.status === 401 || STOPS.has(error.code);

/** Tell the service what each chain of this person on this phone holds, where there is something new to say. */
export async function tellInventory(person: string): Promise<void> {
  const blobs = [...(await blobsIn("unsent")), ...(await blobsIn("sent"))].filter((blob) => isBlobOf(blob, person));
  const chains = await chainsOf(person);
  for (const chain of chains) {
    if (!(await opRecord(chain.chain))?.receipt) continue; // its enrolment has not arrived
    try {
      await tell(chain, chain === chains.at(-1) ? blobs : [], person);
    } catch (error) {
      if (isInTheWay(error)) throw error;
      console.warn(`inventory: ${(error as ApiError).code}`);
    }
  }
}

/** The certificate of the signed-in person's chain here, as long as it is about its present head. */
export async function drainCertificate(): Promise<Certificate | undefined> {
  const author = await currentAuthor();
  const chain = author && (await chainOf(author.person));
  const said = chain && (await readMeta<Said>(keyOf(chain.chain)));
  return said?.certificate?.headOp === chain?.headOp ? said?.certificate : undefined;
}

/** What is still in the field, phone by phone, of one space. For supervisors. */
export async function devicesOf(space: string): Promise<readonly DeviceReply[]> {
  const reply = await authorised((ask) => askJson<{ devices: DeviceReply[] }>(`/spaces/${space}/devices`, ask));
  if (!Array.isArray(reply?.devices)) throw new ApiError("malformed_reply", 200);
  return reply.devices;
}
