// What is drawn on a camera's picture, and what may be done to it. Knows no page.
// Points are fractions of the picture, from its top left.
(() => {
  "use strict";
  const editor = (window.anqiEditor ||= {});
  const MOST_STEPS = 100;

  const clamp = (value) => Math.min(1, Math.max(0, value));
  const copy = (shapes) => shapes.map((shape) => ({ ...shape, points: shape.points.map((p) => [...p]) }));
  const round = (value) => Math.round(value * 1e5) / 1e5;

  editor.LISTS = { zone: "zones", line: "lines", mask: "masks" };
  editor.fewest = (kind) => (kind === "line" ? 2 : 3);
  editor.middle = (points) => [0, 1].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length);

  const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  const within = (a, b, c) =>
    [0, 1].every((axis) => Math.min(a[axis], b[axis]) <= c[axis] && c[axis] <= Math.max(a[axis], b[axis]));

  function meet(a, b, c, d) {
    const turns = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
    if (turns[0] * turns[1] < 0 && turns[2] * turns[3] < 0) {
      return true;
    }
    return [[a, b, c], [a, b, d], [c, d, a], [c, d, b]].some((end, i) => turns[i] === 0 && within(...end));
  }

  // Whether two sides that are no neighbours meet; the server says the same.
  editor.crosses = (points) => {
    const count = points.length;
    const side = (i) => [points[i], points[(i + 1) % count]];
    for (let i = 0; i < count; i += 1) {
      for (let j = i + 2; j < count; j += 1) {
        if ((j + 1) % count !== i && meet(...side(i), ...side(j))) {
          return true;
        }
      }
    }
    return false;
  };

  editor.area = (points) =>
    Math.abs(points.reduce((sum, [x, y], i) => {
      const [x2, y2] = points[(i + 1) % points.length];
      return sum + x * y2 - x2 * y;
    }, 0)) / 2;

  const known = (kind, shape) => ({
    kind,
    id: shape[`${kind}_id`],
    name: shape.name,
    shared: shape.shared || "",
    points: kind === "line" ? [[...shape.start], [...shape.end]] : shape.polygon.map((p) => [...p]),
  });

  // The shapes of a drawing in the contract's words, and back.
  editor.shapesOf = (drawing) =>
    Object.entries(editor.LISTS).flatMap(([kind, list]) => (drawing[list] || []).map((shape) => known(kind, shape)));

  editor.drawingOf = (shapes) => {
    const drawing = { zones: [], lines: [], masks: [] };
    for (const { kind, id, name, shared, points } of shapes) {
      const rounded = points.map((p) => p.map(round));
      const shape = { [`${kind}_id`]: id, name: name.trim() };
      if (kind === "line") {
        [shape.start, shape.end] = rounded;
      } else {
        shape.polygon = rounded;
      }
      if (kind === "zone") {
        shape.shared = shared.trim();
      }
      drawing[editor.LISTS[kind]].push(shape);
    }
    return drawing;
  };

  editor.makeModel = ({ drawing, saved, limits, texts }) => {
    const model = { shapes: editor.shapesOf(drawing) };
    const was = JSON.stringify(editor.drawingOf(editor.shapesOf(saved)));
    let past = [];
    let future = [];
    let lastKey = null;

    // One step that can be undone. Steps with the same `key` in a row are one: arrows, a pull.
    model.change = (act, key = null) => {
      const before = copy(model.shapes);
      act();
      if (JSON.stringify(before) === JSON.stringify(model.shapes)) {
        return false;
      }
      if (key === null || key !== lastKey) {
        past = [...past, before].slice(-MOST_STEPS);
      }
      lastKey = key;
      future = [];
      return true;
    };
    model.seal = () => { lastKey = null; };

    function step(from, to) {
      if (!from.length) {
        return false;
      }
      to.push(copy(model.shapes));
      model.shapes = from.pop();
      lastKey = null;
      return true;
    }
    model.undo = () => step(past, future);
    model.redo = () => step(future, past);
    model.canUndo = () => past.length > 0;
    model.canRedo = () => future.length > 0;

    model.isChanged = () => JSON.stringify(editor.drawingOf(model.shapes)) !== was;
    model.text = () => JSON.stringify(editor.drawingOf(model.shapes));
    model.find = (id) => model.shapes.find((shape) => shape.id === id);
    model.hasRoom = (kind) =>
      model.shapes.filter((shape) => shape.kind === kind).length < limits.each[editor.LISTS[kind]];

    function freshName(kind) {
      const names = new Set(model.shapes.map((shape) => shape.name));
      let number = 1;
      while (names.has(`${texts[kind]} ${number}`)) {
        number += 1;
      }
      return `${texts[kind]} ${number}`;
    }

    // An id is never used again, or a new zone would inherit the tickets of one that is gone.
    function freshId(kind) {
      const bytes = crypto.getRandomValues(new Uint8Array(3));
      return `${kind}-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    }

    model.add = (kind, points) => {
      const shape = { kind, id: freshId(kind), name: freshName(kind), shared: "", points };
      model.change(() => model.shapes.push(shape));
      return shape.id;
    };
    model.remove = (id) => model.change(() => {
      model.shapes = model.shapes.filter((shape) => shape.id !== id);
    });
    model.set = (id, name, value) => model.change(() => { model.find(id)[name] = value; }, `${name} ${id}`);
    model.turn = (id) => model.change(() => { model.find(id).points.reverse(); });

    model.moveCorner = (id, corner, point, key) => model.change(() => {
      model.find(id).points[corner] = point.map(clamp);
    }, key);
    // As far as the border of the picture lets the whole shape go.
    model.moveShape = (id, points, [dx, dy], key) => model.change(() => {
      const reach = (axis, by) => {
        const values = points.map((p) => p[axis]);
        return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by));
      };
      const [x, y] = [reach(0, dx), reach(1, dy)];
      model.find(id).points = points.map((p) => [p[0] + x, p[1] + y]);
    }, key);
    model.insert = (id, corner, key = null) => {
      const { kind, points } = model.find(id);
      if (kind === "line" || points.length >= limits.points) {
        return false;
      }
      const next = points[(corner + 1) % points.length];
      const between = points[corner].map((value, axis) => (value + next[axis]) / 2);
      return model.change(() => model.find(id).points.splice(corner + 1, 0, between), key);
    };
    model.removeCorner = (id, corner) => {
      const { kind, points } = model.find(id);
      return points.length > editor.fewest(kind) && model.change(() => model.find(id).points.splice(corner, 1));
    };

    model.problemOf = ({ kind, name, points }) => {
      if (!name.trim()) {
        return texts.unnamed;
      }
      if (kind === "line") {
        const [[x1, y1], [x2, y2]] = points;
        return Math.hypot(x1 - x2, y1 - y2) < 0.005 ? texts.small : "";
      }
      if (editor.crosses(points)) {
        return texts.crosses;
      }
      return editor.area(points) < limits.area ? texts.small : "";
    };
    return model;
  };
})();
