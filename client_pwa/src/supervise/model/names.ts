// Names of people and bureaus by id, read once per refresh. An id nobody knows is shown as it is.

import { t } from "../../screen/i18n.ts";
import { bureauName, bureaus, people } from "../../store/index.ts";

export type Names = ReadonlyMap<string, string>;

export async function bureauNames(codes: readonly string[]): Promise<Names> {
  const distinct = [...new Set(codes)];
  const names = await Promise.all(distinct.map((code) => bureauName(code)));
  return new Map(distinct.map((code, at) => [code, names[at] ?? code]));
}

/** Everybody this person may read, the system among them, and every bureau. */
export async function peopleNames(): Promise<Names> {
  const [all, places] = await Promise.all([people(), bureaus()]);
  return new Map([["system", t("sup.system")], ...places.map(({ code, name }) => [code, name] as const), ...all.map((one) => [one.id, one.name] as const)]);
}

export const nameOf = (names: Names, id: string): string => names.get(id) ?? id;
