// Runs tests of the client against broken copies of its sources, all in one vitest: each mutant is a project of its own,
// whose sources are read through a plugin that breaks one file. Nothing on disk is touched.
//
// Arguments: a file with a JSON list of Job, the control with `file` "", and the file for a JSON list of Verdict.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createVitest } from "vitest/node";

interface Job {
  readonly name: string;
  /** Path of the broken file, and its broken text. */
  readonly file: string;
  readonly text: string;
  /** Test files of the client → titles of the tests to run. */
  readonly tests: { readonly [file: string]: readonly string[] };
}
interface Verdict {
  readonly name: string;
  readonly passed: number;
  /** [test, type of error, message] of the others; also of a file that could not be loaded. */
  readonly failures: readonly (readonly [string, string, string])[];
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const [input, output] = process.argv.slice(2);
if (!input || !output) throw new Error("name the file of jobs and the file for the verdicts");
const jobs = JSON.parse(readFileSync(input, "utf8")) as readonly Job[];

const breaking = ({ name, file, text }: Job) => ({
  name: `broken: ${name}`,
  enforce: "pre" as const,
  load: (id: string): string | undefined => (file !== "" && id.split("?")[0] === file ? text : undefined),
});

const vitest = await createVitest("test", {
  root: ROOT, config: `${ROOT}/vite.config.ts`, watch: false, reporters: [], maxWorkers: 1,
  projects: jobs.map((job) => ({ extends: true as const, plugins: [breaking(job)], test: { name: job.name } })),
});

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const specifications = jobs.flatMap((job) => {
  const project = vitest.projects.find(({ name }) => name === job.name)!;
  return Object.entries(job.tests).map(([file, titles]) =>
    project.createSpecification(`${ROOT}${file}`, { testNamePattern: new RegExp(titles.map((one) => `${literally(one)}$`).join("|")) }));
});
const { testModules } = await vitest.runTestSpecifications(specifications);

const verdicts = jobs.map(({ name }): Verdict => {
  const modules = testModules.filter(({ project }) => project.name === name);
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const failed = tests.flatMap((test) => (test.result().errors ?? []).map((error) => [test.fullName, error.name ?? "", error.message] as const));
  const unloaded = modules.flatMap((module) => module.errors().map((error) => [module.moduleId, error.name ?? "", error.message] as const));
  return { name, passed: tests.filter((test) => test.result().state === "passed").length, failures: [...failed, ...unloaded] };
});
writeFileSync(output, JSON.stringify(verdicts));
await vitest.close();
process.exitCode = 0; // vitest set it for the tests that failed, as they should
