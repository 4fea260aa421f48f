// Hash routes (#/inspections/01j…): they need no server and survive a cold start offline.
// Rooms register their routes; the shell renders the one that matches. A route says which frame
// it stands in and who may see it; the shell asks for login or PIN first where needed.

import type { TemplateResult } from "lit";
import type { Key } from "./i18n.ts";

export type Params = Readonly<Record<string, string>>;
/** phone: one column with a back arrow; wide: with the navigation, as all pages of those who have one; bare: nothing around it. */
export type Frame = "phone" | "wide" | "bare";

export interface Route {
  /** e.g. `/inspections/:id/sign`. */
  readonly pattern: string;
  readonly title: Key;
  readonly frame: Frame;
  /** Open to nobody signed in (login, WeChat hand-over). Default: false. */
  readonly open?: boolean;
  /** Where the back arrow leads; `:name` is filled from the parameters. Default: the home page. */
  readonly back?: string;
  /** Several pages lead here: the arrow leads to the one of these visited last, and to `back` when there is none. */
  readonly backToLast?: RegExp;
  /** Load what the view needs (a lazy import); called before the first render. */
  readonly load?: () => Promise<unknown>;
  readonly view: (params: Params) => TemplateResult;
}

/** An entry of the wide frame's navigation. */
export interface Place {
  readonly path: string;
  readonly title: Key;
  readonly icon: string;
  readonly roles: readonly string[];
  /** How much waits there, shown behind the title. */
  readonly mark?: () => TemplateResult;
}

export interface Match {
  readonly route: Route;
  readonly params: Params;
  readonly path: string;
}

const routes: Route[] = [];
const places: Place[] = [];

export const addRoutes = (...added: readonly Route[]): void => void routes.push(...added);
export const addPlaces = (...added: readonly Place[]): void => void places.push(...added);

/** The entries of the navigation that `role` may see. */
export const placesFor = (role: string): readonly Place[] => places.filter((place) => place.roles.includes(role));

/** The present path without the hash and without a query. */
export const currentPath = (): string => location.hash.slice(1).split("?")[0] || "/";

/** A value of the present address' query, e.g. `#/findings?state=overdue`. */
export const query = (name: string): string =>
  new URLSearchParams(location.hash.split("?")[1] ?? "").get(name) ?? "";

/** Go to `path`; `replace` leaves no entry to come back to. */
export function navigate(path: string, replace = false): void {
  if (replace) location.replace(`#${path}`);
  else location.hash = path;
}

/** The address for a link. */
export const href = (path: string): string => `#${path}`;

function paramsOf(pattern: string, path: string): Params | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}

/** The first registered route that fits `path`. */
export function match(path: string): Match | undefined {
  for (const route of routes) {
    const params = paramsOf(route.pattern, path);
    if (params) return { route, params, path };
  }
  return undefined;
}

/** Fill a pattern like `/inspections/:id` from parameters. */
export const fill = (pattern: string, params: Params): string =>
  pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));

/** Call `listener` after each change of address. */
export function onRoute(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
