// While a person looks at a page and waits for somebody else, the page looks for news often.

import { engine } from "../sync/index.ts";

const LOOK_MS = 4_000;

/** A source for `watch`: asks the server now and every few seconds for as long as the page is open and online. */
export function looking(): () => void {
  const look = (): void => {
    if (navigator.onLine && document.visibilityState === "visible") engine.nudge();
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}
