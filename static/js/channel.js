// The form of a channel: asks for a region or an enterprise only where the choice needs one.
// Without JavaScript all of it is there, and the server takes what fits the choice.
(() => {
  "use strict";
  const reach = document.querySelector("select[name=reach]");
  const parts = document.querySelectorAll("[data-reach]");
  if (!reach || !parts.length) {
    return;
  }
  function show() {
    for (const part of parts) {
      part.hidden = part.dataset.reach !== reach.value;
    }
  }
  reach.addEventListener("change", show);
  show();
})();
