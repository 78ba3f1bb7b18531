// Places a risk point on a plan by a tap or with the arrow keys; writes percent into two fields.
(() => {
  "use strict";
  const picker = document.querySelector("[data-spot-picker]");
  if (!picker) {
    return;
  }
  const [plan, area, x, y] = ["plan_id", "area_id", "x", "y"].map((name) => picker.querySelector(`[name=${name}]`));
  const sheets = [...picker.querySelectorAll("[data-spot-plan]")];
  const hint = picker.querySelector("[data-spot-hint]");
  const round = (value) => Math.round(Math.min(Math.max(value, 0), 100) * 100) / 100;

  function show() {
    const only = sheets.length === 1 && !plan.value ? sheets[0].dataset.spotPlan : plan.value;
    sheets.forEach((sheet) => {
      sheet.hidden = sheet.dataset.spotPlan !== only;
      const mark = sheet.querySelector(".spot-mark");
      mark.hidden = x.value === "" || y.value === "" || sheet.dataset.spotPlan !== plan.value;
      mark.style.left = `${x.value}%`;
      mark.style.top = `${y.value}%`;
    });
    hint.hidden = sheets.every((sheet) => sheet.hidden);
  }

  function place(sheet, left, top) {
    plan.value = sheet.dataset.spotPlan;
    x.value = round(left);
    y.value = round(top);
    // The area follows from the position; the server finds it.
    area.value = "";
    show();
  }

  sheets.forEach((sheet) => {
    sheet.addEventListener("click", (event) => {
      const box = sheet.querySelector("img").getBoundingClientRect();
      place(sheet, ((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
    });
    sheet.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const move = moves[event.key];
      if (!move) {
        return;
      }
      event.preventDefault();
      const step = event.shiftKey ? 5 : 0.5;
      const from = [x.value === "" ? 50 : Number(x.value), y.value === "" ? 50 : Number(y.value)];
      place(sheet, from[0] + move[0] * step, from[1] + move[1] * step);
    });
  });
  plan.addEventListener("change", () => {
    x.value = "";
    y.value = "";
    show();
  });
  [x, y].forEach((field) => field.addEventListener("input", show));
  show();
})();
