// The form of a camera while somebody writes: zones, lines and masks are drawn as they are typed, the boxes
// to tick follow them, and a shift fills in its times. The server reads the same text; without this
// file the drawing and the boxes are those of the last save.
(() => {
  "use strict";
  const form = document.querySelector("[data-camera-form]");
  if (!form) {
    return;
  }
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const WIDE = 1600;
  const WHOLE = "*";
  const FEWEST = 3;

  function point(text) {
    const [x, y, ...rest] = text.split(",").map(Number);
    const fits = rest.length === 0 && x >= 0 && x <= 1 && y >= 0 && y <= 1;
    return fits ? [x, y] : null;
  }

  // [{id, name, points}] of the lines that can be read; the others are told of when it is saved.
  function read(kind) {
    const found = [];
    for (const line of form.elements[kind].value.split("\n")) {
      const parts = line.split("|").map((part) => part.trim());
      const points = (parts[2] ?? "").split(/\s+/).filter(Boolean).map(point);
      const enough = kind === "lines" ? points.length === 2 : points.length >= FEWEST;
      if (parts[0] && enough && !points.includes(null) && !found.some((p) => p.id === parts[0])) {
        found.push({ id: parts[0], name: parts[1] || parts[0], points });
      }
    }
    return found;
  }

  function shape(name, attributes, text) {
    const element = document.createElementNS(NAMESPACE, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    if (text !== undefined) {
      element.textContent = text;
    }
    return element;
  }

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  function draw({ zones, lines, masks }) {
    const scene = form.querySelector("[data-scene]");
    const high = Number(scene.dataset.scene);
    const at = ([x, y]) => [Math.round(x * WIDE), Math.round(y * high)];
    const shapes = masks.map((mask) => {
      const drawn = shape("polygon", { class: "zone-map-mask", points: mask.points.map(at).join(" ") });
      drawn.append(shape("title", {}, mask.name));
      return drawn;
    });
    for (const zone of zones) {
      const points = zone.points.map(at);
      const [x, y] = [mean(points.map((p) => p[0])), mean(points.map((p) => p[1]))];
      shapes.push(shape("polygon", { points: points.join(" ") }), shape("text", { x, y }, zone.name));
    }
    for (const line of lines) {
      const [[x1, y1], [x2, y2]] = line.points.map(at);
      shapes.push(
        shape("line", { x1, y1, x2, y2, "marker-end": "url(#line-end)" }),
        shape("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 24 }, line.name),
      );
    }
    scene.querySelector("[data-shapes]").replaceChildren(...shapes);
  }

  function tick(name, value, checked) {
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", className: "form-check-input", name, value, checked });
    return box;
  }

  const ticked = (name) =>
    new Set([...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value));

  function retick(box, places) {
    const name = box.dataset.name;
    const before = ticked(name);
    const whole = box.querySelector(`input[value="${WHOLE}"]`)?.closest("label");
    const labels = places.map((place) => {
      const label = document.createElement("label");
      label.className = "form-check choice";
      const text = document.createElement("span");
      text.className = "form-check-label";
      text.textContent = place.name;
      label.append(tick(name, place.id, before.has(place.id)), text);
      return label;
    });
    const hint = box.querySelector("[data-none]");
    if (hint) {
      hint.hidden = places.length > 0;
    }
    box.replaceChildren(...[whole, ...labels, hint].filter(Boolean));
  }

  function retable(table, zones) {
    const body = table.tBodies[0];
    const first = body.rows[0];
    const before = new Map(
      [...first.querySelectorAll("input")].map((box) => [box.name, ticked(box.name)]),
    );
    const rows = zones.map((zone) => {
      const row = first.cloneNode(true);
      row.dataset.zone = zone.id;
      row.cells[0].textContent = zone.name;
      for (const box of row.querySelectorAll("input")) {
        box.value = zone.id;
        box.checked = before.get(box.name).has(zone.id);
      }
      return row;
    });
    body.replaceChildren(first, ...rows);
  }

  function follow() {
    const places = { zones: read("zones"), lines: read("lines"), masks: read("masks") };
    draw(places);
    for (const box of form.querySelectorAll("[data-place-ticks]")) {
      retick(box, places[box.dataset.placeTicks]);
    }
    for (const table of form.querySelectorAll("[data-ppe]")) {
      retable(table, places.zones);
    }
  }

  for (const kind of ["zones", "lines", "masks"]) {
    form.elements[kind].addEventListener("input", follow);
  }

  for (const select of form.querySelectorAll("[data-shift]")) {
    const [start, end] = ["start", "end"].map((n) => form.elements[`${select.dataset.shift}_${n}`]);
    const show = () => {
      const now = `${start.value}-${end.value}`;
      select.value = [...select.options].some((option) => option.value === now) ? now : "";
    };
    select.closest("[data-shift-field]").hidden = false;
    select.addEventListener("change", () => {
      if (select.value) {
        [start.value, end.value] = select.value.split("-");
      }
    });
    start.addEventListener("change", show);
    end.addEventListener("change", show);
    show();
  }
})();
