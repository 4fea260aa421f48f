// One phone: a disk, locks, channels and a clock that outlive pages, and the pages in its tabs that run the product's bundle. A
// page is the bundle called as a function with its window's names as parameters, so that a dead page holds nothing of the next one.

import { type Form, Disk, type Holder } from "./disk.ts";
import { Channels, Locks } from "./locks.ts";
import { type Answer, type Outgoing, Timers, type World, windowOf } from "./window.ts";

/** What page.ts exports. */
export interface Commands {
  begin(clock: { nowMs(): number; monoMs(): number }, onStatus: (status: Status) => void): void;
  run(name: string, given: unknown): Promise<unknown>;
}
export interface Status {
  readonly allDone: boolean;
  readonly [figure: string]: unknown;
}
export type MakePage = (window: Record<string, unknown>) => Commands;

export interface Boot {
  readonly tab: number;
  readonly seed: number;
  readonly version: string;
  readonly makePage: MakePage;
}

const READS_FILES = new Set(["pack", "take"]);

export class Page implements Holder, World {
  private why = "";
  private work = 0;
  private readonly startedAtMs: number;
  readonly timers = new Timers(() => this.monoMs());
  readonly calls = new Map<number, string>();
  readonly requests = new Map<number, (answer: Answer) => void>();
  status: Status | undefined;
  /** Times the status said that all is uploaded since somebody looked. */
  claims = 0;
  readonly tab: number;
  private readonly commands: Commands;
  private readonly device: Device;

  constructor(device: Device, boot: Boot) {
    this.device = device;
    this.tab = boot.tab;
    this.startedAtMs = device.nowMs();
    const window = windowOf(this, boot.seed, this.timers);
    const global = Object.assign(new EventTarget(), window, {
      indexedDB: device.disk.seenBy(this), navigator: { locks: device.locks.of(this), onLine: true, userAgent: "Android Chrome" },
      BroadcastChannel: device.channels.of(this), __APP_VERSION__: boot.version, console: quiet(device), document: undefined, caches: undefined,
    });
    this.commands = boot.makePage({ ...global, ...own(global), globalThis: global, self: global, window: global });
    const clock = { nowMs: () => device.nowMs() + device.skewMs, monoMs: () => this.monoMs() };
    this.commands.begin(clock, (status) => this.heard(status));
  }

  monoMs = (): number => this.device.nowMs() - this.startedAtMs;
  isDead = (): boolean => this.why !== "";
  isBusy = (): boolean => this.work > 0 && !this.isDead();
  busy(by: 1 | -1): void {
    this.work += by;
  }
  die(why: string): void {
    if (this.isDead()) return;
    this.why = why;
    this.timers.clearAll();
    this.device.gone(this, why);
  }
  send(request: Outgoing): Promise<Answer> {
    if (this.isDead()) return new Promise(() => undefined);
    return new Promise((resolve) => this.requests.set(this.device.asks(this, request), resolve));
  }
  answer(id: number, answer: Answer): void {
    this.requests.get(id)?.(answer);
    this.requests.delete(id);
  }
  private heard(status: Status): void {
    if (this.isDead()) return;
    this.status = status;
    if (status.allDone) this.claims += 1;
  }
  async call(id: number, name: string, given: unknown): Promise<void> {
    this.calls.set(id, name);
    const busy = READS_FILES.has(name) ? 1 : 0; // reading a file is nobody's port: count the whole call as work
    this.work += busy;
    const done = await this.commands.run(name, given).then((value) => ({ value: value ?? null }), (error: unknown) => ({ error: toldOf(error) }));
    this.work -= busy;
    if (!this.isDead() && this.calls.delete(id)) this.device.done(id, done);
  }
}

const own = (value: object): Record<string, unknown> => Object.fromEntries(Object.entries(value));

function toldOf(error: unknown): { name: string; code: string; text: string } {
  const { name, message, stack } = error as Error;
  const code = String((error as { code?: unknown }).code ?? "");
  return { name, code, text: code ? message : (stack ?? message) };
}

/** What the page writes to its console is for the report of a failing run. */
function quiet(device: Device): Record<string, unknown> {
  const tell = (...said: unknown[]): void => device.said(said.map((one) => (one instanceof Error ? (one.stack ?? one.message) : String(one))).join(" "));
  return { log: tell, warn: tell, error: tell, info: tell };
}

export type Done = { readonly value: unknown } | { readonly error: { name: string; code: string; text: string } };
/** What a phone tells the simulation. */
export interface Ears {
  nowMs(): number;
  asks(device: string, page: Page, request: Outgoing): number;
  done(device: string, call: number, done: Done): void;
  gone(device: string, tab: number, why: string, requests: readonly number[]): void;
  said(device: string, text: string): void;
}

export class Device {
  readonly disk = new Disk();
  readonly locks = new Locks();
  readonly channels = new Channels();
  readonly name: string;
  /** The page in each tab. */
  readonly pages = new Map<number, Page>();
  /** The phone's wall clock minus the true time. */
  skewMs = 0;
  private readonly ears: Ears;

  constructor(name: string, ears: Ears) {
    this.name = name;
    this.ears = ears;
  }

  nowMs = (): number => this.ears.nowMs();
  asks = (page: Page, request: Outgoing): number => this.ears.asks(this.name, page, request);
  done = (call: number, done: Done): void => this.ears.done(this.name, call, done);
  said = (text: string): void => this.ears.said(this.name, text);

  gone(page: Page, why: string): void {
    this.disk.release(page);
    this.locks.release(page);
    this.channels.release(page);
    this.pages.delete(page.tab);
    this.ears.gone(this.name, page.tab, why, [...page.requests.keys()]);
  }
  boot(boot: Boot): void {
    this.pages.get(boot.tab)?.die("reload");
    this.pages.set(boot.tab, new Page(this, boot));
  }
  /** The browser is killed, and every tab with it. */
  die(why: string): void {
    for (const page of [...this.pages.values()]) page.die(why);
  }
  arm(form: Form, after: number): void {
    this.disk.arm(form, after);
  }
  isBusy = (): boolean => [...this.pages.values()].some((page) => page.isBusy());
}
