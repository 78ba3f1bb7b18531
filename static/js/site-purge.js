// Whoever signs in on this phone next must not find the pages that somebody else kept on it.
// What waits to be sent stays: it lies in a database of the account that made it.
(() => {
  "use strict";
  if (!window.caches) {
    return;
  }
  caches.keys()
    .then((names) => Promise.all(names.filter((n) => n.startsWith("anqi-site-")).map((n) => caches.delete(n))))
    .catch(() => {});
})();
