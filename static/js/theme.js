// Light, dark, or like the device. Loaded in <head>, before the style sheets, so that nothing flashes.
(() => {
  "use strict";
  const KEY = "anqi-theme";
  const root = document.documentElement;
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto"; // storage switched off: follow the device
    }
  }

  function show() {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "auto" && prefersDark.matches);
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
    document.dispatchEvent(new CustomEvent("anqi:theme", { detail: { dark } }));
  }

  function choose(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // Without storage the choice lasts for this page only.
    }
    show();
  }

  root.classList.remove("no-js");
  show();
  prefersDark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    show();
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.addEventListener("click", () => choose(button.dataset.themeChoice));
    }
  });
})();
