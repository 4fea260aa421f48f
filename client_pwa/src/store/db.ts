// The connection to IndexedDB. It heals: when the browser has closed it under us, the work is run
// once more on a new one (all writes here are puts with keys made before, so a repeat is harmless).
// Writes of evidence are strict: the promise resolves after the disk has them.

import { type IDBPTransaction, openDB, type OpenDBCallbacks } from "idb";
import { asStoreError, isLost, StoreError } from "./errors.ts";
import { type Database, type LiuhenSchema, type StoreName, upgrade, VERSION } from "./schema.ts";

let databaseName = "liuhen";
let connection: Promise<Database> | undefined;

/** Use another database (tests). Closes the present connection. */
export async function useDatabase(name: string): Promise<void> {
  await closeDatabase();
  databaseName = name;
}

export async function closeDatabase(): Promise<void> {
  const open = connection;
  connection = undefined;
  (await open?.catch(() => undefined))?.close();
}

/**
 * A database that a newer app has made (this one was rolled back, or is an old tab's) is opened as it is: a change of
 * shape only ever adds, so that what an older app knows is there.
 */
async function openAny(options: OpenDBCallbacks<LiuhenSchema>): Promise<Database> {
  try {
    return await openDB<LiuhenSchema>(databaseName, VERSION, options);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "VersionError") throw error;
    return openDB<LiuhenSchema>(databaseName, undefined, options);
  }
}

function open(): Promise<Database> {
  const opening = openAny({
    upgrade: (db, from) => upgrade(db, from),
    blocking: () => void closeDatabase(),
    terminated: () => {
      if (connection === opening) connection = undefined;
    },
  });
  opening.catch(() => {
    if (connection === opening) connection = undefined;
  });
  return opening;
}

const database = (): Promise<Database> => (connection ??= open());

/** Run work on the database; once more on a new connection if the old one turned out dead. */
export async function onDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  try {
    return await work(await database());
  } catch (error) {
    if (!isLost(error)) throw asStoreError(error);
  }
  connection = undefined;
  try {
    return await work(await database());
  } catch (error) {
    throw asStoreError(error);
  }
}

export type WriteTransaction = IDBPTransaction<LiuhenSchema, StoreName[], "readwrite">;

async function runTransaction<T>(tx: WriteTransaction, work: (tx: WriteTransaction) => Promise<T>): Promise<T> {
  const done = tx.done.then(() => undefined, (error: unknown) => error ?? tx.error ?? new StoreError("failed", "aborted"));
  let result: T;
  try {
    result = await work(tx);
  } catch (error) {
    abort(tx);
    const cause = await done;
    throw isQuota(cause) ? cause : error;
  }
  const failure = await done;
  if (failure) throw tx.error ?? failure;
  return result;
}

const isQuota = (error: unknown): boolean => error instanceof DOMException && error.name === "QuotaExceededError";

function abort(tx: WriteTransaction): void {
  try {
    tx.abort();
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error; // it aborted by itself
  }
}

/**
 * One transaction over some stores. Resolves after it is durable (`strict`), rejects with StoreError;
 * then nothing of it was written. `work` may await only requests of the transaction.
 */
export function writing<T>(
  stores: readonly StoreName[],
  work: (tx: WriteTransaction) => Promise<T>,
  durability: "strict" | "relaxed" = "strict",
): Promise<T> {
  return onDatabase((db) =>
    runTransaction(db.transaction([...stores], "readwrite", { durability }) as unknown as WriteTransaction, work),
  );
}

/** One value of `meta`. */
export const readMeta = <T>(key: string): Promise<T | undefined> =>
  onDatabase((db) => db.get("meta", key)) as Promise<T | undefined>;
export const writeMeta = (key: string, value: unknown): Promise<void> =>
  writing(["meta"], async (tx) => void (await tx.objectStore("meta").put(value, key)));
export const dropMeta = (key: string): Promise<void> =>
  writing(["meta"], (tx) => tx.objectStore("meta").delete(key));
