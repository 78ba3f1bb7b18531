// Draws an area on a plan: mouse, finger or keyboard. What is drawn is written into the text field
// as percent of width and height; the field alone is enough where there is no script.
(() => {
  "use strict";
  const editor = document.querySelector("[data-area-editor]");
  if (!editor) {
    return;
  }
  const NS = "http://www.w3.org/2000/svg";
  const input = document.getElementById(editor.dataset.input);
  const layer = editor.querySelector("[data-layer]");
  const count = document.querySelector("[data-count]");
  const [, , width, height] = layer.getAttribute("viewBox").split(" ").map(Number);
  const cross = { x: width / 2, y: height / 2, shown: false };
  const GRAB = 22; // drawing units around a corner that take hold of it
  let corners = [];
  let held = -1;
  let moved = false;

  const clamp = (value, most) => Math.min(Math.max(value, 0), most);
  const percent = (value, whole) => Math.round((value / whole) * 10000) / 100;

  function read() {
    corners = (input.value.match(/[\d.]+\s*,\s*[\d.]+/g) || []).map((pair) => {
      const [x, y] = pair.split(",").map(Number);
      return { x: clamp((x / 100) * width, width), y: clamp((y / 100) * height, height) };
    });
  }

  function write() {
    input.value = corners.map((c) => `${percent(c.x, width)},${percent(c.y, height)}`).join(" ");
    draw();
  }

  function shape(name, attributes, parent) {
    const made = document.createElementNS(NS, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    parent.append(made);
  }

  function draw() {
    layer.replaceChildren();
    if (corners.length) {
      const points = corners.map((c) => `${c.x},${c.y}`).join(" ");
      shape(corners.length > 2 ? "polygon" : "polyline", { points, class: "drawing-shape" }, layer);
    }
    corners.forEach((c) => shape("circle", { cx: c.x, cy: c.y, r: 11, class: "drawing-corner" }, layer));
    if (cross.shown) {
      const d = `M${cross.x - 18} ${cross.y}h36M${cross.x} ${cross.y - 18}v36`;
      shape("path", { d, class: "drawing-cross" }, layer);
    }
    count.textContent = corners.length ? `${corners.length}` : "";
  }

  function spot(event) {
    const box = layer.getBoundingClientRect();
    return {
      x: clamp(((event.clientX - box.left) / box.width) * width, width),
      y: clamp(((event.clientY - box.top) / box.height) * height, height),
    };
  }

  const near = (at) => corners.findIndex((c) => Math.hypot(c.x - at.x, c.y - at.y) < reach());
  // A finger is as wide on a small screen, where a drawing unit is smaller.
  const reach = () => Math.max(GRAB, (22 * width) / layer.getBoundingClientRect().width);

  editor.addEventListener("pointerdown", (event) => {
    if (event.button) {
      return;
    }
    held = near(spot(event));
    moved = false;
    if (held >= 0) {
      event.preventDefault();
      editor.setPointerCapture(event.pointerId);
    }
  });
  editor.addEventListener("pointermove", (event) => {
    if (held < 0) {
      return;
    }
    moved = true;
    corners[held] = spot(event);
    write();
  });
  const release = () => {
    held = -1;
  };
  editor.addEventListener("pointerup", release);
  editor.addEventListener("pointercancel", release);
  // A click, not a pointerdown: a finger that scrolls the page draws nothing.
  editor.addEventListener("click", (event) => {
    const at = spot(event);
    if (moved || near(at) >= 0) {
      moved = false;
      return;
    }
    cross.shown = false;
    corners.push(at);
    write();
  });

  function say(text) {
    count.textContent = text;
  }

  editor.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? width / 20 : width / 200;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (moves[event.key]) {
      cross.x = clamp(cross.x + moves[event.key][0] * step, width);
      cross.y = clamp(cross.y + moves[event.key][1] * step, height);
      cross.shown = true;
      draw();
    } else if (event.key === "Enter" || event.key === " ") {
      corners.push({ x: cross.x, y: cross.y });
      cross.shown = true;
      write();
      say(editor.dataset.saidCorner.replace("{n}", corners.length)
        .replace("{x}", percent(cross.x, width)).replace("{y}", percent(cross.y, height)));
    } else if (event.key === "Backspace" || event.key === "Delete") {
      corners.pop();
      write();
      say(editor.dataset.saidRemoved);
    } else {
      return;
    }
    event.preventDefault();
  });

  document.querySelectorAll("[data-tool]").forEach((button) => {
    button.addEventListener("click", () => {
      corners = button.dataset.tool === "undo" ? corners.slice(0, -1) : [];
      write();
    });
  });
  input.addEventListener("input", () => {
    read();
    draw();
  });
  read();
  draw();
})();
