// One turn of the upload lane: previews of photos first, so that a supervisor sees something within
// seconds, then the originals: one at a time on a slow link, three on a fast one, each failing alone.

import { noteBlob, thumbnail } from "../store/blobs.ts";
import { currentAuthor } from "../store/identity.ts";
import type { BlobRecord } from "../store/schema.ts";
import { LIMITS } from "../protocol/tables.ts";
import { putBytes } from "./api.ts";
import { carriedShelf, dueCarriedBlobs } from "./carry/delivery.ts";
import { link } from "./link.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";
import { type OnProgress, type Shelf, unsentBlobs, upload } from "./uploads.ts";
import { LARGE_BYTES, waitForWifi } from "./wifi.ts";

/** Failures of the link or the server, which the next file would only repeat. */
const STOPS_ALL = new Set(["network", "malformed_reply", "unavailable", "internal", "too_many", "storage_full", "stopped"]);
const stopsAll = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.status === 401 || STOPS_ALL.has(error.code);

/** Of those, what is the link's. */
const LINK = new Set(["network", "malformed_reply", "stopped"]);

interface Waiting {
  readonly blob: Parameters<typeof upload>[0];
  readonly shelf?: Shelf;
}

export interface UploadTurn {
  /** How many the server took. */
  readonly count: number;
  /** A file that failed by itself; come back for it. */
  readonly failure: ApiError | undefined;
  /** Large originals are held back until there is Wi-Fi. */
  readonly waitsForWifi: boolean;
}

/** The small pictures this phone made of its photos; the server shows them until it has the originals. */
async function sendPreviews(person: string, stop: AbortSignal): Promise<void> {
  for (const blob of await unsentBlobs(person)) {
    if (stop.aborted) return;
    if (blob.previewed || !blob.mediaType.startsWith("image/")) continue;
    const picture = await thumbnail(blob.sha256);
    if (picture) await sendPreview(blob, picture, person);
  }
}

async function sendPreview({ blob, space, sha256 }: BlobRecord, picture: Blob, person: string): Promise<void> {
  try {
    if (picture.size <= LIMITS.preview_bytes) {
      const bytes = await picture.arrayBuffer();
      await authorised((ask) => putBytes(`/spaces/${space}/blobs/${sha256}/preview`, bytes, picture.type, ask), {}, person);
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 401 || LINK.has(error.code)) throw error;
    if (stopsAll(error)) return; // the service's own trouble: asked again next turn, and no reason to hold originals back
  }
  await noteBlob(blob, { previewed: true });
}

class Turn {
  private readonly tried = new Set<string>();
  private readonly halt = new AbortController();
  private count = 0;
  private failure: ApiError | undefined;
  private waitsForWifi = false;

  constructor(
    private readonly person: string, private readonly onProgress: OnProgress, private readonly onDone: (sha256: string) => void, private readonly stop: AbortSignal,
  ) {}

  async run(): Promise<UploadTurn> {
    const end = (): void => this.halt.abort();
    this.stop.addEventListener("abort", end);
    const running = new Set<Promise<void>>();
    try {
      for (;;) {
        await this.fill(running);
        if (running.size === 0) break; // nothing may come between this and the race: a race of nobody never ends
        await Promise.race(running);
      }
    } finally {
      this.halt.abort(); // one failure of the link stops those beside it
      await Promise.allSettled(running);
      this.stop.removeEventListener("abort", end);
    }
    return { count: this.count, failure: this.failure, waitsForWifi: this.waitsForWifi };
  }

  /** Begin as many as the link takes. */
  private async fill(running: Set<Promise<void>>): Promise<void> {
    while (!this.stop.aborted && running.size < link.filesAtOnce()) {
      await sendPreviews(this.person, this.stop);
      const next = await this.next();
      if (!next) break;
      this.tried.add(next.blob.blob);
      const sending: Promise<void> = this.send(next).finally(() => running.delete(sending));
      running.add(sending);
      sending.catch(() => undefined); // seen by the race, or after it
    }
  }

  /** The next original: one's own first, then a colleague's whose record has arrived. */
  private async next(): Promise<Waiting | undefined> {
    const isHeld = await waitForWifi();
    const isNext = ({ blob, sizeBytes }: { blob: string; sizeBytes: number }): boolean => {
      if (this.tried.has(blob)) return false;
      if (!isHeld || sizeBytes < LARGE_BYTES) return true;
      this.waitsForWifi = true;
      return false;
    };
    const own = (await unsentBlobs(this.person)).find(isNext);
    if (own) return { blob: own };
    const carried = (await dueCarriedBlobs()).find(isNext);
    return carried && { blob: carried, shelf: carriedShelf };
  }

  private async send({ blob, shelf }: Waiting): Promise<void> {
    try {
      if (await upload(blob, this.person, this.onProgress, this.halt.signal, shelf)) this.count += 1;
    } catch (error) {
      if (stopsAll(error)) throw error;
      this.failure = error as ApiError;
    } finally {
      this.onDone(blob.sha256);
    }
  }
}

/** Send what waits. Rejects with ApiError when the link or the server fails; what was taken until then counts. */
export async function uploadTurn(onProgress: OnProgress, onDone: (sha256: string) => void, stop: AbortSignal): Promise<UploadTurn> {
  const author = await currentAuthor();
  if (!author) return { count: 0, failure: undefined, waitsForWifi: false };
  return new Turn(author.person, onProgress, onDone, stop).run();
}
