// A trial of changed rules: a clip plays from the second at which something was raised. Without this
// file the link opens the clip there.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    const film = link?.closest("[data-clip]").querySelector("[data-film]");
    if (!film || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    event.preventDefault();
    film.currentTime = Math.max(0, Number(link.dataset.seek) - 1);
    film.play().catch(() => {});
    film.scrollIntoView({ block: "nearest" });
  });
})();
