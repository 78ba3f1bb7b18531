// Keeps the page itself and its files in the browser, for a reload without a network.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});
  const all = (selector) => [...document.querySelectorAll(selector)];

  // A Chinese font comes in a hundred pieces: those for every word that this page may yet show,
  // dialogs and messages included. What somebody types beyond them is in the phone's own font.
  async function fonts() {
    const words = document.body.textContent + all("[data-texts]").map((e) => e.dataset.texts).join("");
    const { fontFamily } = getComputedStyle(document.body);
    await Promise.all(["400", "700"].map((weight) => document.fonts.load(`${weight} 16px ${fontFamily}`, words)));
    return performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.endsWith(".woff2"));
  }

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
        ...await fonts(),
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
