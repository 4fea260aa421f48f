// Checks the arrows between the rooms of src/: who may import whom, and who may use which
// package or browser facility. Prints file:line for each breach and exits 1.
// A file directly in src/ (main.ts) is the composition root: it may import any room, and no
// room may import it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** protocol ← store ← capture, sync ← supervise, ui; sw beside ui on sync. screen, the room of
 * words, theme, router and base elements, lies under the siblings supervise and ui (ADR 0009). */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  store: ["protocol"],
  capture: ["protocol", "store"],
  sync: ["protocol", "store"],
  screen: ["protocol", "store", "sync"],
  supervise: ["protocol", "store", "capture", "sync", "screen"],
  ui: ["protocol", "store", "capture", "sync", "screen"],
  sw: ["protocol", "store", "sync"],
};

const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  protocol: ["@noble/ed25519"],
  store: ["idb"],
  capture: [],
  sync: ["tus-js-client"],
  screen: ["lit"],
  supervise: ["lit"],
  ui: ["lit", "qr"],
  sw: [],
};

/** The pure room takes clock, chance and the outside world as arguments. */
const IMPURE =
  /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|fetch\(|indexedDB|localStorage|document\.|window\.|navigator\.)/;

const IMPORT = /(?:(?<=[\s}*])from\s*|\bimport\s*\(\s*|^\s*import\s+)(["'])([^"'\n]+)\1/gm;

const isTest = (name: string): boolean => /\.test\.ts$/.test(name);
const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
const packageOf = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");

/** Take comments out, keeping the line numbers. */
const withoutComments = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (found) => found.replace(/[^\n]/g, " "))
    .replace(/(^|[^:"'`])\/\/.*$/gm, "$1");

/** Say what is wrong with one import of `file`, or nothing. */
function breachOf(source: string, file: string, room: string, specifier: string): string {
  if (specifier.startsWith("@tables/") || specifier.startsWith("@vectors/")) return "";
  if (!specifier.startsWith(".")) {
    const name = packageOf(specifier);
    return PACKAGES[room]?.includes(name) ?? true ? "" : `${room} may not use the package ${name}`;
  }
  const target = relative(source, resolve(dirname(file), specifier)).split(sep);
  const other = target[0] ?? "";
  if (other === "..") return `${specifier} leaves src/`;
  if (target.length === 1) return room === "" ? "" : `${room} may not import the composition root`;
  if (!(other in MAY_IMPORT)) return `${other} is no room`;
  if (room === "" || other === room || MAY_IMPORT[room]?.includes(other)) return "";
  return `${room} may not import ${other}`;
}

/** All breaches in one file as `line: text`. */
function breachesIn(source: string, file: string): string[] {
  const parts = relative(source, file).split(sep);
  const room = parts.length > 1 ? (parts[0] ?? "") : "";
  if (room !== "" && !(room in MAY_IMPORT)) return [`1: ${room} is no room`];
  const text = withoutComments(readFileSync(file, "utf8"));
  const found: string[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const breach = breachOf(source, file, room, match[2] ?? "");
    if (breach) found.push(`${lineOf(text, match.index + match[0].length - 1)}: ${breach}`);
  }
  if (room === "protocol") {
    text.split("\n").forEach((line, index) => {
      const used = IMPURE.exec(line);
      if (used) found.push(`${index + 1}: protocol is pure and may not use ${used[1]}`);
    });
  }
  return found;
}

/** Every breach under a source folder, as `path:line: text`. */
export function checkArrows(source: string): string[] {
  if (!existsSync(source)) return [];
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !isTest(name))
    .sort()
    .flatMap((name) => breachesIn(source, join(source, name)).map((text) => `src/${name}:${text}`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const breaches = checkArrows(fileURLToPath(new URL("../src", import.meta.url)));
  for (const breach of breaches) console.error(breach);
  if (breaches.length > 0) process.exit(1);
}
