// The cascade of divisions: choosing a province brings its cities, and so on down to the street.
// Without JavaScript a button sends the form to be narrowed by the server.
(() => {
  "use strict";

  function fill(select, choices) {
    const empty = select.querySelector('option[value=""]');
    const options = choices.map(([code, name]) => new Option(name, code));
    select.replaceChildren(...(empty ? [empty] : []), ...options);
    select.value = "";
  }

  for (const box of document.querySelectorAll("[data-regions]")) {
    const levels = [...box.querySelectorAll("select")];
    const message = box.querySelector("[data-regions-message]");

    async function narrow(place) {
      const chosen = levels[place].value;
      for (const below of levels.slice(place + 1)) {
        fill(below, []);
      }
      const next = levels[place + 1];
      if (!chosen || !next) {
        return;
      }
      box.classList.add("regions-busy");
      message.textContent = "";
      try {
        const url = new URL(box.dataset.regions, window.location.href);
        url.searchParams.set("parent", chosen);
        const answer = await fetch(url, { headers: { Accept: "application/json" } });
        if (!answer.ok || answer.redirected) {
          throw new Error(String(answer.status));
        }
        const { choices } = await answer.json();
        // A slow answer must not fill in the divisions of what was chosen before.
        if (levels[place].value !== chosen) {
          return;
        }
        fill(next, choices);
        if (choices.length === 1) {
          next.value = choices[0][0];
          await narrow(place + 1);
        }
      } catch {
        message.textContent = box.dataset.failed;
      } finally {
        box.classList.remove("regions-busy");
      }
    }

    levels.forEach((select, place) => select.addEventListener("change", () => narrow(place)));
  }
})();
