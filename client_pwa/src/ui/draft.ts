// A form that survives the page: each change is saved durably, and it is loaded before the first
// render. Saves run one after another, so the last change is the last write.

import { drafts } from "../store/index.ts";

export class Draft<T extends object> {
  #saving: Promise<void> = Promise.resolve();
  #failed: ((reason: unknown) => void) | undefined;
  value: T;

  constructor(readonly key: string, empty: T, failed?: (reason: unknown) => void) {
    this.value = empty;
    this.#failed = failed;
  }

  /** Take up what was saved under the key; true if there was something. */
  async load(): Promise<boolean> {
    const saved = await drafts.load<T>(this.key);
    if (saved) this.value = { ...this.value, ...saved };
    return saved !== undefined;
  }

  /** Change and save; resolves when it is durable (await it before a camera opens). */
  change(fields: Partial<T>): Promise<void> {
    this.value = { ...this.value, ...fields };
    const value = this.value;
    const saved = this.#saving.then(() => drafts.save(this.key, value));
    this.#saving = saved.catch((reason: unknown) => this.#failed?.(reason));
    return saved;
  }

  /** Forget it, after every save that is still under way. */
  async drop(): Promise<void> {
    await this.#saving;
    await drafts.drop(this.key);
  }
}
