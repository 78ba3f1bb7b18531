// The editor of zones, lines and masks: what pointers, fingers and keys do. The shapes themselves are
// in zone-editor-model.js; the server checks them again.
(() => {
  "use strict";
  const editor = window.anqiEditor;
  const root = document.querySelector("[data-zone-editor]");
  if (!root) {
    return;
  }
  const $ = (selector) => root.querySelector(selector);
  const [texts, saved, rules, limits] = ["texts", "saved", "rules", "limits"].map((n) => JSON.parse(root.dataset[n]));
  const field = $("[name=drawing]");
  const stage = $("[data-stage]");
  const ZOOMS = [1, 1.5, 2, 3, 4, 6];
  const PULL = 3; // pixels from which on a press is a pull

  let given = saved;
  try {
    given = JSON.parse(field.value) || saved;
  } catch {
    // The server will say that it cannot be read.
  }
  const model = editor.makeModel({ drawing: given, saved, limits, texts });
  const state = { chosen: null, corner: null, draft: null, cursor: null, zoom: 1 };
  let pull = null;
  let taken = false;
  let leaving = false;
  const view = editor.makeView({ root, texts });
  const list = editor.makeList({
    root,
    texts,
    rules,
    act: {
      choose: (id, byKeyboard) => {
        choose(id, byKeyboard ? 0 : null);
        if (byKeyboard) {
          view.focusCorner(0);
        }
      },
      remove: (id) => { model.remove(id); choose(null); },
      turn: (id) => { model.turn(id); show(); },
      set: (id, name, value) => { model.set(id, name, value); show(); },
    },
  });

  // ---- what the page shows --------------------------------------------------------------------
  function show() {
    if (state.chosen && !model.find(state.chosen)) {
      state.chosen = state.corner = null;
    }
    const told = { ...state, shapes: model.shapes, problemOf: model.problemOf };
    view.draw(told);
    list.show(told);
    showTools();
    showLost();
    field.value = model.text();
    $("[data-empty]").hidden = model.shapes.length > 0;
    $("[data-unsaved]").textContent = model.isChanged() ? texts.unsaved : model.shapes.length ? texts.allSaved : "";
    $("[data-masked]").hidden = !model.shapes.some((shape) => shape.kind === "mask");
  }

  function showTools() {
    const mode = state.draft?.kind || "select";
    for (const name of ["select", "zone", "line", "mask"]) {
      $(`[data-do=${name}]`).setAttribute("aria-pressed", String(name === mode));
    }
    for (const kind of ["zone", "line", "mask"]) {
      $(`[data-do=${kind}]`).disabled = !model.hasRoom(kind);
    }
    $("[data-do=undo]").disabled = !model.canUndo() && !state.draft?.points.length;
    $("[data-do=redo]").disabled = !model.canRedo();
    $("[data-do=delete]").disabled = !state.chosen;
    $("[data-do=zoom-in]").disabled = state.zoom === ZOOMS.at(-1);
    for (const name of ["zoom-out", "fit"]) {
      $(`[data-do=${name}]`).disabled = state.zoom === 1;
    }
    $("[data-hint]").classList.toggle("editor-hint-on", Boolean(state.draft));
    if (!state.draft) {
      tell(texts.choose);
    }
    $("[data-do=finish]").hidden = !state.draft || mode === "line";
    $("[data-do=cancel]").hidden = !state.draft;
    $("[data-do=finish]").disabled = !state.draft || state.draft.points.length < editor.fewest(mode);
    view.svg.classList.toggle("editor-drawing", Boolean(state.draft));
  }

  // The rules of zones and lines that were saved and are gone.
  function showLost() {
    const there = new Set(model.shapes.map((shape) => `${editor.LISTS[shape.kind]} ${shape.id}`));
    const was = editor.shapesOf(saved);
    const lost = was.filter((s) => s.kind !== "mask" && rules[editor.LISTS[s.kind]][s.id] && !there.has(`${editor.LISTS[s.kind]} ${s.id}`));
    const box = $("[data-lost]");
    box.hidden = lost.length === 0;
    const tick = box.querySelector("input");
    tick.required = lost.length > 0;
    tick.checked &&= lost.length > 0;
    box.querySelector("[data-lost-list]").replaceChildren(...lost.map((shape) => {
      const item = document.createElement("li");
      item.textContent = `${shape.name}: ${rules[editor.LISTS[shape.kind]][shape.id].join(", ")}`;
      return item;
    }));
  }

  function choose(id, corner = null) {
    model.seal();
    state.chosen = id;
    state.corner = corner;
    show();
  }

  // ---- drawing ----------------------------------------------------------------------------------
  function tell(text) {
    $("[data-hint-text]").textContent = text;
  }

  function draw(kind, byKeyboard = false) {
    if (!model.hasRoom(kind)) {
      return;
    }
    if (byKeyboard) {
      const points = kind === "line" ? [[0.4, 0.5], [0.6, 0.5]] : [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]];
      choose(model.add(kind, points), 0);
      view.focusCorner(0);
      return;
    }
    Object.assign(state, { draft: { kind, points: [] }, cursor: null, chosen: null, corner: null });
    tell(kind === "line" ? texts.drawLine : texts.drawPolygon);
    show();
  }

  function cancel() {
    state.draft = state.cursor = null;
    show();
  }

  function finish() {
    const { kind, points } = state.draft;
    if (points.length < editor.fewest(kind)) {
      return;
    }
    state.draft = state.cursor = null;
    choose(model.add(kind, points));
  }

  function addPoint(event) {
    const { kind, points } = state.draft;
    if (kind !== "line" && points.length >= 3 && view.nearest([points[0]], event) === 0) {
      finish();
      return;
    }
    // The second press of a double click.
    if (points.length && view.nearest([points.at(-1)], event, 3) === 0) {
      return;
    }
    if (points.length >= limits.points) {
      tell(texts.tooManyPoints);
      return;
    }
    points.push(view.pointOf(event));
    if (kind === "line" && points.length === 2) {
      finish();
    } else {
      show();
    }
  }

  // ---- pointers -------------------------------------------------------------------------------
  function pressed(event) {
    taken = false;
    if (event.button !== 0 || state.draft) {
      return;
    }
    const { target } = event;
    const shape = state.chosen && model.find(state.chosen);
    if (shape && target.closest("[data-corner]")) {
      const corner = Math.max(0, view.nearest(shape.points, event, Infinity));
      take(event, { corner, from: shape.points });
    } else if (shape && target.closest("[data-dot]")) {
      take(event, { dot: Number(target.closest("[data-dot]").dataset.dot), from: shape.points });
    } else if (target.closest("[data-shape]")) {
      const id = target.closest("[data-shape]").dataset.shape;
      // A finger chooses by a tap: it may as well be shifting the picture.
      if (event.pointerType !== "touch") {
        choose(id);
      }
      if (id === state.chosen) {
        take(event, { from: model.find(id).points });
      }
    }
  }

  function take(event, what) {
    event.preventDefault();
    taken = true;
    const key = `pull ${Date.now()}`;
    const from = what.from.map((point) => [...point]);
    pull = { ...what, from, key, at: [event.clientX, event.clientY], pointer: event.pointerId, began: false };
    view.svg.setPointerCapture(event.pointerId);
    if (what.corner !== undefined) {
      state.corner = what.corner;
      // Under a finger nothing is drawn anew yet: the event that keeps the page still comes next.
      if (event.pointerType !== "touch") {
        show();
        view.focusCorner(what.corner);
      }
    }
  }

  function moved(event) {
    if (state.draft && event.pointerType === "mouse") {
      state.cursor = view.pointOf(event);
      show();
    }
    if (!pull || event.pointerId !== pull.pointer) {
      return;
    }
    const way = [event.clientX - pull.at[0], event.clientY - pull.at[1]];
    if (!pull.began && Math.hypot(...way) < PULL) {
      return;
    }
    if (!pull.began) {
      pull.began = true;
      model.seal();
      if (pull.dot !== undefined) {
        if (!model.insert(state.chosen, pull.dot, pull.key)) {
          pull = null;
          return;
        }
        state.corner = pull.corner = pull.dot + 1;
        pull.from = model.find(state.chosen).points.map((point) => [...point]);
      }
    }
    const [width, height] = view.measure();
    if (pull.corner !== undefined) {
      const [x, y] = pull.from[pull.corner];
      model.moveCorner(state.chosen, pull.corner, view.snapped([x + way[0] / width, y + way[1] / height]), pull.key);
    } else {
      model.moveShape(state.chosen, pull.from, [way[0] / width, way[1] / height], pull.key);
    }
    show();
  }

  function released(event) {
    const was = pull;
    pull = null;
    model.seal();
    if (event.type === "pointerup" && was && !was.began && was.dot !== undefined) {
      insert(was.dot);
    } else if (was?.corner !== undefined) {
      show();
      view.focusCorner(was.corner);
    }
  }

  function clicked(event) {
    if (taken) {
      return;
    }
    if (state.draft) {
      addPoint(event);
      return;
    }
    choose(event.target.closest("[data-shape]")?.dataset.shape || null);
  }

  // A finger on what can be pulled shifts nothing else. (touch-action is not asked of shapes inside
  // a drawing by every browser.)
  view.svg.addEventListener("touchstart", (event) => {
    if (event.touches.length === 1 && !state.draft && event.target.closest("[data-corner], [data-dot], .editor-chosen")) {
      event.preventDefault();
    }
  }, { passive: false });
  view.svg.addEventListener("pointerdown", pressed);
  view.svg.addEventListener("pointermove", moved);
  view.svg.addEventListener("pointerup", released);
  view.svg.addEventListener("pointercancel", released);
  view.svg.addEventListener("click", clicked);
  view.svg.addEventListener("dblclick", () => state.draft && state.draft.kind !== "line" && finish());
  view.svg.addEventListener("focusin", (event) => {
    const corner = event.target.closest?.("[data-corner]");
    if (corner && Number(corner.dataset.corner) !== state.corner) {
      model.seal();
      state.corner = Number(corner.dataset.corner);
      show();
    }
  });
  stage.addEventListener("wheel", (event) => {
    if (event.ctrlKey) {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1 : -1);
    }
  }, { passive: false });

  // ---- what buttons and keys do ---------------------------------------------------------------
  function insert(corner) {
    if (model.insert(state.chosen, corner)) {
      choose(state.chosen, corner + 1);
      view.focusCorner(corner + 1);
    }
  }

  function remove() {
    if (!state.chosen) {
      return;
    }
    if (state.corner !== null && model.removeCorner(state.chosen, state.corner)) {
      const left = model.find(state.chosen).points.length;
      choose(state.chosen, Math.min(state.corner, left - 1));
      view.focusCorner(state.corner);
    } else if (state.corner === null) {
      model.remove(state.chosen);
      choose(null);
    }
  }

  function back() {
    if (state.draft?.points.length) {
      state.draft.points.pop();
    } else if (!state.draft) {
      model.undo();
      state.corner = null;
    }
    show();
  }

  function zoom(by) {
    const next = by === 0 ? 1 : ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(state.zoom) + by))];
    const middle = [
      (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth,
      (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight,
    ];
    state.zoom = next;
    view.canvas.style.width = `${next * 100}%`;
    stage.classList.toggle("editor-zoomed", next > 1);
    stage.scrollLeft = middle[0] * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = middle[1] * stage.scrollHeight - stage.clientHeight / 2;
    show();
  }

  function nudge([x, y], by) {
    const [width, height] = view.measure();
    const way = [(x * by) / width, (y * by) / height];
    const { points } = model.find(state.chosen);
    if (state.corner === null) {
      model.moveShape(state.chosen, points, way, "arrows");
    } else {
      const from = points[state.corner];
      model.moveCorner(state.chosen, state.corner, [from[0] + way[0], from[1] + way[1]], `arrows ${state.corner}`);
    }
    show();
  }

  const ACTIONS = {
    select: () => (state.draft ? cancel() : undefined),
    zone: (byKeyboard) => draw("zone", byKeyboard),
    line: (byKeyboard) => draw("line", byKeyboard),
    mask: (byKeyboard) => draw("mask", byKeyboard),
    undo: back,
    redo: () => { model.redo(); state.corner = null; show(); },
    delete: remove,
    "zoom-in": () => zoom(1),
    "zoom-out": () => zoom(-1),
    fit: () => zoom(0),
    finish: () => state.draft && finish(),
    cancel,
    picture: () => picture.begin(),
  };
  for (const button of root.querySelectorAll("[data-do]")) {
    // A corner keeps the focus, or Delete would not know which one is meant.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", (event) => ACTIONS[button.dataset.do](event.detail === 0));
  }

  editor.listen({ state, actions: ACTIONS, does: { back, choose, finish, cancel, insert, nudge, remove }, svg: view.svg });

  // ---- leaving ----------------------------------------------------------------------------------
  root.addEventListener("submit", (event) => {
    const wrong = model.shapes.find((shape) => model.problemOf(shape));
    if (state.draft || wrong) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (wrong) {
        choose(wrong.id);
        $(`[data-line="${CSS.escape(wrong.id)}"]`).scrollIntoView({ block: "nearest" });
      }
      return;
    }
    field.value = model.text();
    leaving = true;
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && model.isChanged()) {
      event.preventDefault();
    }
  });

  const picture = editor.makePicture({
    root,
    texts,
    shown: (width, height) => {
      view.canvas.style.aspectRatio = `${width} / ${height}`;
      show();
    },
  });
  new ResizeObserver(() => show()).observe(view.canvas);
  show();
  picture.begin();
  root.dataset.ready = "1";
})();
