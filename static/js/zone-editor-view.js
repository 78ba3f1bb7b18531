// The shapes over the picture: outlines, names, the corners of the chosen one, what is being drawn.
(() => {
  "use strict";
  const editor = (window.anqiEditor ||= {});
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const CORNER = 6;
  const DOT = 4;
  const SNAP = 8;
  const RIM = 12; // corners on the border are seen whole; as in the style sheet
  const SHORTEST_SIDE = 44; // in pixels: a dot on a shorter one would lie under the corners' reach

  function node(name, attributes = {}, ...children) {
    const element = document.createElementNS(NAMESPACE, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  editor.fill = fill;

  editor.makeView = ({ root, texts }) => {
    const canvas = root.querySelector("[data-canvas]");
    const svg = root.querySelector("[data-shapes]");
    const layers = ["outlines", "draft", "handles"].map((name) => node("g", { class: `editor-${name}` }));
    svg.append(...layers);
    const [outlines, draftLayer, handles] = layers;
    let size = [1, 1];

    const at = ([x, y]) => [x * size[0], y * size[1]];
    const list = (points) => points.map((p) => at(p).map((v) => v.toFixed(1)).join(",")).join(" ");

    function measure() {
      size = [canvas.clientWidth || 1, canvas.clientHeight || 1];
      svg.setAttribute("viewBox", `${-RIM} ${-RIM} ${size[0] + 2 * RIM} ${size[1] + 2 * RIM}`);
      return size;
    }

    // The last few pixels are the border itself.
    const snapped = (point) => point.map((value, axis) => {
      if (value * size[axis] < SNAP) {
        return 0;
      }
      return (1 - value) * size[axis] < SNAP ? 1 : value;
    });
    // Where a pointer is, as a fraction of the picture.
    function pointOf(event) {
      const box = canvas.getBoundingClientRect();
      return snapped([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
    }
    const reach = (event) => (event.pointerType === "touch" || window.matchMedia("(pointer: coarse)").matches ? 22 : 12);
    function nearest(points, event, limit = reach(event)) {
      const box = canvas.getBoundingClientRect();
      const away = points.map(([x, y]) =>
        Math.hypot(x * box.width + box.left - event.clientX, y * box.height + box.top - event.clientY));
      const best = away.indexOf(Math.min(...away));
      return away[best] <= limit ? best : -1;
    }

    // The arrow along a line, and which side of it is called left.
    function lineParts(points) {
      const [[x1, y1], [x2, y2]] = points.map(at);
      const length = Math.hypot(x2 - x1, y2 - y1) || 1;
      const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
      const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
      const side = (sign) => [mx + sign * uy * 22, my - sign * ux * 22 + 4];
      const [left, right] = [side(1), side(-1)];
      const tip = [x2, y2];
      const wing = (sign) => [x2 - ux * 14 + sign * uy * 7, y2 - uy * 14 - sign * ux * 7];
      return [
        node("line", { class: "editor-line-hit", x1, y1, x2, y2 }),
        node("line", { class: "editor-line-rim", x1, y1, x2, y2 }),
        node("line", { class: "editor-stroke", x1, y1, x2, y2 }),
        node("polygon", { class: "editor-arrow", points: [tip, wing(1), wing(-1)].map((p) => p.join(",")).join(" ") }),
        node("text", { class: "editor-way", x: left[0], y: left[1] }, texts.left),
        node("text", { class: "editor-way", x: right[0], y: right[1] }, texts.right),
      ];
    }

    function outline(shape, chosen, problem) {
      const classes = ["editor-outline", `editor-${shape.kind}`];
      if (chosen) {
        classes.push("editor-chosen");
      }
      if (problem) {
        classes.push("editor-wrong");
      }
      const group = node("g", { class: classes.join(" "), "data-shape": shape.id });
      if (shape.kind === "line") {
        group.append(...lineParts(shape.points));
      } else {
        group.append(node("polygon", { points: list(shape.points) }));
      }
      const [x, y] = at(editor.middle(shape.points));
      group.append(node("text", { class: "editor-name", x, y: shape.kind === "line" ? y - 36 : y }, shape.name));
      return group;
    }

    function corners(shape, corner) {
      const parts = [];
      const { points, kind } = shape;
      if (kind !== "line") {
        points.forEach((p, i) => {
          const q = points[(i + 1) % points.length];
          const [[x1, y1], [x2, y2]] = [at(p), at(q)];
          if (Math.hypot(x2 - x1, y2 - y1) > SHORTEST_SIDE) {
            const [cx, cy] = [(x1 + x2) / 2, (y1 + y2) / 2];
            parts.push(node("g", { class: "editor-dot", "data-dot": i },
              node("circle", { class: "editor-reach", cx, cy, r: 16 }),
              node("circle", { class: "editor-mark", cx, cy, r: DOT })));
          }
        });
      }
      points.forEach((p, i) => {
        const [cx, cy] = at(p);
        const [x, y] = p.map((v) => (v * 100).toFixed(1));
        parts.push(node("g", {
          class: `editor-corner${i === corner ? " editor-corner-chosen" : ""}`,
          "data-corner": i,
          tabindex: 0,
          role: "button",
          "aria-label": fill(texts.corner, { number: i + 1, name: shape.name, x, y }),
        }, node("circle", { class: "editor-reach", cx, cy, r: 22 }), node("circle", { class: "editor-mark", cx, cy, r: CORNER })));
      });
      return parts;
    }

    function drafted({ kind, points }, cursor) {
      const shown = cursor ? [...points, cursor] : points;
      const parts = [node("polyline", { class: `editor-draft-line editor-${kind}`, points: list(shown) })];
      points.forEach((p, i) => {
        const [cx, cy] = at(p);
        const closes = i === 0 && points.length >= editor.fewest(kind) && kind !== "line";
        parts.push(node("circle", { class: `editor-draft-point${closes ? " editor-closes" : ""}`, cx, cy, r: closes ? 9 : 5 }));
      });
      return parts;
    }

    function draw({ shapes, chosen, corner, draft, cursor, problemOf }) {
      measure();
      // What is chosen lies on top, so that it can be taken where shapes overlap.
      const ordered = [...shapes].sort((a, b) => (a.id === chosen) - (b.id === chosen) || editor.area(b.points) - editor.area(a.points));
      outlines.replaceChildren(...ordered.map((shape) => outline(shape, shape.id === chosen, problemOf(shape))));
      draftLayer.replaceChildren(...(draft ? drafted(draft, cursor) : []));
      const shape = shapes.find((one) => one.id === chosen);
      const had = handles.contains(document.activeElement);
      handles.replaceChildren(...(shape && !draft ? corners(shape, corner) : []));
      if (had) {
        (handles.querySelector(`[data-corner="${corner}"]`) || svg).focus({ preventScroll: true });
      }
    }

    return {
      svg,
      canvas,
      draw,
      measure,
      pointOf,
      snapped,
      nearest,
      focusCorner: (index) => handles.querySelector(`[data-corner="${index}"]`)?.focus({ preventScroll: true }),
    };
  };
})();
