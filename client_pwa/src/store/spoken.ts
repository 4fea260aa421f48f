// What is being said, kept second by second until it is a voice note: a page that is killed loses at most the last
// second. Pieces lie among the drafts, so that they belong to who is signed in.

import { drafts } from "./drafts.ts";

const PREFIX = "speaking/";

/** One piece of a recording, and what that is about. */
export interface SpokenPiece {
  /** Id of the voice note it will be. */
  readonly voice: string;
  readonly inspection: string;
  readonly finding?: string | undefined;
  readonly mediaType: string;
  readonly startedAtMs: number;
  /** Length of the recording up to the end of this piece. */
  readonly durationMs: number;
  readonly bytes: ArrayBuffer;
}
/** All pieces so far in one. */
export type Spoken = SpokenPiece;

const keyOf = (voice: string, number: number): string => `${PREFIX}${voice}/${String(number).padStart(6, "0")}`;

/** Durable when it resolves; `number` counts from 0. */
export const keepPiece = (piece: SpokenPiece, number: number): Promise<void> => drafts.save(keyOf(piece.voice, number), piece);

async function keysOf(voice: string): Promise<string[]> {
  return (await drafts.keys()).filter((key) => key.startsWith(`${PREFIX}${voice}/`)).sort();
}

/** Ids of the recordings of this person that are no voice notes yet. */
export async function unfinishedSpoken(): Promise<string[]> {
  const keys = (await drafts.keys()).filter((key) => key.startsWith(PREFIX));
  return [...new Set(keys.map((key) => key.slice(PREFIX.length).split("/")[0]!))];
}

/** What was kept of a recording, up to the first piece that is missing. */
export async function spoken(voice: string): Promise<Spoken | undefined> {
  const pieces: SpokenPiece[] = [];
  for (let number = 0; ; number++) {
    const piece = await drafts.load<SpokenPiece>(keyOf(voice, number));
    if (!piece) break;
    pieces.push(piece);
  }
  const last = pieces.at(-1);
  return last && { ...last, bytes: await new Blob(pieces.map(({ bytes }) => bytes)).arrayBuffer() };
}

/** Once it is a voice note. */
export async function dropSpoken(voice: string): Promise<void> {
  for (const key of (await keysOf(voice)).reverse()) await drafts.drop(key); // the first last: an interrupted clearing is done again
}
