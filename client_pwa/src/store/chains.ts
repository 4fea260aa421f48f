// Making a chain: key and enrolment of (person, this installation), in one transaction.

import { base64url } from "../protocol/bytes.ts";
import { newChainKey, publicKeyBytes } from "../protocol/ops.ts";
import { holdingChain, save, write } from "./append.ts";
import { onDatabase } from "./db.ts";
import { currentAuthor, installation, setAuthor } from "./identity.ts";
import { isDead, opRecord } from "./ownops.ts";
import type { ChainRecord, OpRecord } from "./schema.ts";
import type { Author } from "./types.ts";

export const ENROLMENT = "chain.enrol";

/** The chains of a person on this phone, the newest last. */
export async function chainsOf(person: string): Promise<ChainRecord[]> {
  const here = await installation();
  const chains = await onDatabase((db) => db.getAllFromIndex("chains", "person", person));
  return chains.filter((chain) => chain.installation === here).sort((a, b) => a.generation - b.generation);
}
/** The newest chain of a person on this phone, or undefined. */
export const chainOf = async (person: string): Promise<ChainRecord | undefined> => (await chainsOf(person)).at(-1);
export const allChains = (): Promise<ChainRecord[]> => onDatabase((db) => db.getAll("chains"));

/** The enrolment of a chain that the log turned down, so that the chain never begins; undefined for any other chain. */
async function deadEnrolment(chain: string): Promise<OpRecord | undefined> {
  const enrolment = await opRecord(chain);
  return enrolment?.sending === "rejected" || isDead(enrolment?.ruling) ? enrolment : undefined;
}
/** Whether the signed-in person was moved before this enrolment of theirs arrived: where they are now one may be taken. */
export async function isEnrolledElsewhere(chain: string): Promise<boolean> {
  const [author, enrolment] = [await currentAuthor(), await deadEnrolment(chain)];
  return author !== undefined && enrolment !== undefined && enrolment.space !== author.bureau;
}

async function enrol(author: Author, device: string, predecessor?: ChainRecord): Promise<string> {
  const here = await installation();
  const pair = await newChainKey();
  const publicKey = await publicKeyBytes(pair.publicKey);
  const isInstead = predecessor !== undefined && (await deadEnrolment(predecessor.chain)) !== undefined;
  const body = {
    person: author.person, installation: here, device,
    public_key: { alg: "ES256", key: base64url(publicKey) },
    ...(predecessor && !isInstead ? { predecessor: predecessor.chain, predecessor_head: predecessor.headOp } : {}),
  };
  const blank = { chain: "", person: author.person, installation: here, headSeq: -1, headOp: "", generation: (predecessor?.generation ?? 0) + 1 };
  const draft = { deployment: author.deployment, kind: ENROLMENT, space: author.bureau, body, deps: [], ...(isInstead ? { replaces: predecessor.chain } : {}) };
  const record = await write(draft, { chain: blank, key: pair.privateKey });
  const chain = { ...blank, chain: record.op, headSeq: 0, headOp: record.op };
  await save(record, [], async (tx) => {
    await tx.objectStore("keys").put({ chain: record.op, privateKey: pair.privateKey, publicKey: publicKey.buffer });
    await tx.objectStore("chains").put(chain);
  });
  return record.op;
}

/** The chain of the signed-in person on this phone; its enrolment is made and queued if there is none. */
export async function ensureChainOf(device: string): Promise<string> {
  const author = await currentAuthor();
  if (!author) throw new Error("nobody is signed in");
  return holdingChain(author.person, async () => {
    const chain = (await chainOf(author.person))?.chain ?? (await enrol(author, device));
    if (author.chain !== chain) await setAuthor({ ...author, chain });
    return chain;
  });
}

/**
 * A new chain after `over` forked or was revoked, and names that one and its head; or in the place of one that was turned
 * down. Of two tabs only one makes it.
 */
export async function replaceChain(over: string, device: string): Promise<string> {
  const author = await currentAuthor();
  if (!author) throw new Error("nobody is signed in");
  return holdingChain(author.person, async () => {
    const old = await chainOf(author.person);
    const chain = old && old.chain !== over ? old.chain : await enrol(author, device, old);
    await setAuthor({ ...author, chain });
    return chain;
  });
}
