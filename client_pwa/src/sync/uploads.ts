// One original, rendering or signature on its way up: in pieces that suit the link, resumed by the
// stored address after a cut or a restart. The server keeps what arrived of a piece that broke off, and
// hashes the whole before it says verified; when that fails, each piece carries its SHA-256 the next time.

import { DetailedError, type HttpRequest, type HttpResponse, Upload } from "tus-js-client";
import { base64, sha256, sha256Hex } from "../protocol/bytes.ts";
import { lookUp, PROBLEMS } from "../protocol/tables.ts";
import { blobsIn, isBlobOf, noteBlob, storedBytes } from "../store/blobs.ts";
import { nowMs } from "../store/clock.ts";
import type { BlobRecord, CarriedBlobRecord } from "../store/schema.ts";
import { addressOf } from "./api.ts";
import { link } from "./link.ts";
import { anotherToken, goodToken } from "./tokens.ts";
import { ApiError, type UploadProgress } from "./types.ts";

export type OnProgress = (progress: UploadProgress) => void;

/** Blobs of a person still to be sent, in order of capture; those the server refused for good are left out. */
export async function unsentBlobs(person: string): Promise<BlobRecord[]> {
  const unsent = await blobsIn("unsent");
  return unsent.filter((blob) => isBlobOf(blob, person) && !blob.problem).sort((a, b) => a.order - b.order);
}

/** Codes that say that these bytes will never be taken. */
const HOPELESS = new Set(["upload_digest", "not_an_image", "not_a_recording", "too_large", "unsupported_media_type", "invalid_field"]);

function asApiError(error: Error): ApiError {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response) return error instanceof DetailedError && error.causingError instanceof ApiError ? error.causingError : new ApiError("network", 0);
  try {
    const { code } = JSON.parse(response.getBody()) as { code?: unknown };
    if (typeof code === "string" && lookUp(PROBLEMS, code)) return new ApiError(code, response.getStatus());
  } catch {
    return new ApiError("malformed_reply", 0);
  }
  return new ApiError("malformed_reply", 0);
}

/**
 * Every reply of the service to an upload names the protocol's version, a portal's or a proxy's does not. Such a one, and a
 * service that is away, must not make the library give up an upload that is half done and begin another.
 */
function isAnswer(request: HttpRequest, response: HttpResponse): boolean {
  const isAway = request.getMethod() === "HEAD" && response.getStatus() >= 500;
  return Boolean(response.getHeader("Tus-Resumable")) && !isAway;
}

/** Originals that arrived as other bytes than they left: their pieces are proved one by one from now on. */
const doubted = new Set<string>();
/** A piece with a checksum counts as a whole or not at all, so a link that spoils bytes gets small ones. */
const PROVED_BYTES = 262_144;

const isPiece = (request: HttpRequest): boolean => request.getMethod() === "PATCH";

/** Token, and for a doubted original the checksum of the piece that is about to go. */
async function prepare(request: HttpRequest, { blob, bytes }: Sending, token: string, pieceBytes: number): Promise<void> {
  request.setHeader("Authorization", `Bearer ${token}`);
  if (!isPiece(request) || !doubted.has(blob.sha256)) return;
  const from = Number(request.getHeader("Upload-Offset"));
  const piece = bytes.slice(from, Math.min(bytes.byteLength, from + pieceBytes));
  request.setHeader("Upload-Checksum", `sha256 ${base64(await sha256(piece))}`);
}

/** A link that moves nothing for this long is dead, whatever the browser thinks. */
const STALLED_MS = 60_000;

/** Where an original lies and where its progress is noted: among the phone's own, or among what it carries. */
export interface Shelf {
  readonly bytes: (sha256: string) => Promise<ArrayBuffer | undefined>;
  readonly note: typeof noteBlob;
}
const OWN: Shelf = { bytes: storedBytes, note: noteBlob };

interface Sending {
  readonly blob: BlobRecord | CarriedBlobRecord;
  readonly shelf: Shelf;
  readonly bytes: ArrayBuffer;
  readonly onProgress: OnProgress;
  readonly stop: AbortSignal;
  /** Whose session sends it. */
  readonly person: string;
  /** Where the server keeps what it has so far; "" before the first answer. */
  url: string;
  /** How much the server said it has. */
  heldBytes: number;
}

