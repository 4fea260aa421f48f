// What was done about one thing, the newest first, as far as somebody has read back. Pure, but for the pages it asks for.

import type { TimelineEntry, TimelinePage } from "../../sync/index.ts";

export interface Story {
  readonly entries: readonly TimelineEntry[];
  /** Where the next page begins; undefined at the beginning of the story. */
  readonly next: number | undefined;
}
type Ask = (before?: number) => Promise<TimelinePage>;

/** One more page, towards the beginning. */
export async function further(story: Story, ask: Ask): Promise<Story> {
  const page = await ask(story.next);
  return { entries: [...story.entries, ...page.entries], next: page.next };
}

/** The story anew, at least as far back as it was read: what is ruled about an old record may have changed. */
export async function anew(read: Story | undefined, ask: Ask): Promise<Story> {
  const oldest = read?.entries.at(-1)?.index ?? Number.POSITIVE_INFINITY;
  let story = await further({ entries: [], next: undefined }, ask);
  while (story.next !== undefined && story.next > oldest) story = await further(story, ask);
  return story;
}
