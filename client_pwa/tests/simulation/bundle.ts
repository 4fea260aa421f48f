/// <reference types="node" />
// Builds page.ts with everything it imports into one function body, with the browser's variant of each package. Names that
// window.ts gives (fetch, indexedDB, …) become parameters; the app's version is one of them, so that it can change.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { build } from "vite";
import type { MakePage } from "./device.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const tables = here("../../../sync_protocol/tables");
/** What the older app does not know: kinds that came later. */
const LATER = /^(clip|listing)\./;

async function codeOf(entry: string, tables: string): Promise<string> {
  const made = await build({
    configFile: false, root: here("../.."), logLevel: "error", publicDir: false,
    resolve: { alias: { "@tables": tables, "tus-js-client": here("../../node_modules/tus-js-client/lib.esm/browser/index.js") } },
    build: { write: false, minify: false, target: "es2022", lib: { entry, formats: ["iife"], name: "page" }, modulePreload: false },
  });
  const [{ output }] = made as { output: { type: string; code?: string }[] }[] as [{ output: { type: string; code?: string }[] }];
  return output.find(({ code }) => code !== undefined)!.code!;
}

/** The tables without the later kinds, in a folder of their own. */
function olderTables(): string {
  const folder = mkdtempSync(join(tmpdir(), "liuhen-older-"));
  cpSync(tables, folder, { recursive: true });
  const file = join(folder, "kinds.json");
  const known = JSON.parse(readFileSync(file, "utf8")) as { kinds: Record<string, unknown> };
  const kinds = Object.fromEntries(Object.entries(known.kinds).filter(([kind]) => !LATER.test(kind)));
  writeFileSync(file, JSON.stringify({ ...known, kinds }));
  return folder;
}

/** The app of today and an older one, each as a function of the window's names. */
export async function pageMakers(names: readonly string[]): Promise<{ readonly today: MakePage; readonly older: MakePage }> {
  const folder = olderTables();
  const [today, older] = await Promise.all([pageMaker(names, tables), pageMaker(names, folder)]);
  rmSync(folder, { recursive: true });
  return { today, older };
}

async function pageMaker(names: readonly string[], tables: string): Promise<MakePage> {
  const code = await codeOf(here("./page.ts"), tables);
  const make = compileFunction(`${code}\nreturn page;`, [...names], { filename: "page.js" }) as (...values: unknown[]) => ReturnType<MakePage>;
  return (window) => make(...names.map((name) => window[name]));
}
