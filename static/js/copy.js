// A button that copies the text of a field: data-copy names it, data-copied is said afterwards.
(() => {
  "use strict";
  const SHOWN_MS = 2000;

  async function copy(field) {
    field.focus();
    field.select();
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(field.value);
    } else {
      // Inside a company's network the site may be plain http, where there is no clipboard.
      document.execCommand("copy");
    }
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const label = button.querySelector("span");
    const text = label.textContent;
    button.hidden = false;
    label.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await copy(field);
      label.textContent = button.dataset.copied;
      setTimeout(() => { label.textContent = text; }, SHOWN_MS);
    });
  }
})();
