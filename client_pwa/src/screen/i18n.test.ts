// Rules of the dictionaries: both languages complete, and no English visible in zh.

import { expect, test, vi } from "vitest";
import { t, setLanguage } from "./i18n.ts";
import { evidence } from "./i18n/evidence.ts";
import { inspect } from "./i18n/inspect.ts";
import { shell } from "./i18n/shell.ts";
import { supervise } from "./i18n/supervise.ts";
import { versions } from "./i18n/versions.ts";

const areas: Readonly<Record<string, { readonly zh: Readonly<Record<string, string>>; readonly en: Readonly<Record<string, string>> }>> = { shell, inspect, supervise, versions, evidence };
/** Latin words an officer meets every day, and the names of values put into a text. */
const ALLOWED = /\{\w+\}|PIN|GPS|MB|HTTPS|SHA-256|PNG|JPEG/g;
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "").sort();

for (const [name, { zh, en }] of Object.entries(areas)) {
  test(`${name}: every key has both languages, and a text is blank in both or in neither`, () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const [key, text] of Object.entries(zh)) expect([key, (en[key] ?? "").trim() === ""]).toEqual([key, text.trim() === ""]);
  });

  test(`${name}: no English is visible in zh`, () => {
    const english = Object.entries(zh).filter(([, text]) => /[A-Za-z]/.test(text.replace(ALLOWED, "")));
    expect(english).toEqual([]);
  });

  test(`${name}: both languages take the same values`, () => {
    for (const [key, text] of Object.entries(zh)) expect([key, placeholders(en[key] ?? "")]).toEqual([key, placeholders(text)]);
  });
}

test("no key is defined in two areas", () => {
  const keys = Object.values(areas).flatMap(({ zh }) => Object.keys(zh));
  expect(keys.length).toBe(new Set(keys).size);
});

test("English counts one and many", () => {
  vi.stubGlobal("localStorage", { setItem: () => undefined });
  vi.stubGlobal("document", { documentElement: {} });
  setLanguage("en");
  expect(t("sign.gaps", { count: 1 })).toBe("1 hazard is incomplete; complete it to sign");
  expect(t("sign.gaps", { count: 2 })).toBe("2 hazards are incomplete; complete them to sign");
  setLanguage("zh");
  vi.unstubAllGlobals();
});
