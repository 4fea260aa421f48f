// Fetching a space's rows, page by page; every page is kept with its cursor, so that a broken
// connection loses nothing. When the server no longer knows the cursor, the fresh rows come into place
// and the old ones that they do not include go with the last page. Far behind (never complete, or a page that has
// another after it), the parts of a snapshot stand in for pages. At the end the stored rows equal the server's at `complete_through`.

import { LIMITS } from "../protocol/tables.ts";
import { announce } from "../store/changes.ts";
import { nowMs } from "../store/clock.ts";
import { resendLostBlobs, settleBlobs } from "../store/blobs.ts";
import { settleAgainstCursors } from "../store/ownops.ts";
import { cursorOf, entityOf, putPage, restartSpace } from "../store/rowstore.ts";
import { askJson } from "./api.ts";
import { AFTER_ALL, readPage, type RowsPage } from "./pages.ts";
import { takeSnapshot } from "./snapshot.ts";
import { authorised } from "./tokens.ts";
import { ApiError } from "./types.ts";

const TOLD_ONE_BY_ONE = 300;

async function fetchPage(space: string, person: string): Promise<RowsPage> {
  const cursor = await cursorOf(space);
  const query = new URLSearchParams({ limit: String(LIMITS.pull_rows) });
  if (cursor && cursor.afterIndex >= 0) {
    query.set("after_index", String(cursor.afterIndex));
    query.set("after_entity", cursor.afterEntity);
  }
  return readPage(await authorised((ask) => askJson<RowsPage>(`/spaces/${space}/rows?${query}`, ask), {}, person), space);
}

async function keepPage(space: string, page: RowsPage): Promise<void> {
  const before = await cursorOf(space);
  const fetched = before?.fetched === undefined ? {} : { fetched: before.fetched };
  const cursor = page.next
    ? { afterIndex: page.next.after_index, afterEntity: page.next.after_entity, completeThrough: before?.completeThrough ?? 0 }
    : { afterIndex: page.complete_through - 1, afterEntity: AFTER_ALL, completeThrough: page.complete_through };
  await putPage(page.rows, { space, ...cursor, ...fetched, pulledAtMs: nowMs() });
}

/** Fetch and keep the page after the cursor; its entities are added to `changed`. */
async function nextPage(space: string, person: string, changed: string[]): Promise<RowsPage> {
  const page = await fetchPage(space, person);
  await keepPage(space, page);
  changed.push(...page.rows.map(entityOf));
  return page;
}

/** Pull one space to its end. Returns the entities that changed. */
async function pullSpace(space: string, person: string): Promise<string[]> {
  const start = await cursorOf(space);
  const wasComplete = start !== undefined && start.completeThrough > 0;
  const isReplacing = start?.fetched !== undefined && !wasComplete;
  const changed: string[] = isReplacing ? ["*"] : []; // rows that it does not bring go
  if (!wasComplete) changed.push(...(await takeSnapshot(space, person)));
  let page = await nextPage(space, person, changed);
  if (page.next && wasComplete) changed.push(...(await takeSnapshot(space, person)));
  while (page.next) page = await nextPage(space, person, changed);
  return changed;
}

async function pullOrReplace(space: string, person: string): Promise<string[]> {
  try {
    return await pullSpace(space, person);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "cursor_gone") throw error;
    await restartSpace(space);
    return await pullSpace(space, person);
  }
}

/** Pull all spaces this person may read, then let go of own ops and originals the rows now cover. */
export async function pull(spaces: readonly string[], person: string): Promise<number> {
  let count = 0;
  for (const space of spaces) {
    const changed = await pullOrReplace(space, person);
    count += changed.length;
    if (changed.length === 0) continue;
    announce({ entities: changed.length > TOLD_ONE_BY_ONE || changed[0] === "*" ? ["*"] : changed });
  }
  await settleAgainstCursors();
  await settleBlobs();
  await resendLostBlobs(nowMs());
  return count;
}
