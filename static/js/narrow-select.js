// A search above a long select: typing leaves only the options that hold every word.
(() => {
  "use strict";
  for (const place of document.querySelectorAll("[data-narrow]")) {
    const select = document.getElementById(place.dataset.narrow);
    const search = place.querySelector("input");
    if (!select || !search) continue;
    const all = [...select.options];
    for (const hidden of place.querySelectorAll("[hidden]")) hidden.hidden = false;

    const fits = (option, words) => words.every((word) => option.text.toLowerCase().includes(word));
    const narrow = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = select.value;
      const kept = all.filter((o) => !o.value || o.value === chosen || fits(o, words));
      select.replaceChildren(...kept);
      // A single hit is what was meant.
      const hits = kept.filter((o) => o.value && fits(o, words));
      select.value = words.length && hits.length === 1 ? hits[0].value : chosen;
    };
    search.addEventListener("input", narrow);
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
})();
