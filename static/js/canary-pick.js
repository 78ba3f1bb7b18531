// Another search keeps the ticks: they travel with it, and the page shows them on top.
(() => {
  "use strict";
  const search = document.querySelector("[data-keep-ticks]");
  if (!search) {
    return;
  }
  search.addEventListener("submit", () => {
    search.querySelectorAll("[data-kept]").forEach((old) => old.remove());
    document.querySelectorAll("[data-tick]:checked").forEach((box) => {
      const kept = document.createElement("input");
      kept.type = "hidden";
      kept.name = box.name;
      kept.value = box.value;
      kept.dataset.kept = "";
      search.append(kept);
    });
  });
})();
