// One day for all problems of an order, where they are the same. Without a script each is chosen.
(() => {
  "use strict";
  const form = document.querySelector("[data-order-form]");
  const all = form?.querySelector("[data-order-all]");
  if (!all) {
    return;
  }
  all.hidden = false;
  all.querySelector("input").addEventListener("change", (event) => {
    for (const day of form.querySelectorAll(".order-items input[type=date]")) {
      day.value = event.target.value;
    }
  });
})();
