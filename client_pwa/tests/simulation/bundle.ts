/// <reference types="node" />
// Builds page.ts with everything it imports into one function body, with the browser's variant of each package. Names that
// window.ts gives (fetch, indexedDB, …) become parameters; the app's version is one of them, so that it can change.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { build } from "vite";
import type { MakePage } from "./device.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const tables = here("../../../sync_protocol/tables");

async function codeOf(entry: string): Promise<string> {
  const made = await build({
    configFile: false, root: here("../.."), logLevel: "error", publicDir: false,
    resolve: { alias: { "@tables": tables, "tus-js-client": here("../../node_modules/tus-js-client/lib.esm/browser/index.js") } },
    build: { write: false, minify: false, target: "es2022", lib: { entry, formats: ["iife"], name: "page" }, modulePreload: false },
  });
  const [{ output }] = made as { output: { type: string; code?: string }[] }[] as [{ output: { type: string; code?: string }[] }];
  return output.find(({ code }) => code !== undefined)!.code!;
}

/** The bundle as a function of the window's names. */
export async function pageMaker(names: readonly string[]): Promise<MakePage> {
  const code = await codeOf(here("./page.ts"));
  const make = compileFunction(`${code}\nreturn page;`, [...names], { filename: "page.js" }) as (...values: unknown[]) => ReturnType<MakePage>;
  return (window) => make(...names.map((name) => window[name]));
}

export const appVersion = (): string => (JSON.parse(readFileSync(here("../../package.json"), "utf8")) as { version: string }).version;