function send(sending: Sending, token: string): Promise<void> {
  const { blob, shelf, bytes, onProgress, stop } = sending;
  return new Promise((resolve, reject) => {
    const pieceBytes = (): number => (doubted.has(blob.sha256) ? Math.min(PROVED_BYTES, link.nextPieceBytes()) : link.nextPieceBytes());
    let begunMs = 0;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const end = (error?: ApiError): void => {
      clearTimeout(watchdog);
      stop.removeEventListener("abort", halt);
      if (error) reject(error);
      else resolve();
    };
    const give = (error: ApiError): void => {
      void upload.abort(false);
      end(error);
    };
    const halt = (): void => give(new ApiError("stopped", 0));
    const alive = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => give(new ApiError("network", 0)), STALLED_MS);
    };
    const upload = new Upload(new Blob([bytes], { type: blob.mediaType }), {
      endpoint: new URL(addressOf("/uploads"), globalThis.location?.href).href,
      uploadUrl: sending.url || null,
      uploadSize: blob.sizeBytes,
      chunkSize: pieceBytes(),
      retryDelays: [],
      storeFingerprintForResuming: false,
      metadata: { sha256: blob.sha256, space: blob.space, media_type: blob.mediaType },
      onBeforeRequest: async (request) => {
        await prepare(request, sending, token, upload.options.chunkSize!);
        begunMs = performance.now();
      },
      onAfterResponse: (request, response) => {
        alive();
        if (!isAnswer(request, response)) throw new ApiError("malformed_reply", 0);
        link.answered();
        sending.heldBytes = Math.max(sending.heldBytes, Number(response.getHeader("Upload-Offset") ?? 0));
      },
      onChunkComplete: (size) => {
        link.carried(size, performance.now() - begunMs);
        upload.options.chunkSize = pieceBytes();
      },
      onUploadUrlAvailable: () => {
        sending.url = upload.url ?? "";
        shelf.note(blob.blob, { uploadUrl: sending.url }).catch(console.error); // without it a restart begins this file again
      },
      onProgress: (sent, total) => {
        alive();
        onProgress({ sha256: blob.sha256, sent, total });
      },
      onSuccess: () => end(),
      onError: (error) => end(asApiError(error)),
    });
    stop.addEventListener("abort", halt);
    alive();
    upload.start();
  });
}

/**
 * Once more with a fresh token after a 401, and once more from the server's offset after `upload_offset`: that is how
 * a server says that it has these bytes already.
 */
async function sendUntilClear(sending: Sending): Promise<void> {
  const token = await goodToken(sending.person);
  try {
    await send(sending, token);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) await send(sending, await anotherToken(token, sending.person));
    else if (error.code === "upload_offset" && sending.url) await send(sending, token);
    else throw error;
  }
}

const PAUSE_MS = 300;
/** A cut after some of it arrived is no failure of the link: it goes on from where it broke. */
async function sendThroughCuts(sending: Sending): Promise<void> {
  for (;;) {
    const before = sending.heldBytes;
    try {
      return await sendUntilClear(sending);
    } catch (error) {
      const isCut = error instanceof ApiError && error.code === "network" && sending.heldBytes > before;
      if (!isCut || sending.stop.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (1 + Math.random())));
    }
  }
}

/** The server got other bytes than were announced. Ours are what they should be: then the way spoiled them, and they go again. */
async function isSpoiledOnTheWay({ blob, bytes }: Sending, error: unknown): Promise<boolean> {
  if (!(error instanceof ApiError) || error.code !== "upload_digest" || doubted.has(blob.sha256)) return false;
  return (await sha256Hex(bytes)) === blob.sha256;
}

/** Send it, once more from the beginning with proved pieces when the way spoiled it. */
async function sendWhole(sending: Sending): Promise<void> {
  try {
    await sendThroughCuts(sending);
  } catch (error) {
    if (!(await isSpoiledOnTheWay(sending, error))) throw error;
    doubted.add(sending.blob.sha256);
    await sendThroughCuts({ ...sending, url: "", heldBytes: 0 });
  }
}

/** Send one blob as this person. Resolves true when the server has all of it; false when it will never take it. */
export async function upload(
  blob: BlobRecord | CarriedBlobRecord, person: string, onProgress: OnProgress, stop: AbortSignal, shelf: Shelf = OWN,
): Promise<boolean> {
  const bytes = await shelf.bytes(blob.sha256);
  if (!bytes) {
    await shelf.note(blob.blob, { problem: "bytes_missing" });
    return false;
  }
  link.begun();
  try {
    await sendWhole({ blob, shelf, bytes, person, onProgress, stop, url: blob.uploadUrl ?? "", heldBytes: 0 });
    await shelf.note(blob.blob, { state: "sent", sentAtMs: nowMs() });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || !HOPELESS.has(error.code)) throw error;
    await shelf.note(blob.blob, { problem: error.code });
    return false;
  } finally {
    link.ended();
  }
}
