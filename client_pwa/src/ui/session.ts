// Who is signed in, as the screens see it: one copy, read again when the session changes.

import { currentSession, type SessionView } from "../sync/index.ts";

let present: SessionView | undefined;
const listeners = new Set<() => void>();

export const session = (): SessionView | undefined => present;

/** The signed-in person; screens behind the gate always have one. */
export function me(): SessionView {
  if (!present) throw new Error("nobody is signed in");
  return present;
}

/** Read the session again, e.g. after login, unlock, logout or a 401. */
export async function refreshSession(): Promise<SessionView | undefined> {
  present = await currentSession();
  for (const listener of listeners) listener();
  return present;
}

export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
