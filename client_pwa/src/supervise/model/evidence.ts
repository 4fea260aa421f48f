// Gathers what checks.ts needs about one log entry: the salt and signature, the chain's key from the
// pulled rows, and an inclusion proof under the newest log head this browser verified. What cannot
// be had without a connection stays unchecked; it is never shown as held.

import { type PublicKey, readHeader } from "../../protocol/ops.ts";
import { knownOpenings } from "../../store/identity.ts";
import { viewed } from "../../store/index.ts";
import { ApiError, opEntry, type TimelineEntry } from "../../sync/index.ts";
import { askJson } from "../../sync/api.ts";
import { fetchCheckpoint } from "../../sync/proofs.ts";
import { authorised } from "../../sync/tokens.ts";
import { checked, type Checked, type Proof } from "./checks.ts";

async function proofFor(index: number): Promise<Proof | undefined> {
  const { origin, size, root } = await fetchCheckpoint();
  if (index >= size) return undefined;
  const { hashes } = await authorised((ask) => askJson<{ hashes: string[] }>(`/log/proof/${index}?size=${size}`, ask));
  return { origin, size, root, hashes, openings: await knownOpenings() };
}

/** The proof, or undefined where the server gives none now; a bad log head is still an error. */
async function proofOrNone(index: number): Promise<Proof | undefined> {
  try {
    return await proofFor(index);
  } catch (error) {
    if (error instanceof ApiError && !["checkpoint_invalid", "log_rewound"].includes(error.code)) return undefined;
    throw error;
  }
}

async function chainKeyOf(header: string): Promise<PublicKey | undefined> {
  const { chain } = readHeader(header);
  if (chain === "") return undefined;
  const row = (await viewed(`chain/${chain}`))?.row;
  return row?.fields["public_key"]?.v as PublicKey | undefined;
}

/** Check one timeline entry. Rejects with ApiError when the op itself cannot be fetched. */
export async function checkEntry(entry: TimelineEntry): Promise<Checked> {
  const [whole, proof, chainKey] = await Promise.all([
    opEntry(entry.op), proofOrNone(entry.receipt.index), chainKeyOf(entry.header),
  ]);
  const { header, body, receipt } = entry;
  return checked({ op: entry.op, header, body, receipt, salt: whole.salt, sig: whole.sig }, chainKey, proof);
}
