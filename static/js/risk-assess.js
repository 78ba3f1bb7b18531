// Shows what the chosen scores come to while they are chosen. The server counts again, exactly.
(() => {
  "use strict";
  const form = document.querySelector("[data-assess]");
  if (!form) {
    return;
  }
  const bands = JSON.parse(form.dataset.bands);
  const rules = JSON.parse(form.dataset.rules);
  const axes = [...form.querySelectorAll("[data-axis]")];
  const out = form.querySelector("[data-score]");
  const rule = form.querySelector("[name=direct_code]");
  const ORDER = ["blue", "yellow", "orange", "red"];
  if (!out) {
    return;
  }

  // In hundredths, so that 0.1 times 0.5 is what it says.
  const whole = (text) => Math.round(Number(text) * 100);

  function show() {
    const scores = axes.map((field) => field.value);
    out.hidden = scores.some((score) => score === "");
    if (out.hidden) {
      return;
    }
    const scale = 100 ** scores.length;
    const product = scores.reduce((value, score) => value * whole(score), 1);
    let found = bands.find((band) => product * 100 >= whole(band.least) * scale) || bands.at(-1);
    const chosen = rules.find((one) => one.code === rule.value);
    if (chosen && ORDER.indexOf(chosen.grade) > ORDER.indexOf(found.grade)) {
      found = chosen;
    }
    out.textContent = `${scores.join(" × ")} = ${Number((product / scale).toFixed(4))} · ${found.label}`;
    out.className = `score score-${found.grade}`;
  }

  [...axes, rule].forEach((field) => field.addEventListener("change", show));
  show();
})();
