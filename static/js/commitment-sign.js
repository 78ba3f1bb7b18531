// A signature drawn on the screen travels as a PNG in a hidden field; without a script, or with an
// empty field, the name is typed.
(() => {
  "use strict";
  const form = document.querySelector("[data-commit-sign]");
  const Pad = window.anqiSite?.SignaturePad;
  if (!form || !Pad) {
    return;
  }
  const box = form.querySelector("[data-sign]");
  const canvas = box.querySelector("[data-sign-canvas]");
  const field = form.querySelector("[name=signature]");
  box.hidden = false;
  const pad = new Pad(canvas, () => {
    field.value = pad.isEmpty ? "" : canvas.toDataURL("image/png");
  });
  box.querySelector("[data-sign-clear]").addEventListener("click", () => pad.clear());
})();
