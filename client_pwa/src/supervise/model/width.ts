// Whether the window is at least so wide, and word when that changes.

import type { Source } from "../../screen/element.ts";

export interface Width {
  matches(): boolean;
  readonly watch: Source;
}

/** `px`: CSS pixels. */
export function onWide(px: number): Width {
  const query = matchMedia(`(min-width: ${px}px)`);
  return {
    matches: () => query.matches,
    watch: (listener) => {
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
  };
}
