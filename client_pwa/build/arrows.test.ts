import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkArrows } from "./arrows.ts";

let source = "";

beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), "arrows-"));
});

afterEach(() => rmSync(source, { recursive: true }));

/** Write a source file and return what the checker says about the tree. */
function check(name: string, text: string): string[] {
  mkdirSync(dirname(join(source, name)), { recursive: true });
  writeFileSync(join(source, name), text);
  return checkArrows(source);
}

test.each([
  ["store/a.ts", 'import { b } from "../protocol/b.ts";'],
  ["ui/a.ts", 'import { html } from "lit";\nimport t from "@tables/codes.json";'],
  ["sw/a.ts", 'import { b } from "../sync/b";'],
  ["main.ts", 'import { b } from "./ui/b";'],
  ["store/a.ts", '// from "../ui/b" is only a comment'],
  ["store/a.ts", 'const f = pick(row, "from") as string;\nconst g = "x";'],
  ["store/a.test.ts", 'import { b } from "../ui/b";'],
])("%s may: %s", (name, text) => {
  expect(check(name, text)).toEqual([]);
});

test.each([
  ["protocol/a.ts", '\nimport { b } from "../store/b";', "2: protocol may not import store"],
  ["capture/a.ts", 'import { b } from "../sync/b";', "1: capture may not import sync"],
  ["sync/a.ts", 'export * from "../ui/b";', "1: sync may not import ui"],
  ["store/a.ts", 'const b = await import("../ui/b");', "1: store may not import ui"],
  ["store/a.ts", 'import type {\n  B,\n} from "../ui/b";', "3: store may not import ui"],
  ["sync/a.ts", 'import "../main";', "1: sync may not import the composition root"],
  ["store/a.ts", 'import { html } from "lit";', "1: store may not use the package lit"],
  ["store/a.ts", 'import x from "../../build/x";', "1: ../../build/x leaves src/"],
  ["store/a.ts", 'import x from "../extra/x";', "1: extra is no room"],
  ["protocol/a.ts", "const t = Date.now();", "1: protocol is pure and may not use Date.now"],
])("%s may not: %s", (name, text, breach) => {
  expect(check(name, text)).toEqual([`src/${name}:${breach}`]);
});

test("a folder that is no room is found", () => {
  expect(check("extras/a.ts", "")).toEqual(["src/extras/a.ts:1: extras is no room"]);
});
