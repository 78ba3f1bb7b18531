// Keeps the page itself and its files in the browser, for a reload without a network.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});
  const all = (selector) => [...document.querySelectorAll(selector)];

  // A Chinese font comes in a hundred pieces: those for every word that this page may yet show,
  // dialogs and messages included. What somebody types beyond them is in the phone's own font.
  async function fonts() {
    const shown = all("main, dialog").map((e) => e.textContent);
    const words = [...shown, ...all("[data-texts]").map((e) => e.dataset.texts)].join("");
    await document.fonts.load(`16px ${getComputedStyle(document.body).fontFamily}`, words);
    return performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.endsWith(".woff2"));
  }

  const keepAll = (cache, files) => Promise.all([...new Set(files)].map(async (file) => {
    if (!await cache.match(file)) {
      await cache.add(file).catch(() => {});
    }
  }));

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
      await keepAll(cache, [
        ...all("script[src], link[rel=stylesheet], link[rel=icon], img[src^='/static/']").map((e) => e.src || e.href),
        ...all("svg use").map((use) => new URL(use.getAttribute("href"), location).href.split("#")[0]),
      ]);
      // Last: without them the page works all the same, in another hand.
      await keepAll(cache, await fonts());
      await navigator.serviceWorker.ready;
      document.querySelector("[data-kept]")?.removeAttribute("hidden");
    },
    forget() {
      window.caches?.open(cacheName).then((cache) => cache.delete(location.pathname)).catch(() => {});
    },
  });
})();
