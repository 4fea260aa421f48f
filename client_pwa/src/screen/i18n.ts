// Words on the screen. zh-CN first; English complete. A key missing in either language does not
// compile (en must have the keys of zh) and fails the parity test.
// Dictionaries are split by who writes them: shell, versions and evidence (both), inspect (phone), supervise (wide screen).
// This module does not format dates (dates.ts) and does not hold labels of the protocol (labels.ts).

import { evidence } from "./i18n/evidence.ts";
import { inspect } from "./i18n/inspect.ts";
import { shell } from "./i18n/shell.ts";
import { supervise } from "./i18n/supervise.ts";
import { versions } from "./i18n/versions.ts";

export type Language = "zh" | "en";
export type Key = keyof typeof shell.zh | keyof typeof inspect.zh | keyof typeof supervise.zh | keyof typeof versions.zh | keyof typeof evidence.zh;

const STORED_AS = "liuhen.language";
export const dictionaries = { shell, inspect, supervise, versions, evidence } as const;
const words: Record<Language, Record<string, string>> = {
  zh: { ...shell.zh, ...inspect.zh, ...supervise.zh, ...versions.zh, ...evidence.zh },
  en: { ...shell.en, ...inspect.en, ...supervise.en, ...versions.en, ...evidence.en },
};

const listeners = new Set<() => void>();
let current: Language = "zh";

export const language = (): Language => current;

/** Change the language of every screen at once and remember it on this phone. */
export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem(STORED_AS, next);
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  document.title = t("app.name");
  for (const listener of listeners) listener();
}

/** Read the remembered language; the first start is always zh-CN, whatever the browser says. */
export function restoreLanguage(): void {
  setLanguage(localStorage.getItem(STORED_AS) === "en" ? "en" : "zh");
}

/** Call `listener` after each change of language; returns the function that stops it. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The text of `key` in the current language: `{name}` is replaced by `values.name`, `{name:hazard|hazards}` by the first word when that value is 1, else by the second. */
export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  const text = words[current][key];
  if (text === undefined) throw new Error(`no word for ${key}`);
  return text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) =>
    one === undefined ? String(values[name] ?? "") : Number(values[name]) === 1 ? one : (many ?? ""));
}

/** The text of a pair that came from the protocol's tables. */
export const word = (pair: { readonly zh: string; readonly en: string }): string => pair[current];
