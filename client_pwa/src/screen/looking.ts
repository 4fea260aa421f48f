// While a person looks at a page and waits for somebody else, the page looks for news often.

import { engine } from "../sync/index.ts";

const LOOK_MS = 4_000;

/** A source for `watch`: asks the server now and every few seconds for as long as the page is open and online. */
export const looking = (): (() => void) => lookingWhile(() => true);

/** The same for as long as something is missing. */
export function lookingWhile(isMissing: () => boolean): () => void {
  const look = (): void => {
    if (isMissing() && navigator.onLine && document.visibilityState === "visible") engine.nudge();
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}
