// One build for the phone and the wide screen. No inline script or style leaves it, because the
// server's Content-Security-Policy says script-src 'self'. Baseline: Chrome 109, iOS 16.4.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { serviceWorker } from "./build/precache.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8")) as { version: string };

export default defineConfig({
  root: here("."),
  define: { __APP_VERSION__: JSON.stringify(version) },
  resolve: {
    alias: {
      "@tables": here("../sync_protocol/tables"),
      "@vectors": here("../sync_protocol/vectors"),
    },
  },
  server: { fs: { allow: [here("."), here("../sync_protocol")] } },
  build: {
    target: ["chrome109", "safari16.4"],
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [serviceWorker()],
  test: {
    environment: "node",
    include: ["src/**/*.test.ts", "tests/**/*.test.ts", "build/**/*.test.ts"],
    passWithNoTests: true,
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
