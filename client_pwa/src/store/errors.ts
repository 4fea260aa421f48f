// What can go wrong with a durable write, as one typed error.

export type StoreErrorCode = "quota" | "readback" | "closed" | "failed";

/** A durable write failed. `quota`: storage full; `readback`: stored bytes differ; `closed`: database lost. */
export class StoreError extends Error {
  constructor(readonly code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

const nameOf = (error: unknown): string => (error instanceof Error || error instanceof DOMException ? error.name : "");

/** A connection that will never work again: the browser killed the database process or closed it. */
export function isLost(error: unknown): boolean {
  const text = error instanceof Error ? error.message : "";
  return nameOf(error) === "InvalidStateError" || /connection (to|is)/i.test(text) || /database connection/i.test(text);
}

export function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const name = nameOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const code = name === "QuotaExceededError" ? "quota" : isLost(error) ? "closed" : "failed";
  return new StoreError(code, message || name, { cause: error });
}
