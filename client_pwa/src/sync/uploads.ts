// The upload lane: originals, renderings and signatures, one file at a time (a slow link finishes
// one instead of starving three), resumed by the stored address after a restart, each failing
// alone. Each chunk carries its SHA-256; the server hashes the whole again before it says verified.

import { DetailedError, type HttpRequest, Upload } from "tus-js-client";
import { base64, sha256 } from "../protocol/bytes.ts";
import { LIMITS, lookUp, PROBLEMS } from "../protocol/tables.ts";
import { blobsIn, noteBlob, storedBytes } from "../store/blobs.ts";
import type { BlobRecord } from "../store/schema.ts";
import { addressOf } from "./api.ts";
import { anotherToken, goodToken } from "./tokens.ts";
import { ApiError, type UploadProgress } from "./types.ts";

export type OnProgress = (progress: UploadProgress) => void;

/** Blobs of a person still to be sent, in order of capture; those the server refused for good are left out. */
export async function unsentBlobs(person: string): Promise<BlobRecord[]> {
  const unsent = await blobsIn("unsent");
  return unsent.filter((blob) => blob.person === person && !blob.problem).sort((a, b) => a.order - b.order);
}

/** Codes that say that these bytes will never be taken. */
const HOPELESS = new Set(["upload_digest", "not_an_image", "too_large", "unsupported_media_type", "invalid_field"]);

function asApiError(error: Error): ApiError {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response) return new ApiError("network", 0);
  try {
    const { code } = JSON.parse(response.getBody()) as { code?: unknown };
    if (typeof code === "string" && lookUp(PROBLEMS, code)) return new ApiError(code, response.getStatus());
  } catch {
    return new ApiError("malformed_reply", response.getStatus());
  }
  return new ApiError(response.getStatus() === 401 ? "session_expired" : "malformed_reply", response.getStatus());
}

/** Token, and on PATCH the checksum of the chunk that is about to go. */
async function prepare(request: HttpRequest, bytes: ArrayBuffer, token: string): Promise<void> {
  request.setHeader("Authorization", `Bearer ${token}`);
  if (request.getMethod() !== "PATCH") return;
  const from = Number(request.getHeader("Upload-Offset"));
  const chunk = bytes.slice(from, Math.min(bytes.byteLength, from + LIMITS.upload_chunk_bytes));
  request.setHeader("Upload-Checksum", `sha256 ${base64(await sha256(chunk))}`);
}

function send(blob: BlobRecord, bytes: ArrayBuffer, token: string, onProgress: OnProgress, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(new Blob([bytes], { type: blob.mediaType }), {
      endpoint: addressOf("/uploads"),
      uploadUrl: blob.uploadUrl ?? null,
      uploadSize: blob.sizeBytes,
      chunkSize: LIMITS.upload_chunk_bytes,
      retryDelays: [],
      storeFingerprintForResuming: false,
      metadata: { sha256: blob.sha256, space: blob.space, media_type: blob.mediaType },
      onBeforeRequest: (request) => prepare(request, bytes, token),
      onUploadUrlAvailable: () => void (upload.url && noteBlob(blob.blob, { uploadUrl: upload.url })),
      onProgress: (sent, total) => onProgress({ sha256: blob.sha256, sent, total }),
      onSuccess: () => resolve(),
      onError: (error) => reject(asApiError(error)),
    });
    stop.addEventListener("abort", () => {
      void upload.abort(false);
      reject(new ApiError("stopped", 0));
    });
    upload.start();
  });
}

async function sendWithToken(blob: BlobRecord, bytes: ArrayBuffer, onProgress: OnProgress, stop: AbortSignal): Promise<void> {
  const token = await goodToken();
  try {
    await send(blob, bytes, token, onProgress, stop);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    await send(blob, bytes, await anotherToken(token), onProgress, stop);
  }
}

/** Send one blob. Resolves true when the server has all of it; false when it will never take it. */
export async function upload(blob: BlobRecord, onProgress: OnProgress, stop: AbortSignal): Promise<boolean> {
  const bytes = await storedBytes(blob.sha256);
  if (!bytes) {
    await noteBlob(blob.blob, { problem: "bytes_missing" });
    return false;
  }
  try {
    await sendWithToken(blob, bytes, onProgress, stop);
    await noteBlob(blob.blob, { state: "sent" });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || !HOPELESS.has(error.code)) throw error;
    await noteBlob(blob.blob, { problem: error.code });
    return false;
  }
}
