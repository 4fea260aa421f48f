// The upload lane: originals, renderings and signatures, one file at a time (a slow link finishes
// one instead of starving three), resumed by the stored address after a restart, each failing
// alone. Each chunk carries its SHA-256; the server hashes the whole again before it says verified.

import { DetailedError, type HttpRequest, type HttpResponse, Upload } from "tus-js-client";
import { base64, sha256 } from "../protocol/bytes.ts";
import { LIMITS, lookUp, PROBLEMS } from "../protocol/tables.ts";
import { blobsIn, isBlobOf, noteBlob, storedBytes } from "../store/blobs.ts";
import { nowMs } from "../store/clock.ts";
import type { BlobRecord, CarriedBlobRecord } from "../store/schema.ts";
import { addressOf } from "./api.ts";
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

/** Token, and on PATCH the checksum of the chunk that is about to go. */
async function prepare(request: HttpRequest, bytes: ArrayBuffer, token: string): Promise<void> {
  request.setHeader("Authorization", `Bearer ${token}`);
  if (request.getMethod() !== "PATCH") return;
  const from = Number(request.getHeader("Upload-Offset"));
  const chunk = bytes.slice(from, Math.min(bytes.byteLength, from + LIMITS.upload_chunk_bytes));
  request.setHeader("Upload-Checksum", `sha256 ${base64(await sha256(chunk))}`);
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
}

function send(sending: Sending, token: string): Promise<void> {
  const { blob, shelf, bytes, onProgress, stop } = sending;
  return new Promise((resolve, reject) => {
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
      chunkSize: LIMITS.upload_chunk_bytes,
      retryDelays: [],
      storeFingerprintForResuming: false,
      metadata: { sha256: blob.sha256, space: blob.space, media_type: blob.mediaType },
      onBeforeRequest: (request) => prepare(request, bytes, token),
      onAfterResponse: (request, response) => {
        alive();
        if (!isAnswer(request, response)) throw new ApiError("malformed_reply", 0);
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

/** Send one blob as this person. Resolves true when the server has all of it; false when it will never take it. */
export async function upload(
  blob: BlobRecord | CarriedBlobRecord, person: string, onProgress: OnProgress, stop: AbortSignal, shelf: Shelf = OWN,
): Promise<boolean> {
  const bytes = await shelf.bytes(blob.sha256);
  if (!bytes) {
    await shelf.note(blob.blob, { problem: "bytes_missing" });
    return false;
  }
  try {
    await sendUntilClear({ blob, shelf, bytes, person, onProgress, stop, url: blob.uploadUrl ?? "" });
    await shelf.note(blob.blob, { state: "sent", sentAtMs: nowMs() });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || !HOPELESS.has(error.code)) throw error;
    await shelf.note(blob.blob, { problem: error.code });
    return false;
  }
}
