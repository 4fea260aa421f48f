// A recording whose page was killed becomes a voice note at the next start: of its hazard, or of the draft of a new one.

import { keepInterrupted } from "../capture/index.ts";
import { drafts, inspection, unfinishedSpoken, type Spoken } from "../store/index.ts";
import { EMPTY_HAZARD, newHazard, type HazardDraft } from "./hazard-draft.ts";

const lockOf = (voice: string): string => `liuhen-speaking-${voice}`;

/** While a recording is under way here, no other tab takes it for an interrupted one. */
export const whileSpeaking = (voice: string, work: () => Promise<void>): Promise<void> => navigator.locks.request(lockOf(voice), work) as Promise<void>;

/** Before there is a hazard, the note waits in the draft of one. */
async function intoDraft({ voice, inspection: id, finding }: Spoken): Promise<void> {
  if (finding) return;
  const isGiven = (await inspection(id))?.findings.some(({ voices }) => voices.includes(voice)) ?? false;
  const draft = (await drafts.load<HazardDraft>(newHazard(id))) ?? EMPTY_HAZARD;
  if (isGiven || draft.voices.includes(voice)) return;
  await drafts.save(newHazard(id), { ...draft, voices: [...draft.voices, voice] });
}

/** Keep every recording that was interrupted. Returns how many milliseconds were rescued. */
export async function keepInterruptedVoices(): Promise<number> {
  let rescuedMs = 0;
  for (const voice of await unfinishedSpoken()) {
    await navigator.locks.request(lockOf(voice), { ifAvailable: true }, async (lock) => {
      if (lock) rescuedMs += (await keepInterrupted(voice, intoDraft))?.durationMs ?? 0;
    });
  }
  return rescuedMs;
}
