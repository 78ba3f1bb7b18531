// The grid by keyboard: arrows move, X or the space bar selects, Shift with an arrow selects on the
// way, A all, Enter opens; Y, N and D decide on what is selected, after asking. Without this file
// the ticks and buttons are a plain form.
(() => {
  "use strict";
  const help = document.getElementById("desk-help");
  document.querySelector("[data-help]")?.addEventListener("click", () => help.showModal());
  const form = document.getElementById("desk-grid");
  const said = form ? JSON.parse(form.dataset.said) : {};
  const writing = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
  const tiles = form ? [...form.querySelectorAll("[data-tile]")] : [];
  const tick = (tile) => tile.querySelector("input[name=id]");
  const linkOf = (tile) => tile.querySelector("[data-open]");
  let here = 0;

  function selected() {
    return tiles.filter((tile) => tick(tile).checked);
  }

  // What is asked before a verdict on many names how many they are.
  function tell() {
    const count = selected().length;
    form.querySelector("[data-selected-text]").textContent = count ? said.selected.replace("%(count)s", count) : said.all;
    form.querySelector("[data-all]").checked = count === tiles.length;
    form.classList.toggle("has-selected", count > 0);
    for (const tile of tiles) {
      tile.classList.toggle("is-selected", tick(tile).checked);
    }
    for (const button of form.querySelectorAll("[data-many]")) {
      const kind = button.dataset.many;
      const number = kind === "duplicate" ? Math.max(0, count - 1) : count;
      button.dataset.confirm = said[kind].replace("%(count)s", number);
      button.disabled = number === 0;
    }
  }

  function go(place, selecting) {
    const to = Math.min(Math.max(place, 0), tiles.length - 1);
    if (selecting) {
      const [low, high] = to < here ? [to, here] : [here, to];
      tiles.slice(low, high + 1).forEach((tile) => { tick(tile).checked = true; });
      tell();
    }
    here = to;
    linkOf(tiles[here]).focus();
  }

  function columns() {
    const top = tiles[0].offsetTop;
    const second = tiles.findIndex((tile) => tile.offsetTop !== top);
    return second < 0 ? tiles.length : second;
  }

  const moves = {
    ArrowLeft: () => -1,
    ArrowRight: () => 1,
    ArrowUp: () => -columns(),
    ArrowDown: () => columns(),
  };

  function press(key) {
    const reasons = form?.querySelector("[data-reasons]");
    if (/^[1-6]$/.test(key) && reasons?.open) {
      const option = reasons.querySelector(`[data-digit="${key}"]`);
      option.checked = true;
      if (key === "6") {
        reasons.querySelector("textarea").focus();
      } else {
        form.requestSubmit(reasons.querySelector("button[type=submit]"));
      }
      return true;
    }
    const links = { g: "[data-single]", j: "[data-next]", k: "[data-prev]" };
    if (links[key]) {
      document.querySelector(links[key])?.click();
      return true;
    }
    if (key === "?") {
      help.showModal();
      return true;
    }
    if (!form) {
      return false;
    }
    if (key === "x" || key === " ") {
      tick(tiles[here]).checked = !tick(tiles[here]).checked;
      tell();
      return true;
    }
    if (key === "a") {
      const all = selected().length < tiles.length;
      tiles.forEach((tile) => { tick(tile).checked = all; });
      tell();
      return true;
    }
    const button = form.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (button && !button.disabled) {
      button.click();
      if (key === "n" && reasons.open) {
        reasons.querySelector("input[type=radio]")?.focus();
      }
      return true;
    }
    return false;
  }

  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    }
    const asked = document.querySelector("dialog[open]");
    if (asked) {
      const answer = { y: "yes", n: "no" }[event.key.toLowerCase()];
      if (answer && !event.repeat) {
        asked.querySelector(`button[value=${answer}]`)?.click();
      }
      return;
    }
    if (target.closest(writing)) {
      return;
    }
    const inReasons = target.closest("[data-reasons]");
    if (form && moves[event.key] && !inReasons) {
      event.preventDefault();
      const inTiles = target.closest("[data-tile]");
      go(inTiles ? here + moves[event.key]() : here, event.shiftKey && Boolean(inTiles));
      return;
    }
    if (event.key === " " && target.closest("button, summary, input")) {
      return;
    }
    if (!event.repeat && press(event.key.toLowerCase())) {
      event.preventDefault();
    }
  });

  if (!form) {
    return;
  }
  // What came back after a verdict on many has the address of the grid: a reload shows the grid.
  if (location.pathname !== new URL(form.dataset.address, location.href).pathname) {
    history.replaceState(null, "", form.dataset.address);
  }
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      tiles.forEach((tile) => { tick(tile).checked = event.target.checked; });
    }
    tell();
  });
  form.addEventListener("focusin", (event) => {
    const tile = event.target.closest("[data-tile]");
    if (tile) {
      here = tiles.indexOf(tile);
    }
  });
  tell();
})();
