// The frame of a page: back links, folded filters, the menu on a phone.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-back]")) {
    if (history.length > 1) {
      button.addEventListener("click", () => history.back());
    } else {
      button.hidden = true;
    }
  }

  // Filters lie open where there is room, and without JavaScript; a phone folds them.
  const wide = window.matchMedia("(min-width: 768px)");
  const foldable = document.querySelectorAll("details[data-open-wide]");
  const fold = () => {
    for (const details of foldable) {
      details.open = wide.matches;
    }
  };
  fold();
  wide.addEventListener("change", fold);

  // Escape closes the phone menu and gives the focus back to its button.
  const menu = document.getElementById("side-menu");
  const toggler = document.querySelector("[data-bs-target='#side-menu']");
  if (menu && toggler) {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.classList.contains("show")) {
        toggler.click();
        toggler.focus();
      }
    });
  }
})();
