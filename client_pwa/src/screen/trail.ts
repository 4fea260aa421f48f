// The way a person came in this tab: the pages passed since the last main page. Going to a page that is
// on the way already shortens it, so that two pages that point at each other do not trap anybody. It
// outlives a reload; losing it costs a tap: then a route's own back counts.

const KEY = "liuhen.way";
const KEPT = 30;

interface Way {
  readonly person: string;
  readonly paths: readonly string[];
}

export class Trail {
  #way: Way;

  constructor(private readonly kept: Pick<Storage, "getItem" | "setItem"> = sessionStorage) {
    this.#way = JSON.parse(kept.getItem(KEY) ?? "null") as Way | null ?? { person: "", paths: [] };
  }

  /** Note that `path` is shown to `person` now; a main page (of the navigation) begins a new way, and so does somebody else. */
  arrive(person: string, path: string, isMain: boolean): void {
    const before = isMain || person !== this.#way.person ? [] : this.#way.paths;
    const at = before.indexOf(path);
    this.#way = { person, paths: [...(at < 0 ? before : before.slice(0, at)), path].slice(-KEPT) };
    this.kept.setItem(KEY, JSON.stringify(this.#way));
  }

  /** The last of `pages` passed before the one shown; undefined when there is none. */
  before(pages: RegExp): string | undefined {
    return this.#way.paths.slice(0, -1).filter((path) => pages.test(path)).at(-1);
  }
}
