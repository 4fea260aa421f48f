// Records by light: what has not been sent, as a stream of codes one phone shows and the other's camera
// reads. One way, without a network; originals stay (a file takes them). Checked on arrival as a file is.

import { type Bytes, concat, equalBytes, fromHex, sha256 } from "../../protocol/bytes.ts";
import { BLOCKS_MAX, Sink, Source } from "../../protocol/fountain.ts";
import { type Frame, frameText, readFrame } from "../../protocol/frames.ts";
import { ParcelError } from "../../protocol/parcel.ts";
import { type Arrival, receive } from "./arrival.ts";
import { contentOf, type Load, recordsLoad } from "./load.ts";
import { withVouchers } from "./vouchers.ts";

/** Bytes of a block: what a camera reads at arm's length, and what an old or shaky one does. */
export const BLOCK_BYTES = { plain: 560, coarse: 200 } as const;
export type Grain = keyof typeof BLOCK_BYTES;
/** For nine chains of a log of 100,000: the first takes ten codes more, each further one four. */
const VOUCHERS_MAX_BYTES = 120_000;
/** Content of a transfer once it is unpacked: a code can't say more than this, a hostile one must not. */
const UNPACKED_MAX_BYTES = 8 * 2 ** 20;

async function* read(stream: ReadableStream<Uint8Array>): AsyncGenerator<Bytes> {
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value as Bytes;
  }
}

async function packed(load: Load): Promise<Bytes> {
  const content: Bytes[] = [];
  for await (const piece of contentOf(load)) content.push(piece);
  const parts: Bytes[] = [];
  for await (const part of read(new Blob(content).stream().pipeThrough(new CompressionStream("deflate-raw")))) parts.push(part);
  return concat(...parts);
}

/** Unpack piece by piece, and stop where it grows beyond all measure. */
async function* unpacked(payload: Bytes): AsyncGenerator<Bytes> {
  let size = 0;
  try {
    for await (const piece of read(new Blob([payload]).stream().pipeThrough(new DecompressionStream("deflate-raw")))) {
      size += piece.length;
      if (size > UNPACKED_MAX_BYTES) throw new ParcelError("parcel_too_large");
      yield piece;
    }
  } catch (error) {
    if (error instanceof TypeError) throw new ParcelError("parcel_damaged", error.message); // not a deflate stream
    throw error;
  }
}

/** What one phone shows. */
export interface LightSource {
  readonly ops: number;
  readonly bytes: number;
  /** Frames of one round; a receiver needs about as many. */
  readonly round: number;
  /** The text of code `n`, from 0 on and without end. */
  readonly text: (n: number) => string;
}

/** Pack what has not been sent. Undefined when there is nothing; ParcelError `parcel_too_large` when a file is quicker. */
export async function lightSource(grain: Grain): Promise<LightSource | undefined> {
  const load = await recordsLoad();
  if (load.manifest.ops === 0) return undefined;
  const isTooLong = ({ length }: Bytes): boolean => length > BLOCKS_MAX * BLOCK_BYTES[grain];
  const whole = await packed(await withVouchers(load, VOUCHERS_MAX_BYTES));
  const payload = isTooLong(whole) ? await packed(load) : whole; // the records before what makes them valid
  if (isTooLong(payload)) throw new ParcelError("parcel_too_large");
  const digest = await sha256(payload);
  const source = new Source(payload, BLOCK_BYTES[grain]);
  return { ops: load.manifest.ops, bytes: payload.length, round: source.k, text: (n) => frameText(digest, payload.length, n, source.frame(n)) };
}

/** What the other phone reads. Another transfer's frame begins anew. */
export class LightSink {
  private id = "";
  private sink = new Sink(1, 1);
  /** Codes read, new or not. */
  seen = 0;
  /** Take the text of a code; true when it was a frame of a transfer. */
  take(text: string): boolean {
    const frame = readFrame(text);
    if (!frame) return false;
    const id = `${frame.id}/${frame.length}/${frame.block.length}`;
    if (id !== this.id) this.begin(id, frame);
    this.seen += 1;
    this.sink.take(frame.number, frame.block);
    return true;
  }
  private begin(id: string, { length, block }: Frame): void {
    this.id = id;
    this.sink = new Sink(length, block.length);
    this.seen = 0;
  }
  /** How much of the transfer is here: 0 before the first frame, 1 when it is whole. */
  get share(): number {
    return this.id === "" ? 0 : this.sink.got / this.sink.needed;
  }
  /** Take in a whole transfer. Rejects with ParcelError or StoreError; then nothing of it was kept and it begins anew. */
  async finish(): Promise<Arrival> {
    const payload = this.sink.payload();
    const isSame = payload && equalBytes((await sha256(payload)).subarray(0, 8), fromHex(this.id.slice(0, 16)));
    this.id = "";
    if (!isSame) throw new ParcelError("parcel_damaged");
    return receive(unpacked(payload));
  }
}
