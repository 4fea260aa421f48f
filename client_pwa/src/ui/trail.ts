// The pages somebody came through in this tab, so that the back arrow of a page that several pages
// lead to returns to the one it was opened from. Losing it costs a tap: then the route's own back counts.

const KEY = "liuhen.trail";
const KEPT = 30;

function trail(): string[] {
  const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  return Array.isArray(kept) ? kept.map(String) : [];
}

/** Note that `path` is on the screen now. */
export function noteVisit(path: string): void {
  const before = trail();
  if (before.at(-1) === path) return;
  sessionStorage.setItem(KEY, JSON.stringify([...before, path].slice(-KEPT)));
}

/** The page visited last among those that `pages` matches, or "". */
export const lastVisited = (pages: RegExp): string => trail().filter((path) => pages.test(path)).at(-1) ?? "";
