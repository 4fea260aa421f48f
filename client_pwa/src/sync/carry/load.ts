// What of this phone somebody else can carry to the server: every operation that is not proved there,
// with its originals that are not verified; own ones and those carried already. Written as SPEC §9 says.

import { type Bytes } from "../../protocol/bytes.ts";
import { blobLine, type CargoBlob, CARGO_OPS_MAX, type CargoPerson, type Manifest, manifestLine, opLine } from "../../protocol/cargo.ts";
import type { WireOp } from "../../protocol/rows.ts";
import { blobId, blobsIn, hasBytes, storedBytes } from "../../store/blobs.ts";
import { carriedBlobs, carriedBytes, carriedOps, hasCarriedBytes } from "../../store/carried.ts";
import { nowMs } from "../../store/clock.ts";
import { StoreError } from "../../store/errors.ts";
import { currentAuthor, knownDeployment } from "../../store/identity.ts";
import { person } from "../../store/lookups.ts";
import { allOps } from "../../store/ownops.ts";
import type { OpRecord } from "../../store/schema.ts";
import { ApiError } from "../types.ts";

interface PackedOp {
  readonly op: string;
  readonly chain: string;
  readonly person: string;
  readonly space: string;
  readonly blobs: readonly string[];
  readonly wire: WireOp;
}
interface PackedBlob extends CargoBlob {
  readonly bytes: () => Promise<ArrayBuffer | undefined>;
}
export interface Load {
  readonly manifest: Manifest;
  readonly ops: readonly PackedOp[];
  readonly blobs: readonly PackedBlob[];
  /** Bytes of the whole content. */
  readonly size: number;
}

const asCargo = ({ sha256, space, mediaType, sizeBytes }: { sha256: string; space: string; mediaType: string; sizeBytes: number }): CargoBlob =>
  ({ sha256, space, media_type: mediaType, size_bytes: sizeBytes });

/** Own originals that the log does not call verified and whose bytes are here. */
async function ownBlobs(): Promise<PackedBlob[]> {
  const open = [...(await blobsIn("unsent")), ...(await blobsIn("sent"))].sort((a, b) => a.order - b.order);
  const here = await Promise.all(open.map(({ sha256 }) => hasBytes(sha256)));
  return open.filter((_, at) => here[at]).map((blob) => ({ ...asCargo(blob), bytes: () => storedBytes(blob.sha256) }));
}
async function othersBlobs(): Promise<PackedBlob[]> {
  const open = (await carriedBlobs()).filter(({ state }) => state === "unsent");
  const here = await Promise.all(open.map(({ sha256 }) => hasCarriedBytes(sha256)));
  return open.filter((_, at) => here[at]).map((blob) => ({ ...asCargo(blob), bytes: () => carriedBytes(blob.sha256) }));
}

/** An enrolment goes before its chain's other ops. */
const inChainOrder = (ops: readonly OpRecord[]): OpRecord[] =>
  [...ops].sort((a, b) => (a.chain === b.chain ? a.seq - b.seq : a.order - b.order));
const isGivenUp = ({ sending, replacedBy }: OpRecord): boolean => sending === "rejected" && replacedBy !== undefined;

async function ownOps(wanted: (record: OpRecord) => boolean): Promise<PackedOp[]> {
  return inChainOrder((await allOps()).filter((record) => !isGivenUp(record) && wanted(record)));
}

async function peopleOf(ops: readonly PackedOp[]): Promise<CargoPerson[]> {
  const chains = new Map(ops.map((op) => [op.chain, op.person]));
  return Promise.all([...chains].map(async ([chain, id]) => ({ chain, person: id, name: ((await person(id))?.name ?? id).slice(0, 40) })));
}

async function loaded(ops: readonly PackedOp[], blobs: readonly PackedBlob[]): Promise<Load> {
  const known = await knownDeployment();
  if (!known) throw new ApiError("unauthenticated", 401);
  const some = ops.slice(0, CARGO_OPS_MAX);
  const bytes = blobs.reduce((sum, blob) => sum + blob.size_bytes, 0);
  const people = await peopleOf(some);
  const manifest = { at_ms: nowMs(), deployment: known.deployment, ops: some.length, blobs: blobs.length, bytes, people };
  const lines = [manifestLine(manifest), ...some.map(({ wire }) => opLine(wire)), ...blobs.map(blobLine)];
  return { manifest, ops: some, blobs, size: bytes + lines.reduce((sum, line) => sum + line.length, 0) };
}

/** Everything: for a file. An op that is proved goes along when one of its originals is still only here. */
export async function wholeLoad(): Promise<Load> {
  const [own, others] = [await ownBlobs(), await othersBlobs()];
  const ids = new Set([...own, ...others].map((blob) => blobId(blob.space, blob.sha256)));
  const idsOf = ({ space, blobs }: PackedOp): string[] => blobs.map((sha256) => blobId(space, sha256));
  const names = (op: PackedOp): boolean => idsOf(op).some((id) => ids.has(id));
  const carried = (await carriedOps()).filter((op) => names(op) || !["proved", "rejected"].includes(op.sending));
  const ops = [...(await ownOps((record) => record.sending !== "proved" || names(record))), ...carried];
  const named = new Set(ops.flatMap(idsOf));
  return loaded(ops, [...own, ...others].filter((blob) => named.has(blobId(blob.space, blob.sha256))));
}

/** What a file would hold, and how many of its records a code can show. */
export async function toHandOver(): Promise<Pick<Manifest, "ops" | "blobs" | "bytes"> & { readonly unsent: number; readonly others: boolean }> {
  const { manifest } = await wholeLoad();
  const author = await currentAuthor();
  const { ops, blobs, bytes, people } = manifest;
  return { ops, blobs, bytes, unsent: (await recordsLoad()).manifest.ops, others: people.some(({ person: id }) => id !== author?.person) };
}

/** Only operations the server has not answered: for a code on the screen. */
export async function recordsLoad(): Promise<Load> {
  const carried = (await carriedOps()).filter(({ sending }) => sending === "unsent");
  return loaded([...(await ownOps(({ sending }) => sending === "unsent")), ...carried], []);
}

/** The content, piece by piece; an original is read only when its turn comes. */
export async function* contentOf({ manifest, ops, blobs }: Load): AsyncGenerator<Bytes> {
  yield manifestLine(manifest);
  for (const { wire } of ops) yield opLine(wire);
  for (const blob of blobs) {
    const bytes = await blob.bytes();
    if (bytes?.byteLength !== blob.size_bytes) throw new StoreError("readback", "an original is not as long as it was");
    yield blobLine(blob);
    yield new Uint8Array(bytes);
  }
}
