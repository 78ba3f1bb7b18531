// The page at the gate renews itself each minute: as a timer it would end at the browser's own
// page of errors whenever the network is away for a moment, and hang there until somebody comes.
(() => {
  "use strict";
  const EVERY_MS = 60_000;
  setInterval(async () => {
    try {
      const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
      // Not found: the address was renewed, and what hung here no longer does.
      if (answer.ok || answer.status === 404) {
        location.reload();
      }
    } catch {
      // Away: what hangs there stays, and the next minute asks again.
    }
  }, EVERY_MS);
})();
