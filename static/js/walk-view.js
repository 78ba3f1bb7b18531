// The model of walk-model.js put onto the elements of the page.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});

  site.walkView = ({ root, texts, typing, photos, sender, store }) => {
    const $ = (selector, within = root) => within.querySelector(selector);
    const $$ = (selector, within = root) => [...within.querySelectorAll(selector)];
    let model = null;
    let entries = [];
    let lost = false;

    function cardOf(item) {
      const known = $(`[data-item="${CSS.escape(String(item.ref))}"]`);
      if (known) {
        return known;
      }
      const card = $("[data-item-template]").content.firstElementChild.cloneNode(true);
      card.dataset.item = item.ref;
      $("[data-photos]", card).dataset.photos = item.ref;
      $("[data-take]", card).dataset.take = item.ref;
      $("[data-besides]").append(card);
      return card;
    }

    // Never under the fingers of somebody who writes.
    function fill(control, value) {
      if (control !== document.activeElement && !typing.has(control) && control.value !== value) {
        control.value = value;
      }
    }

    function paintItem(item) {
      const card = cardOf(item);
      card.dataset.result = item.result;
      $$("input[type=radio]", card).forEach((input) => { input.checked = input.value === item.result; });
      $("[data-when-finding]", card).hidden = item.result !== "finding";
      $$("[data-field]", card).forEach((control) => fill(control, item[control.dataset.field] || ""));
      $("[data-field=finding]", card).classList.toggle("is-invalid", site.isMute(item));
      photos.paint($("[data-photos]", card), model.photos.filter((p) => String(p.item) === String(item.ref)));
      const { entry } = item;
      const said = item.by && item.at ? texts.by.replace("{name}", item.by).replace("{time}", site.clockOf(item.at)) : "";
      $("[data-state-line]", card).textContent = entry ? (site.isMute(item) ? texts.draft : texts.saved) : said;
      card.classList.toggle("site-kept", Boolean(entry));
      card.classList.toggle("site-refused", entry?.state === "refused");
      $("[data-problem]", card).hidden = !isShownAtItem(entry);
      $("[data-problem-text]", card).textContent = entry?.problem || "";
    }

    const isWorking = () => model.status === "open" && !model.finish;
    const isShownAtItem = (entry) => entry?.state === "refused" && isWorking()
      && model.items.get(String(entry.data.item))?.entry === entry;

    function paintCounts() {
      const items = [...model.items.values()].filter((item) => !item.own);
      const done = items.filter((item) => item.result !== "open").length;
      const share = items.length ? Math.round((100 * done) / items.length) : 100;
      $("[data-progress]").setAttribute("aria-valuenow", share);
      $("[data-progress]").firstElementChild.style.inlineSize = `${share}%`;
      $("[data-answered]").textContent = texts.answered.replace("{done}", done).replace("{all}", items.length);
      $("[data-next]").hidden = done === items.length;
      $("[data-all-ok]").hidden = done === items.length || [...model.items.values()].some((i) => i.result === "finding");
      for (const section of $$("[data-section]")) {
        const cards = $$("[data-item]", section);
        const answered = cards.filter((card) => card.dataset.result !== "open").length;
        $("[data-count]", section).textContent = `${answered}/${cards.length}`;
        section.classList.toggle("site-done", answered === cards.length);
      }
    }

    function paintStage() {
      const working = isWorking();
      $("[data-work]").disabled = !working;
      $("[data-how]").hidden = !working;
      $("[data-finish]").disabled = !working;
      const mine = model.findings === 1 ? texts.becomeOne : texts.becomeMany.replace("{n}", model.findings);
      const ended = {
        done: `${texts.doneBy.replace("{name}", model.done_by)} ${model.findings ? mine : texts.becomeNone}`,
        excused: texts.excused,
      }[model.status];
      const words = ended || (model.finish ? texts.finished : "");
      $("[data-banner]").hidden = !words;
      $("[data-banner-text]").textContent = words;
      $("[data-banner-link]").hidden = !ended;
      $("[data-banner-zero]").hidden = model.status !== "done" || model.findings > 0;
      $("[data-undo-finish]").hidden = Boolean(ended) || !model.finish || Boolean(model.finish.tries);
    }

    // What was refused and belongs to no item shown, each with its words and what can be done.
    function paintProblems() {
      const loose = entries.filter((entry) => entry.state === "refused" && !isShownAtItem(entry));
      $("[data-problems]").hidden = !loose.length;
      $("[data-problems]").replaceChildren(...loose.map((entry) => {
        const problem = $("[data-problem]", $("[data-item-template]").content).cloneNode(true);
        problem.hidden = false;
        problem.removeAttribute("role");
        problem.dataset.seq = entry.seq;
        const words = [entry.problem, entry.blob && texts.photo, entry.data.finding, entry.data.place];
        $("[data-problem-text]", problem).textContent = words.filter(Boolean).join("\n");
        return problem;
      }));
    }

    const paintSync = () => site.paintBar({ root, texts, entries, lost, sender, typing, store });

    return {
      cardOf,
      paintSync,
      paint(now) {
        ({ model, entries, lost } = now);
        for (const card of $$("[data-besides] [data-item]")) {
          if (!model.items.has(card.dataset.item)) {
            card.remove();
          }
        }
        [...model.items.values()].forEach(paintItem);
        paintCounts();
        paintStage();
        paintProblems();
        paintSync();
      },
    };
  };
})();
