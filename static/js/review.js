// The review by keyboard: J next, K previous, Y confirm, N reject and then 1 to 6, D duplicate,
// B boxes, Space plays or pauses. What a key does is on the element: data-key. No key works while
// somebody writes, and every step is a link or a form that works without this file.
(() => {
  "use strict";
  const writing = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

  function press(element) {
    if (element instanceof HTMLVideoElement) {
      if (element.paused) {
        element.play().catch(() => {});
      } else {
        element.pause();
      }
    } else {
      element.click();
    }
  }

  function choose(digit) {
    const part = document.querySelector("#reject[open]");
    const option = part?.querySelector(`[data-digit="${digit}"]`);
    if (!option) {
      return false;
    }
    option.checked = true;
    // "Other" is the last reason and needs words.
    if (option === [...part.querySelectorAll("[data-digit]")].at(-1)) {
      part.querySelector("textarea").focus();
    } else {
      option.form.requestSubmit();
    }
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) {
      return;
    }
    if (event.target.closest(writing) || document.querySelector("dialog[open]")) {
      if (event.key === "Escape") {
        event.target.blur();
      }
      return;
    }
    const key = event.key.toLowerCase();
    // Space belongs to what has the focus, if that is something to press.
    if (key === " " && event.target.closest("a, button, summary, input, video")) {
      return;
    }
    if (/^[1-9]$/.test(key)) {
      if (choose(key)) {
        event.preventDefault();
      }
      return;
    }
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (found) {
      event.preventDefault();
      press(found);
    }
  });

  // Rejecting: the focus goes to the reasons, so that arrows and digits both work.
  document.getElementById("reject")?.addEventListener("toggle", (event) => {
    if (event.target.open) {
      event.target.querySelector("input[type=radio]")?.focus();
    }
  });

  // Whoever asked the device for less motion starts the film.
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    for (const film of document.querySelectorAll("video[autoplay]")) {
      film.autoplay = false;
      film.pause();
    }
  }

  for (const field of document.querySelectorAll("[data-select]")) {
    field.focus();
    field.select();
  }
})();
