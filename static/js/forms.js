// Forms: the focus goes to what went wrong, a form is sent once.
(() => {
  "use strict";

  const wrong = document.querySelector("[data-focus]") || document.querySelector("[aria-invalid=true]");
  if (wrong) {
    wrong.focus({ preventScroll: false });
  }

  // A second press while the first is on its way would make a second record.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.classList.add("btn-loading");
  });
  // The page may come back from the browser's cache: its forms can be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
    for (const button of document.querySelectorAll(".btn-loading")) {
      button.classList.remove("btn-loading");
    }
  });
})();
