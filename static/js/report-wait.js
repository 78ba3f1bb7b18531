// Waits for a report: asks for its state, less often the longer it takes, and opens it when ready.
// Without JavaScript the button on the page asks again.
(() => {
  "use strict";
  const box = document.querySelector("[data-wait]");
  if (!box) {
    return;
  }
  const label = box.querySelector("[data-wait-label]");
  let pause = 1500;

  async function ask() {
    let held = null;
    try {
      const answer = await fetch(box.dataset.wait, { headers: { Accept: "application/json" } });
      held = answer.ok && answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
    } catch {
      held = null; // the network may come back
    }
    if (held?.state === "ready" || held?.state === "failed") {
      location.reload();
      return;
    }
    if (held && held.state !== box.dataset.state) {
      box.dataset.state = held.state;
      label.textContent = held.label;
    }
    pause = Math.min(pause * 1.3, 10000);
    setTimeout(ask, pause);
  }
  setTimeout(ask, pause);
})();
