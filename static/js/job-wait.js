// Waits for work that the scheduler does: asks how far it is, less often the longer it takes, fills
// the bar, and loads the page anew at the end. Without JavaScript the button on the page asks again.
(() => {
  "use strict";
  const box = document.querySelector("[data-job]");
  if (!box) {
    return;
  }
  const bar = box.querySelector("[data-job-bar]");
  const label = box.querySelector("[data-job-label]");
  const text = box.querySelector("[data-job-text]");
  let pause = 800;

  async function look() {
    try {
      const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" } });
      return answer.ok && answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
    } catch {
      return null; // the network may come back
    }
  }

  async function ask() {
    const found = await look();
    if (found?.over) {
      location.reload();
      return;
    }
    if (found) {
      pause = text.textContent === found.text ? Math.min(pause * 1.3, 5000) : 800;
      label.textContent = found.label;
      text.textContent = found.text;
      bar.style.width = `${found.percent}%`;
      bar.parentElement.setAttribute("aria-valuenow", found.percent);
    } else {
      pause = Math.min(pause * 1.5, 10000);
    }
    setTimeout(ask, pause);
  }
  setTimeout(ask, pause);
})();
