// The service worker: makes the app start with the server off or hanging. It only wires events.
// Everything precached is answered from the cache first; a page address gets index.html.
// It never touches /api, and never takes over an open page (the page decides when to reload).

export {};

declare const self: ServiceWorkerGlobalScope;

const PREFIX = "liuhen-";
const CACHE = `${PREFIX}${__PRECACHE__.version}`;
const KNOWN = new Set(__PRECACHE__.urls);

/** The cached answer to a same-origin GET, or nothing where the network should answer. */
async function cached(path: string, isPage: boolean): Promise<Response | undefined> {
  const cache = await caches.open(CACHE);
  return cache.match(isPage ? "/" : path);
}

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...KNOWN])));
});

self.addEventListener("activate", (event) => {
  const outdated = async (): Promise<void> => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  };
  event.waitUntil(outdated());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = event.request.mode === "navigate" && !url.pathname.startsWith("/api/");
  if (!isPage && !KNOWN.has(url.pathname)) return;
  event.respondWith(
    cached(url.pathname, isPage).then((response) => response ?? fetch(event.request)),
  );
});
