// Ticks of a list: all of the page, a range with Shift, how many; J and K walk, X ticks, Enter opens.
// Without JavaScript the boxes and the buttons work by themselves.
(() => {
  "use strict";
  const bar = document.querySelector("[data-bulk]");
  const table = document.querySelector("table[data-rows]");
  if (!bar || !table) {
    return;
  }
  const boxes = [...table.querySelectorAll("[data-tick]")];
  const all = table.querySelector("[data-tick-all]");
  const count = bar.querySelector("[data-bulk-count]");
  const hint = count.textContent;
  const go = bar.querySelector("[data-bulk-ticked]");
  let last = -1;
  let here = -1;

  function tell() {
    const ticked = boxes.filter((box) => box.checked).length;
    go.disabled = ticked === 0;
    count.textContent = ticked ? bar.dataset.countText.replace("%(count)s", ticked) : hint;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }

  boxes.forEach((box, place) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        const [from, to] = [Math.min(last, place), Math.max(last, place)];
        boxes.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
      }
      last = place;
      tell();
    });
  });
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    tell();
  });

  function walk(step) {
    here = Math.max(0, Math.min(boxes.length - 1, here + step));
    boxes[here].closest("tr").querySelector("a.row-link").focus();
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const row = event.target.closest("tr");
    const place = row ? boxes.findIndex((box) => row.contains(box)) : -1;
    here = place >= 0 ? place : here;
    if (event.key === "j") {
      walk(1);
    } else if (event.key === "k") {
      walk(-1);
    } else if (event.key === "x" && here >= 0) {
      boxes[here].checked = !boxes[here].checked;
      last = here;
      tell();
    } else {
      return;
    }
    event.preventDefault();
  });
  tell();
})();
