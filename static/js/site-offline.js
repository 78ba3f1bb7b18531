// Keeps the page itself and its files in the browser, for a reload without a network.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});
  const all = (selector) => [...document.querySelectorAll(selector)];

  // site-purge.js forgets every cache whose name begins with "anqi-site-" when somebody signs out.
  site.offline = (cacheName, worker, scope) => ({
    async keep() {
      if (!window.caches || !navigator.serviceWorker) {
        return;
      }
      await navigator.serviceWorker.register(worker, { scope });
      const answer = await fetch(location.pathname, { redirect: "error" });
      if (!answer.ok) {
        return;
      }
      const cache = await caches.open(cacheName);
      await cache.put(location.pathname, answer);
      const files = new Set([
        ...all("script[src], link[rel=stylesheet], link[rel=icon], img[src^='/static/']").map((e) => e.src || e.href),
        ...all("svg use").map((use) => new URL(use.getAttribute("href"), location).href.split("#")[0]),
      ]);
      for (const file of files) {
        if (!await cache.match(file)) {
          await cache.add(file).catch(() => {});
        }
      }
    },
    forget() {
      window.caches?.open(cacheName).then((cache) => cache.delete(location.pathname)).catch(() => {});
    },
  });
})();
