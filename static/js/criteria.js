// Narrows the criteria of the grading form while one types; the choice stays, whatever is found.
(() => {
  "use strict";
  const WAIT_MS = 200;
  for (const box of document.querySelectorAll("[data-criteria]")) {
    const bar = box.querySelector(".criteria-search");
    const list = box.querySelector("[data-criteria-found]");
    const [text, sector] = bar.querySelectorAll("input, select");
    let timer = 0;
    let latest = 0;
    bar.hidden = false;

    async function search() {
      const mine = ++latest;
      const query = new URLSearchParams({ text: text.value, sector: sector.value });
      const answer = await fetch(`${box.dataset.criteria}?${query}`, { credentials: "same-origin" });
      // A slower answer to an earlier word must not replace the later one.
      if (!answer.ok || mine !== latest) {
        return;
      }
      const chosen = list.querySelector("input:checked")?.closest("label");
      list.innerHTML = await answer.text();
      if (chosen) {
        const value = chosen.querySelector("input").value;
        list.querySelector(`input[value="${value}"]`)?.closest("label").remove();
        list.prepend(chosen);
      }
    }

    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => search().catch(() => {}), WAIT_MS);
    };
    text.addEventListener("input", soon);
    sector.addEventListener("change", soon);
    // Enter searches; it must not send the form.
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        soon();
      }
    });
    // Whoever meets a criterion has a major hazard before them.
    list.addEventListener("change", () => {
      const major = box.form.querySelector("input[name=grade][value=major]");
      if (major) {
        major.checked = true;
      }
    });
  }
})();
