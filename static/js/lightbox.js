// Opens the photos of a gallery large: arrow keys, swipe, Escape. Links without JavaScript.
(() => {
  "use strict";
  const dialog = document.getElementById("lightbox");
  if (!dialog || typeof dialog.showModal !== "function") {
    return;
  }
  const picture = dialog.querySelector("img");
  const caption = dialog.querySelector("figcaption");
  let links = [];
  let at = 0;

  function show(index) {
    at = (index + links.length) % links.length;
    const link = links[at];
    const words = link.dataset.caption || link.querySelector("img")?.alt || "";
    picture.src = link.href;
    picture.alt = words;
    caption.textContent = links.length > 1 ? `${words} (${at + 1}/${links.length})` : words;
    dialog.classList.toggle("lightbox-single", links.length === 1);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-lightbox]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) {
      return; // a new tab was asked for
    }
    event.preventDefault();
    links = [...document.querySelectorAll(`a[data-lightbox="${CSS.escape(link.dataset.lightbox)}"]`)];
    show(links.indexOf(link));
    dialog.showModal();
  });

  dialog.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]")?.dataset.step;
    if (step === "close" || event.target === dialog) {
      dialog.close();
    } else if (step) {
      show(at + Number(step));
    }
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      event.stopPropagation();
      show(at + step);
    }
  });
  let startX = 0;
  dialog.addEventListener("touchstart", (event) => { startX = event.changedTouches[0].clientX; }, { passive: true });
  dialog.addEventListener("touchend", (event) => {
    const moved = event.changedTouches[0].clientX - startX;
    if (Math.abs(moved) > 50) {
      show(at + (moved > 0 ? -1 : 1));
    }
  });
  dialog.addEventListener("close", () => picture.removeAttribute("src"));
})();
