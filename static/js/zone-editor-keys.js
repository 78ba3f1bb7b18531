// What keys do in the editor of zones, lines and masks. None works while somebody writes.
(() => {
  "use strict";
  const editor = (window.anqiEditor ||= {});
  const KEYS = { z: "zone", l: "line", m: "mask", v: "select", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 0: "fit" };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  editor.listen = ({ state, actions, does, svg }) => {
    function special(event) {
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") {
        return false;
      }
      actions[key === "y" || event.shiftKey ? "redo" : "undo"]();
      return true;
    }

    function plain(event) {
      const { key } = event;
      if (state.draft && key === "Enter" && !event.target.closest("button, a, summary")) {
        does.finish();
      } else if (state.draft && key === "Backspace") {
        does.back();
      } else if (key === "Escape") {
        if (state.draft) {
          does.cancel();
        } else {
          does.choose(state.corner === null ? null : state.chosen);
          svg.focus({ preventScroll: true });
        }
      } else if ((key === "Delete" || key === "Backspace") && state.chosen) {
        does.remove();
      } else if (key === "Insert" && state.chosen && state.corner !== null) {
        does.insert(state.corner);
      } else if (ARROWS[key] && state.chosen && !state.draft) {
        does.nudge(ARROWS[key], event.shiftKey ? 10 : 1);
      } else if (KEYS[key.toLowerCase()]) {
        actions[KEYS[key.toLowerCase()]](false);
      } else {
        return false;
      }
      return true;
    }

    document.addEventListener("keydown", (event) => {
      const writing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
      if (writing || event.isComposing || event.altKey || document.querySelector("dialog[open]")) {
        return;
      }
      const done = event.ctrlKey || event.metaKey ? special(event) : plain(event);
      if (done) {
        event.preventDefault();
      }
    });
  };
})();
