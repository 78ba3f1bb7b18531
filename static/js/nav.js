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

  // Tabs that do not fit: the chosen one in the middle, an arrow where more are hidden.
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  for (const frame of document.querySelectorAll("[data-tabs]")) {
    const tabs = frame.querySelector(".tabs");
    const links = [...tabs.querySelectorAll(".tab")];
    const arrows = [...frame.querySelectorAll("[data-tabs-move]")];
    const left = () => tabs.scrollLeft > 4;
    const right = () => tabs.scrollLeft + tabs.clientWidth < tabs.scrollWidth - 4;
    const show = () => {
      for (const arrow of arrows) {
        arrow.hidden = !(arrow.dataset.tabsMove < 0 ? left() : right());
      }
    };
    for (const arrow of arrows) {
      arrow.addEventListener("click", () => {
        const by = Number(arrow.dataset.tabsMove) * tabs.clientWidth * 0.6;
        tabs.scrollBy({ left: by, behavior: calm.matches ? "instant" : "smooth" });
      });
    }
    tabs.addEventListener("keydown", (event) => {
      const at = links.indexOf(document.activeElement);
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: links.length - 1 }[event.key];
      if (at < 0 || !links[to] || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      links[to].focus();
    });
    tabs.addEventListener("scroll", show, { passive: true });
    new ResizeObserver(show).observe(tabs);
    const chosen = tabs.querySelector(".active");
    const settle = () => {
      if (chosen) tabs.scrollLeft = chosen.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
      show();
    };
    frame.classList.add("tabs-ready");
    settle();
    // The web font is wider or narrower than what stood there before.
    document.fonts.ready.then(settle);
  }

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
