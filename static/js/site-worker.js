// Opens the pages of ongoing inspections and rounds without a network. The page itself says what is kept
// (site-offline.js); this only answers with it when the network does not. Nothing else is ever kept.
"use strict";

const PAGE = /^\/(?:inspections\/\d+\/site|self-checks\/rounds\/\d+\/walk)$/;
const NETWORK_PATIENCE = 8000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) {
    return;
  }
  if (request.mode === "navigate" && PAGE.test(url.pathname)) {
    event.respondWith(page(request, url));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  }
});

// The server's word first, whatever it is; the kept page where there is no answer in time.
async function page(request, url) {
  const kept = await caches.match(url.pathname);
  if (!kept) {
    return fetch(request);
  }
  try {
    return await Promise.race([fetch(request), late()]);
  } catch {
    return kept;
  }
}

// Addresses of static files hold their content's hash: what is kept is what would come.
async function file(request) {
  return (await caches.match(request)) || fetch(request);
}

function late() {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error("no answer in time")), NETWORK_PATIENCE);
  });
}
