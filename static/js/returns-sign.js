// The principal's signature, drawn on the screen, travels as a PNG in a hidden field.
(() => {
  "use strict";
  const form = document.querySelector("[data-return-sign]");
  const Pad = window.anqiSite?.SignaturePad;
  if (!form || !Pad) {
    return;
  }
  const canvas = form.querySelector("[data-sign-canvas]");
  const field = form.querySelector("[name=signature]");
  const pad = new Pad(canvas, () => {
    field.value = pad.isEmpty ? "" : canvas.toDataURL("image/png");
  });
  form.querySelector("[data-sign-clear]").addEventListener("click", () => pad.clear());
})();
