// What was taken and did not fit: it waits in memory, with the way to try again, until there is room.

import { StoreError } from "../store/index.ts";
import { session } from "./session.ts";

export class NotKept extends StoreError {
  /** Only its author may keep it: on a shared phone somebody else may sign in meanwhile. */
  readonly person = session()?.person ?? "";

  constructor(
    readonly count: number,
    /** Rejects with NotKept for what still does not fit. */
    readonly again: () => Promise<void>,
    cause: StoreError,
  ) {
    super("quota", cause.message, { cause });
  }
}
