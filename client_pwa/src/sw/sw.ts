// The service worker: makes the app start with the server off or hanging. It only wires events.
// Everything precached is answered from the cache, without asking the network; a page address gets
// index.html. /api is never touched. A new version waits until a page says so, and caches of older
// versions stay as long as a tab may still ask for their chunks.

export {};

declare const self: ServiceWorkerGlobalScope;

const PREFIX = "liuhen-";
const CACHE = `${PREFIX}${__PRECACHE__.version}`;

/** Fetched past the HTTP cache, so that a stale file can't get into a new version. All or nothing. */
async function precache(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(__PRECACHE__.urls.map((url) => new Request(url, { cache: "reload" })));
}

/** Older caches go once no tab runs an older version: with one tab or none left, this version's. */
async function dropOlder(): Promise<void> {
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (tabs.length > 1) return;
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** This version's file first; then an older version's, for a tab that still runs it. */
async function cached(path: string): Promise<Response | undefined> {
  const own = await (await caches.open(CACHE)).match(path);
  return own ?? caches.match(path);
}

async function answer(request: Request, path: string): Promise<Response> {
  return (await cached(path)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(precache()));

self.addEventListener("activate", (event) => event.waitUntil(dropOlder().then(() => self.clients.claim())));

self.addEventListener("message", (event) => {
  if ((event.data as { type?: unknown } | null)?.type === "activate") event.waitUntil(self.skipWaiting());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/api/") || url.pathname === "/healthz" || url.pathname === "/readyz") return;
  event.respondWith(answer(request, request.mode === "navigate" ? "/" : url.pathname));
});
