// A note on the board about what the service alone knows: asked for again as the phone synchronises, and left as it is
// while the server cannot be asked.

import { ScreenElement } from "../../screen/element.ts";
import { currentAuthor, type Author } from "../../store/index.ts";
import { ApiError, engine } from "../../sync/index.ts";

export abstract class BoardNote extends ScreenElement {
  #askedAtMs = Number.NEGATIVE_INFINITY;

  /** `pauseMs`: how long an answer is good for. */
  constructor(private readonly pauseMs = 1) {
    super();
    this.watch(engine.subscribe, () => this.look());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.look();
  }

  /** Ask the service, and show what it said. */
  protected abstract ask(author: Author): Promise<void>;

  private look(): void {
    const { lastSyncAtMs } = engine.status();
    if (Math.abs(lastSyncAtMs - this.#askedAtMs) < this.pauseMs) return; // a clock set back is a new round, too
    this.#askedAtMs = lastSyncAtMs;
    this.attempt(async () => {
      const author = await currentAuthor();
      if (author?.role !== "supervisor") return;
      try {
        await this.ask(author);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error; // no connection: asked again after the next round
      }
    });
  }
}
