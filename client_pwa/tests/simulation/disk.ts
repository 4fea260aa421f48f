// A phone's disk: IndexedDB by fake-indexeddb, which lives on while pages come and go. Every readwrite transaction is a
// durable step, and the next ones can be told to go wrong in each form: turned down, or written and yet not acknowledged;
// with the page told of an error, or with the page dead before it hears anything.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";

export type Form = "fail" | "fail_persisted" | "quota" | "crash" | "crash_persisted";
/** What IndexedDB says when its process went away; store/errors.ts tells it from other failures. */
const LOST = "Connection to Indexed Database server lost. Refresh the page to try again";

interface Fault {
  readonly form: Form;
  /** Durable steps that still go well before it. */
  after: number;
}
type Transaction = IDBTransaction & { _abort(name: string): void };

/** One connection's owner: the page that opened it. */
export interface Holder {
  isDead(): boolean;
  /** It ends here and now, as when the browser is killed. */
  die(why: string): void;
  /** Work on the disk begins or ends. */
  busy(by: 1 | -1): void;
}

export class Disk {
  private factory = new IDBFactory();
  private fault: Fault | undefined;
  private readonly open = new Map<Holder, Set<IDBDatabase>>();
  private readonly running = new Map<Holder, Set<Transaction>>();
  /** Faults that came to pass, oldest first. */
  readonly happened: string[] = [];

  arm(form: Form, after: number): void {
    this.fault = { form, after };
  }
  disarm(): void {
    this.fault = undefined;
  }
  /** All is gone, as when the browser makes room. */
  evict(): void {
    this.factory = new IDBFactory();
  }

  /** `indexedDB` as one page sees it. */
  seenBy(holder: Holder): IDBFactory {
    const open = (name: string, version?: number): IDBOpenDBRequest => {
      const request = this.factory.open(name, version);
      if (holder.isDead()) return request; // nobody hears its events: they are the dead page's
      holder.busy(1);
      request.addEventListener("success", () => this.connected(holder, request.result));
      for (const end of ["success", "error"]) request.addEventListener(end, () => holder.busy(-1));
      return request;
    };
    return Object.assign(Object.create(this.factory) as IDBFactory, { open });
  }

  private connected(holder: Holder, connection: IDBDatabase): void {
    if (holder.isDead()) return connection.close();
    this.open.set(holder, (this.open.get(holder) ?? new Set()).add(connection));
    const begin = connection.transaction.bind(connection);
    connection.transaction = (...asked: Parameters<typeof begin>) => {
      if (holder.isDead()) throw new DOMException(LOST, "UnknownError");
      const transaction = begin(...asked) as Transaction;
      this.follow(holder, transaction);
      if (transaction.mode === "readwrite") this.meetFault(holder, transaction);
      return transaction;
    };
  }

  private follow(holder: Holder, transaction: Transaction): void {
    const running = this.running.get(holder) ?? new Set();
    this.running.set(holder, running.add(transaction));
    holder.busy(1);
    for (const end of ["complete", "abort"]) {
      transaction.addEventListener(end, () => {
        if (running.delete(transaction)) holder.busy(-1);
      });
    }
  }

  private meetFault(holder: Holder, transaction: Transaction): void {
    if (!this.fault || this.fault.after-- > 0) return;
    const { form } = this.fault;
    this.fault = undefined;
    const stores = [...transaction.objectStoreNames].join(",");
    this.happened.push(`${form} at ${stores}`);
    if (form === "crash_persisted") transaction.addEventListener("complete", () => holder.die(`${form} at ${stores}`));
    else if (form === "fail_persisted") transaction.addEventListener("complete", (event) => this.hush(event, transaction));
    else setImmediate(() => this.turnDown(holder, transaction, form));
  }

  /** It is written, but the page hears that the connection went away. */
  private hush(event: Event, transaction: Transaction): void {
    (event as { immediatePropagationStopped?: boolean }).immediatePropagationStopped = true; // fake-indexeddb's own flag
    Object.assign(transaction, { error: new DOMException(LOST, "UnknownError") });
    const abort = Object.assign(Object.create(Object.getPrototypeOf(event) as object) as Event, event, {
      type: "abort", dispatched: false, immediatePropagationStopped: false, propagationStopped: false,
    });
    setImmediate(() => transaction.dispatchEvent(abort));
  }

  private turnDown(holder: Holder, transaction: Transaction, form: Form): void {
    if (!this.running.get(holder)?.has(transaction)) return; // it was over already: nothing was to be written
    if (form === "crash") return holder.die(`crash at ${[...transaction.objectStoreNames].join(",")}`);
    transaction._abort(form === "quota" ? "QuotaExceededError" : "UnknownError");
  }

  /** Roll back what a dead page left unfinished and close its connections. */
  release(holder: Holder): void {
    for (const transaction of this.running.get(holder) ?? []) transaction._abort("AbortError");
    for (const connection of this.open.get(holder) ?? []) connection.close();
    this.running.delete(holder);
    this.open.delete(holder);
  }

  /** Everything in some stores, read past the engine. */
  async dump(stores: readonly string[]): Promise<Record<string, unknown>> {
    const known = await this.factory.databases();
    if (known.length === 0) return { ...Object.fromEntries(stores.map((store) => [store, []])), meta: {} };
    const connection = await wait(this.factory.open("liuhen"));
    try {
      const transaction = connection.transaction([...stores, "meta"]);
      const values = await Promise.all(stores.map((store) => wait(transaction.objectStore(store).getAll())));
      const meta = transaction.objectStore("meta");
      const [names, facts] = await Promise.all([wait(meta.getAllKeys()), wait(meta.getAll() as IDBRequest<unknown[]>)]);
      return { ...Object.fromEntries(stores.map((store, at) => [store, values[at]!])), meta: Object.fromEntries(names.map((name, at) => [name, facts[at]])) };
    } finally {
      connection.close();
    }
  }
}

const wait = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("request failed")));
  });
