/// <reference types="node" />
// All phones of one simulation in one process, driven over a pipe: a line in, one line out as soon as every phone is quiet,
// that is, waits for the network, for a timer or for a person. Nothing here takes a decision of the schedule.

import { createInterface } from "node:readline";
import { pageMakers } from "./bundle.ts";
import { Device, type Done, type Ears, type Page } from "./device.ts";
import type { Form } from "./disk.ts";
import type { Answer, Outgoing } from "./window.ts";

const WINDOW = [
  "globalThis", "self", "window", "document", "navigator", "location", "caches", "console", "indexedDB", "fetch", "XMLHttpRequest",
  "BroadcastChannel", "setTimeout", "clearTimeout", "performance", "Math", "crypto", "AbortSignal", "__APP_VERSION__",
];
const QUIET_TURNS = 6;
const DUMPED = ["ops", "chains", "rows", "cursors", "blobs", "carriedops"];

let nowMs = 0;
let requests = 0;
const devices = new Map<string, Device>();
const askedBy = new Map<number, Page>();
let told = fresh();

function fresh() {
  return {
    done: [] as ({ call: number } & Done)[], requests: [] as ({ request: number; device: string } & Outgoing)[],
    gone: [] as { device: string; tab: number; why: string; requests: readonly number[] }[],
    said: [] as { device: string; text: string }[],
  };
}
const ears: Ears = {
  nowMs: () => nowMs,
  asks: (device, page, request) => {
    requests += 1;
    askedBy.set(requests, page);
    told.requests.push({ request: requests, device, ...request });
    return requests;
  },
  done: (_, call, done) => void told.done.push({ call, ...done }),
  gone: (device, tab, why, open) => void told.gone.push({ device, tab, why, requests: open }),
  said: (device, text) => void told.said.push({ device, text }),
};

// What nobody waits for and fails: in a browser it goes to the console; of a dead page it is nothing.
process.on("unhandledRejection", (error) => told.said.push({ device: "phones", text: `unhandled: ${(error as Error)?.stack ?? String(error)}` }));

const pages = (): Page[] => [...devices.values()].flatMap((device) => [...device.pages.values()]);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function quiet(): Promise<void> {
  const all = [...devices.values()];
  for (let calm = 0; calm < QUIET_TURNS; calm++) {
    await turn();
    if (all.some((device) => device.isBusy())) calm = -1;
  }
}

/** Let the timers fire that are due by now, and what they set off. */
async function passTime(toMs: number): Promise<void> {
  nowMs = toMs;
  for (;;) {
    const fired = pages().map((page) => page.timers.fire());
    if (!fired.includes(true)) return;
    await quiet();
  }
}

/** Milliseconds until the next timer of any page. */
function dueInMs(): number | undefined {
  const all = pages().flatMap((page) => {
    const due = page.timers.due();
    return due === undefined ? [] : [due - page.monoMs()];
  });
  return all.length === 0 ? undefined : Math.min(...all);
}

interface Order {
  readonly do: string;
  readonly device: string;
  readonly tab: number;
  readonly call: number;
  readonly name: string;
  readonly given: unknown;
  readonly request: number;
  readonly answer: Answer;
  readonly nowMs: number;
  readonly seed: number;
  readonly skewMs: number;
  readonly version: string;
  readonly older: boolean;
  readonly form: Form;
  readonly after: number;
  /** What begins at the same moment. */
  readonly orders: readonly Order[];
}
const apps = await pageMakers(WINDOW);

const orders: Readonly<Record<string, (order: Order) => unknown>> = {
  device: ({ device }) => void devices.set(device, new Device(device, ears)),
  boot: ({ device, tab, seed, version, older }) => devices.get(device)!.boot({ tab, seed, version, makePage: older ? apps.older : apps.today }),
  call: ({ device, tab, call, name, given }) => void devices.get(device)!.pages.get(tab)!.call(call, name, given),
  together: ({ orders: several }) => several.forEach((one) => void orders[one.do]!(one)),
  answer: ({ request, answer }) => askedBy.get(request)!.answer(request, answer),
  time: ({ nowMs: to }) => passTime(to),
  clock: ({ device, skewMs }) => {
    devices.get(device)!.skewMs = skewMs;
  },
  kill: ({ device }) => devices.get(device)!.die("killed"),
  close: ({ device, tab }) => devices.get(device)!.pages.get(tab)?.die("closed"),
  evict: ({ device }) => {
    devices.get(device)!.die("evicted");
    devices.get(device)!.disk.evict();
  },
  arm: ({ device, form, after }) => devices.get(device)!.arm(form, after),
  disarm: ({ device }) => devices.get(device)!.disk.disarm(),
  dump: ({ device }) => devices.get(device)!.disk.dump(DUMPED),
};

/** By phone and tab. */
function statuses(): Record<string, Record<number, unknown>> {
  const all = [...devices].map(([name, device]) => {
    const shown = [...device.pages.values()].flatMap((page) => {
      const { status, claims, tab } = page;
      page.claims = 0;
      return status ? [[tab, { ...status, claims }] as const] : [];
    });
    return [name, Object.fromEntries(shown)] as const;
  });
  return Object.fromEntries(all);
}
const faults = (): string[] => [...devices.values()].flatMap(({ name, disk }) => disk.happened.splice(0).map((fault) => `${name}: ${fault}`));

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  const value = await orders[order.do]!(order);
  await quiet();
  const { done, requests: open, gone, said } = told;
  told = fresh();
  process.stdout.write(`${JSON.stringify({ value: value ?? null, done, requests: open, gone, said, faults: faults(), status: statuses(), dueInMs: dueInMs() ?? null })}\n`);
}
