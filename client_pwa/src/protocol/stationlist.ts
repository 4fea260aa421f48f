// A docking station's short list, as a file or as a QR code: a line per recording, its name, its length
// in seconds, and its SHA-256 if the station knows it. Camera and start are told by the name.

import { fileNamed } from "./cameras.ts";

const DAY_SECONDS = 86_400;
/** No list of one officer's day is longer. */
const LINES_MOST = 500;

export interface ListedFile {
  readonly fileName: string;
  readonly camera: string;
  readonly startedAtMs: number;
  readonly stoppedAtMs: number;
  readonly sha256: string;
}

function lineOf(line: string): ListedFile | undefined {
  const [fileName = "", length = "", hash = "", ...more] = line.split(/[,;\t]/).map((part) => part.trim());
  const told = fileNamed(fileName);
  const sha256 = hash.toLowerCase();
  if (!told || more.length > 0 || !/^[0-9]{1,5}$/.test(length) || !/^([0-9a-f]{64})?$/.test(sha256)) return undefined;
  if (Number(length) > DAY_SECONDS) return undefined;
  return { fileName, camera: told.camera, startedAtMs: told.startedAtMs, stoppedAtMs: told.startedAtMs + Number(length) * 1000, sha256 };
}

/** The recordings of a list, each once and by time; `unread` counts lines that are none. */
export function listedFiles(text: string): { files: ListedFile[]; unread: number } {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/).filter((line) => line.trim() !== "");
  const files = new Map<string, ListedFile>();
  let unread = Math.max(0, lines.length - LINES_MOST);
  for (const line of lines.slice(0, LINES_MOST)) {
    const file = lineOf(line);
    if (file) files.set(file.fileName, file);
    else unread += 1;
  }
  return { files: [...files.values()].sort((a, b) => a.startedAtMs - b.startedAtMs), unread };
}
