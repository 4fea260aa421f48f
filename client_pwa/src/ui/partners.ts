// Who may be the second officer: active inspectors other than this one, own bureau first.

import { people, type PersonView } from "../store/index.ts";
import type { SessionView } from "../sync/index.ts";

export interface Partners {
  readonly near: readonly PersonView[];
  /** Those of other bureaus, shown on demand. */
  readonly far: readonly PersonView[];
}

export async function partnersOf(self: SessionView): Promise<Partners> {
  const others = (await people({ role: "inspector", active: true })).filter((one) => one.id !== self.person);
  return {
    near: others.filter((one) => one.bureau === self.bureau),
    far: others.filter((one) => one.bureau !== self.bureau),
  };
}

export const isPartner = (partners: Partners, person: string): boolean =>
  [...partners.near, ...partners.far].some((one) => one.id === person);
