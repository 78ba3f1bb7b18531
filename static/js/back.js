// A button that leads back to where one came from.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-back]")) {
    button.addEventListener("click", () => history.back());
  }
})();
