// Builds the service worker after the pages, as one self-contained, unhashed /sw.js, and gives
// it the list of everything the pages need offline. The list is made from the finished output,
// so that it can't name a chunk that doesn't exist. Source maps are not listed.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { build, type Plugin, type ResolvedConfig } from "vite";

const ENTRY = "src/sw/sw.ts";

/** Every file under the output folder as a path with forward slashes, sorted. */
function outputFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((name) => !name.endsWith(".map") && !name.startsWith(".") && name !== "sw.js")
    .sort();
}

/** The value of `__PRECACHE__`: paths, and a version over paths and bytes. */
export function precacheList(folder: string): { version: string; urls: string[] } {
  const hash = createHash("sha256");
  const names = outputFiles(folder);
  for (const name of names) {
    hash.update(`${name}\0`).update(createHash("sha256").update(readFileSync(join(folder, name))).digest());
  }
  const urls = names.map((name) => (name === "index.html" ? "/" : `/${name}`));
  return { version: hash.digest("hex").slice(0, 16), urls };
}

/** Vite plugin: run the service worker's own build once the pages are written. */
export function serviceWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "liuhen:service-worker",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    async closeBundle() {
      const outDir = join(config.root, config.build.outDir);
      await build({
        configFile: false,
        logLevel: "warn",
        publicDir: false,
        root: config.root,
        resolve: { alias: config.resolve.alias },
        define: { ...config.define, __PRECACHE__: JSON.stringify(precacheList(outDir)) },
        build: {
          emptyOutDir: false,
          outDir,
          sourcemap: config.build.sourcemap,
          target: config.build.target,
          rolldownOptions: {
            input: join(config.root, ENTRY),
            output: { format: "iife", entryFileNames: "sw.js", codeSplitting: false },
          },
        },
      });
    },
  };
}
