// The worker that keeps the clerk's page on the device. Before this line the server wrote KEPT: the version, the
// page's address, and every file that it needs. It keeps these and nothing else: no record goes through it.
const CACHE = `hq-station-${KEPT.version}`;
const WAIT_MS = 4000;
const FILES = new Set(KEPT.files);
let older = false; // the page that was opened last is not of this version: its files come from the server

async function keep() {
  const cache = await caches.open(CACHE);
  const there = new Set((await cache.keys()).map((r) => new URL(r.url).pathname));
  await cache.addAll(KEPT.files.filter((f) => !there.has(f)).map((f) => new Request(f, { cache: "no-cache" })));
  if (!there.has(KEPT.page)) {
    const page = await fetch(KEPT.page);
    if (fit(page)) await cache.put(KEPT.page, page);
  }
  return (await cache.match(KEPT.page)) !== undefined;
}

// A sign-in page, or an error, is not the page.
const fit = (response) => response.ok && !response.redirected && response.headers.get("X-Station-Version") === KEPT.version;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("hq-station-") && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

// Asked by the page when it opens: after a sign-out everything is fetched again.
self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keep().then((whole) => event.source?.postMessage({ kept: whole }), () => event.source?.postMessage({ kept: false })));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname === KEPT.page) event.respondWith(page(event.request));
  } else if (FILES.has(url.pathname)) event.respondWith(file(event.request, url.pathname));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(KEPT.page);
  try {
    const response = await within(fetch(request), kept ? WAIT_MS : 60_000);
    if (response.status >= 500 && kept) throw new Error("the server is in trouble");
    older = response.ok && response.headers.get("X-Station-Version") !== KEPT.version;
    if (fit(response)) await cache.put(KEPT.page, response.clone());
    return response;
  } catch (error) {
    if (!kept) throw error;
    older = false;
    return kept;
  }
}

async function file(request, path) {
  const kept = await caches.match(path, { cacheName: CACHE });
  if (kept && !older) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

const within = (promise, ms) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("no answer in time")), ms);
  promise.then(resolve, reject);
});
