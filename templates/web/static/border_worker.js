/* The border page when the line is down: an empty page and its files, as they were when the line was last there.
 * Served as `/border/sw.js` with `SHELL` (its name holds a digest of all of it), `FILES` and `PAGES` written above.
 * Keeps nothing that was asked or answered: only what every officer gets before a document is read. */

const PATIENCE_MS = 4000;
const LANGUAGE = "/border/kept/language";

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(settle()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === "/border") event.respondWith(pageOf(request));
  else if (FILES.includes(pathname)) event.respondWith(fileOf(request, pathname));
});

async function fill() {
  const shell = await caches.open(SHELL);
  await Promise.all([...FILES, ...Object.values(PAGES)].map((path) => keep(shell, path)));
  await self.skipWaiting();
}

async function keep(shell, path) {
  const answer = await fetch(path, { cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  await shell.put(path, answer);
}

async function settle() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("border-shell-") && name !== SHELL).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** From the line; without one, or behind a gateway that has none, the kept empty page in the language last used. */
async function pageOf(request) {
  const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  if (answer && ![502, 504].includes(answer.status)) return answer;
  const asked = new URL(request.url).searchParams.get("lang");
  const used = await (await caches.match(LANGUAGE))?.text();
  const page = await caches.match(PAGES[asked] ?? PAGES[used] ?? PAGES.ar);
  return page ?? answer ?? Response.error();
}

async function fileOf(request, path) {
  const answer = await fetch(request).catch(() => null);
  return answer?.ok ? answer : ((await caches.match(path)) ?? answer ?? Response.error());
}
