// The list of shapes beside the picture: choose, name, remove, and which rules hang on each.
(() => {
  "use strict";
  const editor = (window.anqiEditor ||= {});

  editor.makeList = ({ root, texts, rules, act }) => {
    const list = root.querySelector("[data-list]");
    const template = document.getElementById("shape-line").content.firstElementChild;
    const lines = new Map();
    const $ = (selector, within) => within.querySelector(selector);

    function make({ id, kind }) {
      const line = template.cloneNode(true);
      line.dataset.line = id;
      line.classList.add(`editor-${kind}`);
      $("[data-kind]", line).textContent = texts[kind];
      $("[data-pick]", line).addEventListener("click", (event) => act.choose(id, event.detail === 0));
      $("[data-remove]", line).addEventListener("click", () => act.remove(id));
      $("[data-turn]", line).addEventListener("click", () => act.turn(id));
      const name = $("[data-name]", line);
      name.addEventListener("focus", () => act.choose(id));
      name.addEventListener("input", () => act.set(id, "name", name.value.replaceAll("|", "")));
      const shared = $("[data-shared]", line);
      shared.addEventListener("input", () => act.set(id, "shared", shared.value));
      for (const field of [name, shared]) {
        field.addEventListener("keydown", (event) => {
          if (event.key === "Enter" && !event.isComposing) {
            event.preventDefault();
            field.blur();
          }
        });
      }
      $("[data-turn]", line).hidden = kind !== "line";
      $("[data-shared-label]", line).hidden = kind !== "zone";
      return line;
    }

    const write = (field, value) => {
      if (field.value !== value) {
        field.value = value;
      }
    };

    function used({ kind, id }) {
      if (kind === "mask") {
        return "";
      }
      const names = rules[editor.LISTS[kind]][id];
      return names ? editor.fill(texts.usedBy, { rules: names.join(", ") }) : texts.noRule;
    }

    function show({ shapes, chosen, problemOf }) {
      const ids = new Set(shapes.map((shape) => shape.id));
      for (const [id, line] of lines) {
        if (!ids.has(id)) {
          line.remove();
          lines.delete(id);
        }
      }
      for (const shape of shapes) {
        if (!lines.has(shape.id)) {
          lines.set(shape.id, make(shape));
        }
      }
      const wanted = shapes.map((shape) => lines.get(shape.id));
      if (wanted.some((line, i) => list.children[i] !== line)) {
        list.replaceChildren(...wanted);
      }
      for (const shape of shapes) {
        const line = lines.get(shape.id);
        const problem = problemOf(shape);
        write($("[data-name]", line), shape.name);
        write($("[data-shared]", line), shape.shared);
        $("[data-name]", line).setAttribute("aria-label", `${texts[shape.kind]}: ${shape.name}`);
        $("[data-remove]", line).setAttribute("aria-label", editor.fill(texts.remove, { name: shape.name }));
        $("[data-pick]", line).setAttribute("aria-pressed", String(shape.id === chosen));
        $("[data-more]", line).hidden = shape.id !== chosen || shape.kind === "mask";
        $("[data-problem]", line).hidden = !problem;
        $("[data-problem] span", line).textContent = problem;
        $("[data-used]", line).textContent = used(shape);
        line.classList.toggle("editor-chosen", shape.id === chosen);
        line.classList.toggle("editor-wrong", Boolean(problem));
      }
    }
    return { show };
  };
})();
