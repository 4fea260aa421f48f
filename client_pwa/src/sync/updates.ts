// The page's side of the service worker. A newer version waits until the person taps, with no form
// dirty; old chunks stay until every tab has moved on, so no tab ever misses its code.

let waiting: ServiceWorker | undefined;

/** Register the service worker; the listener hears when a newer version waits. */
export async function watchUpdates(onWaiting: () => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  const tell = (worker: ServiceWorker | null): void => {
    if (!worker || !navigator.serviceWorker.controller) return; // the first install is no update
    waiting = worker;
    onWaiting();
  };
  tell(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed") tell(fresh);
    });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && navigator.onLine) void registration.update().catch(() => undefined); // offline: later
  });
}

/** Ask the server for a newer version and wait until it is here; without one, or without a signal, none waits. */
async function lookForUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.update().catch(() => undefined); // offline: later
  const fresh = registration?.installing;
  await new Promise<void>((resolve) => {
    if (!fresh) return resolve();
    fresh.addEventListener("statechange", () => resolve(), { once: true });
  });
  waiting = registration?.waiting ?? waiting;
}

/**
 * Switch to the newer version and reload once it is in control; false when there is none. Call on the person's tap when
 * no form is dirty.
 */
export async function activateUpdate(): Promise<boolean> {
  if (!waiting) await lookForUpdate();
  if (!waiting) return false;
  const taken = new Promise<void>((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
  waiting.postMessage({ type: "activate" });
  await taken;
  location.reload();
  return true;
}
