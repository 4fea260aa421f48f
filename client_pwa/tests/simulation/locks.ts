// Web Locks and BroadcastChannel between the tabs of one phone, gone with the page that held them. Exclusive locks only,
// first come, first served: all that the engine asks for.

/** A page: what it still asks for once it is dead, nobody hears. */
interface Owner {
  isDead(): boolean;
}
type Work = (lock: { readonly name: string }) => unknown;
interface Asked {
  readonly owner: object;
  readonly start: () => void;
}

export class Locks {
  private readonly queues = new Map<string, Asked[]>();

  /** `navigator.locks` of one page. */
  of(owner: Owner): Pick<LockManager, "request"> {
    const request = (name: string, ...more: [Work] | [LockOptions, Work]): Promise<unknown> => {
      if (owner.isDead()) return new Promise(() => undefined);
      const [options, work] = more.length === 1 ? [{}, more[0]] : more;
      return new Promise((resolve, reject) => this.queue(name, owner, options as LockOptions, () => run(work!, name, resolve, reject), reject));
    };
    return { request: request as LockManager["request"] };
  }

  private queue(name: string, owner: object, { signal }: LockOptions, start: () => Promise<void>, reject: (why: unknown) => void): void {
    const queue = this.queues.get(name) ?? [];
    this.queues.set(name, queue);
    const asked: Asked = { owner, start: () => void start().finally(() => this.leave(name, asked)) };
    signal?.addEventListener("abort", () => {
      if (queue.indexOf(asked) < 1) return; // it holds the lock already
      this.leave(name, asked);
      reject(signal.reason);
    });
    queue.push(asked);
    if (queue.length === 1) asked.start();
  }

  private leave(name: string, asked: Asked): void {
    const queue = this.queues.get(name)!;
    const at = queue.indexOf(asked);
    if (at < 0) return;
    queue.splice(at, 1);
    if (at === 0) queue[0]?.start();
  }

  release(owner: object): void {
    for (const [name, queue] of this.queues) {
      for (const asked of queue.filter((one) => one.owner === owner).reverse()) this.leave(name, asked);
    }
  }
}

async function run(work: Work, name: string, resolve: (value: unknown) => void, reject: (why: unknown) => void): Promise<void> {
  try {
    resolve(await work({ name }));
  } catch (error) {
    reject(error);
  }
}

type Hear = { onmessage: ((event: { readonly data: unknown }) => void) | null };

export class Channels {
  private readonly ends = new Map<string, Map<Hear, object>>();

  /** `BroadcastChannel` as one page sees it. */
  of(owner: object): new (name: string) => Hear {
    const ends = this.ends;
    return class {
      onmessage: Hear["onmessage"] = null;
      private readonly name: string;
      constructor(name: string) {
        this.name = name;
        ends.set(name, (ends.get(name) ?? new Map<Hear, object>()).set(this, owner));
      }
      postMessage(data: unknown): void {
        for (const end of ends.get(this.name)!.keys()) if (end !== this) setImmediate(() => end.onmessage?.({ data: structuredClone(data) }));
      }
    };
  }

  release(owner: object): void {
    for (const ends of this.ends.values()) for (const [end, held] of ends) if (held === owner) ends.delete(end);
  }
}
