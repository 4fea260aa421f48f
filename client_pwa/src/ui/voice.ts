// The microphone: one recording at a time, in a format the service takes, ended by itself at the
// longest length and when the page goes away. Not here: what becomes of the bytes.

import { LIMITS } from "../protocol/tables.ts";

/** What browsers record, best first; the service takes these and no others. */
const FORMATS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"] as const;
const BITS_PER_SECOND = 32_000;
/** How often what was said is handed over, so that it can be kept. */
const PIECE_MS = 1000;
export const LONGEST_MS = LIMITS.voice_ms;

export interface Recording {
  readonly bytes: ArrayBuffer;
  readonly mediaType: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
}

export type MicrophoneProblem = "refused" | "absent";
/** Why nothing is recorded. */
export class MicrophoneError extends Error {
  constructor(readonly problem: MicrophoneProblem) {
    super(problem);
  }
}

const formatHere = (): string | undefined =>
  typeof MediaRecorder === "undefined" ? undefined : FORMATS.find((format) => MediaRecorder.isTypeSupported(format));

async function microphone(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    const isRefused = error instanceof DOMException && ["NotAllowedError", "SecurityError"].includes(error.name);
    throw new MicrophoneError(isRefused ? "refused" : "absent");
  }
}

export interface Piece {
  readonly bytes: ArrayBuffer;
  readonly mediaType: string;
  readonly startedAtMs: number;
  /** Length of the recording up to its end. */
  readonly durationMs: number;
}

/**
 * Begin to record; each second `keep` gets the next piece, one after the other. When a piece can't be kept, the recording
 * ends there. `done` resolves with all that was said once `stop` was called or the time is up. Rejects with MicrophoneError.
 */
export async function startRecording(keep: (piece: Piece) => Promise<void>): Promise<{ readonly startedAtMs: number; readonly stop: () => void; readonly done: Promise<Recording> }> {
  const format = formatHere();
  if (!format || !navigator.mediaDevices) throw new MicrophoneError("absent");
  const stream = await microphone();
  const recorder = new MediaRecorder(stream, { mimeType: format, audioBitsPerSecond: BITS_PER_SECOND });
  const pieces: Blob[] = [];
  const startedAtMs = Date.now();
  const mediaType = format.split(";")[0]!;
  const stop = (): void => void (recorder.state === "inactive" || recorder.stop());
  let keeping: Promise<void> = Promise.resolve();
  recorder.addEventListener("dataavailable", ({ data }) => {
    pieces.push(data);
    const durationMs = Date.now() - startedAtMs;
    const kept = keeping.then(async () => data.size > 0 && keep({ bytes: await data.arrayBuffer(), mediaType, startedAtMs, durationMs }));
    keeping = kept.then(() => undefined, stop); // all of it is kept in one at the end, and what goes wrong then is told
  });
  const timer = setTimeout(stop, LONGEST_MS);
  const done = new Promise<Recording>((resolve, reject) => {
    recorder.addEventListener("stop", () => {
      clearTimeout(timer);
      for (const track of stream.getTracks()) track.stop();
      const durationMs = Date.now() - startedAtMs;
      keeping.then(() => new Blob(pieces).arrayBuffer()).then((bytes) => resolve({ bytes, mediaType, startedAtMs, durationMs }), reject);
    });
  });
  recorder.start(PIECE_MS);
  return { startedAtMs, stop, done };
}
