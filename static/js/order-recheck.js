// The re-inspection's form: a signature drawn on the screen travels as a PNG in a hidden field, and
// the fields of a refusal show where somebody refuses. Without a script the paper is signed by hand.
(() => {
  "use strict";
  const form = document.querySelector("[data-recheck-form]");
  const Pad = window.anqiSite?.SignaturePad;
  if (!form) {
    return;
  }
  const refused = form.querySelector("[name=refused]");
  const refusal = form.querySelector("[data-refusal]");
  const box = form.querySelector("[data-sign]");
  const show = () => {
    refusal.hidden = !refused.checked;
    box.hidden = refused.checked || !Pad;
  };
  refused.addEventListener("change", show);
  show();
  if (!Pad) {
    return;
  }
  const canvas = box.querySelector("[data-sign-canvas]");
  const field = form.querySelector("[name=signature]");
  const pad = new Pad(canvas, () => {
    field.value = pad.isEmpty ? "" : canvas.toDataURL("image/png");
  });
  box.querySelector("[data-sign-clear]").addEventListener("click", () => pad.clear());
  box.querySelector("[data-sign-undo]").addEventListener("click", () => pad.undo());
})();
