// Asks before a step that cannot be undone: data-confirm on a form, or on one of its buttons.
// Without JavaScript, or without <dialog>, the form is simply sent; the server decides anyway.
(() => {
  "use strict";
  const dialog = document.getElementById("confirm");
  if (!dialog || typeof dialog.showModal !== "function") {
    return;
  }
  const title = dialog.querySelector(".sheet-title");
  const text = dialog.querySelector("[data-confirm-text]");
  const yes = dialog.querySelector("button[value=yes]");
  const answered = new WeakSet();

  function ask(asker) {
    const { confirm, confirmTitle, confirmLabel, confirmTone } = asker.dataset;
    title.textContent = confirmTitle || title.dataset.default;
    text.textContent = confirm;
    yes.textContent = confirmLabel || yes.dataset.default;
    yes.className = `btn btn-${confirmTone || "primary"}`;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  // In the capture phase: it must run before whatever marks the form as sent.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const submitter = event.submitter;
    const asker = submitter?.dataset.confirm ? submitter : form;
    if (!asker.dataset.confirm || answered.has(form)) {
      answered.delete(form);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (await ask(asker)) {
      answered.add(form);
      form.requestSubmit(submitter);
    }
  }, true);
})();
