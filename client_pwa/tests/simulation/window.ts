/// <reference types="node" />
// The browser around one page: what the product's code reaches for by its global name. Time, chance and the network are
// the simulation's; cryptography is Node's own, one call at a time so that results come in one order.

import { Buffer } from "node:buffer";
import { chanceOf } from "./chance.ts";

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  /** Base64. */
  readonly body: string;
}
/** What comes back; no status: the link broke. `cut`: the body ends before its end. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly cut?: boolean;
}
export interface World {
  /** Hand a request to the network; the promise never settles once the page is dead. */
  send(request: Outgoing): Promise<Answer>;
  /** Milliseconds since this page began. */
  monoMs(): number;
  busy(by: 1 | -1): void;
}

const WITHOUT_BODY = new Set([204, 205, 304]);
const ORIGIN = "https://liuhen.example";

function bodyStream({ body = "", cut }: Answer): ReadableStream<Uint8Array> {
  const bytes = Buffer.from(body, "base64");
  return new ReadableStream({
    start(stream) {
      if (bytes.length > 0) stream.enqueue(bytes);
      if (cut) stream.error(new TypeError("the connection was cut"));
      else stream.close();
    },
  });
}

/** Timers that go by the simulation's time. */
export class Timers {
  private readonly waiting = new Map<number, { readonly atMs: number; readonly work: () => void }>();
  private last = 0;
  private readonly nowMs: () => number;
  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }
  set = (work: () => void, ms = 0): number => {
    this.waiting.set(++this.last, { atMs: this.nowMs() + Math.max(0, ms), work });
    return this.last;
  };
  clear = (id: number | undefined): void => void this.waiting.delete(id ?? 0);
  clearAll(): void {
    this.waiting.clear();
  }
  /** When the next one is due, on the page's clock. */
  due(): number | undefined {
    const all = [...this.waiting.values()].map(({ atMs }) => atMs);
    return all.length === 0 ? undefined : Math.min(...all);
  }
  fire(): boolean {
    const ready = [...this.waiting].filter(([, { atMs }]) => atMs <= this.nowMs()).sort((a, b) => a[1].atMs - b[1].atMs);
    for (const [id, { work }] of ready) if (this.waiting.delete(id)) setImmediate(work);
    return ready.length > 0;
  }
}

export function fetchOf(world: World): typeof fetch {
  return async (input, init = {}) => {
    const { method = "GET", headers, body, signal } = init;
    const bytes = typeof body === "string" || !body ? Buffer.from(body ?? "") : Buffer.from(body as Uint8Array<ArrayBuffer>);
    const sent = world.send({
      method, path: String(input), headers: Object.fromEntries(new Headers(headers)), body: bytes.toString("base64"),
    });
    const aborted = new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
    const answer = await Promise.race([sent, aborted]);
    if (answer.status === undefined) throw new TypeError("Failed to fetch");
    return new Response(WITHOUT_BODY.has(answer.status) ? null : bodyStream(answer), { status: answer.status, headers: answer.headers ?? {} });
  };
}

/** As much of XMLHttpRequest as tus-js-client's browser build uses. */
export function xhrOf(world: World): new () => object {
  return class {
    status = 0;
    responseText = "";
    readonly upload: { onprogress?: (event: object) => void } = {};
    onload?: () => void;
    onerror?: (error: unknown) => void;
    private asked = { method: "", path: "" };
    private readonly given: Record<string, string> = {};
    private answered = new Headers();
    private isAborted = false;

    open(method: string, url: string): void {
      this.asked = { method, path: url.replace(ORIGIN, "") };
    }
    setRequestHeader(name: string, value: string): void {
      this.given[name] = value;
    }
    getResponseHeader(name: string): string | null {
      return this.answered.get(name);
    }
    abort(): void {
      this.isAborted = true;
    }
    send(body: Blob | null): void {
      void this.exchange(body);
    }
    private async exchange(blob: Blob | null): Promise<void> {
      world.busy(1);
      const body = Buffer.from(blob ? await blob.arrayBuffer() : new ArrayBuffer(0));
      world.busy(-1);
      const { status, headers = {}, body: reply = "", cut } = await world.send({ ...this.asked, headers: this.given, body: body.toString("base64") });
      if (this.isAborted) return;
      if (status === undefined || cut) return this.onerror?.(new Error("the link broke"));
      this.upload.onprogress?.({ lengthComputable: true, loaded: body.length });
      this.status = status;
      this.answered = new Headers(headers);
      this.responseText = Buffer.from(reply, "base64").toString();
      this.onload?.();
    }
  };
}

/** Node's SubtleCrypto, one call after the other. */
function oneByOne(world: World): SubtleCrypto {
  let last: Promise<unknown> = Promise.resolve();
  return new Proxy(crypto.subtle, {
    get(subtle, name) {
      const method = Reflect.get(subtle, name) as (...given: unknown[]) => Promise<unknown>;
      return (...given: unknown[]) => {
        world.busy(1);
        const done = last.then(() => method.apply(subtle, given));
        last = done.catch(() => undefined).then(() => world.busy(-1));
        return done;
      };
    },
  });
}

/** The globals that stand before Node's own, by name. */
export function windowOf(world: World, seed: number, timers: Timers): Record<string, unknown> {
  const chance = chanceOf(seed);
  const performance = { now: () => world.monoMs() };
  const getRandomValues = (bytes: Uint8Array): Uint8Array => bytes.map((_, at) => (bytes[at] = Math.floor(chance() * 256)));
  const seeded = Object.assign(Object.create(Math) as Math, { random: chance });
  const timeout = (ms: number): AbortSignal => {
    const controller = new AbortController();
    timers.set(() => controller.abort(new DOMException("too long", "TimeoutError")), ms);
    return controller.signal;
  };
  return {
    fetch: fetchOf(world), XMLHttpRequest: xhrOf(world), setTimeout: timers.set, clearTimeout: timers.clear, performance, Math: seeded,
    crypto: { getRandomValues, subtle: oneByOne(world) }, AbortSignal: { timeout }, location: { href: `${ORIGIN}/` },
  };
}
