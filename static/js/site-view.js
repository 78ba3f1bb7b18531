// What the page looks like: the model of site-model.js put onto the elements of the page.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});

  site.SETTLED = ["recorded", "cancelled"];

  // `typing` holds the controls that somebody is writing in, `sender` says what holds it up.
  site.makeView = ({ root, page, texts, typing, photos, signatures, sender, store }) => {
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
      card.querySelectorAll("input[type=radio]").forEach((input) => { input.name = `result-${item.ref}`; });
      $("[data-text]", card).textContent = item.text;
      for (const box of card.querySelectorAll("[data-photos], [data-take]")) {
        box.dataset["photos" in box.dataset ? "photos" : "take"] = item.ref;
      }
      const home = $$("[data-section]").find((part) => part.dataset.section === item.section && $("[data-items]", part));
      const section = home || $("[data-section-new]");
      section.hidden = false;
      $("[data-items]", section).append(card);
      return card;
    }

    function paintItem(item) {
      const card = cardOf(item);
      $("[data-number]", card).textContent = item.position;
      card.dataset.result = item.result;
      $$("input[type=radio]", card).forEach((input) => { input.checked = input.value === item.result; });
      $("[data-when-fail]", card).hidden = item.result !== "fail";
      fill($("[data-finding]", card), item.finding);
      fill($("[data-note]", card), item.note);
      if (item.note) {
        $("[data-note-field]", card).hidden = false;
      }
      const major = $("[data-major]", card);
      if (major) {
        major.checked = item.is_major;
      }
      photos.paint($("[data-photos]", card), model.photos.filter((p) => String(p.item) === String(item.ref)));
      paintState(card, item);
    }

    function paintState(card, item) {
      const entry = item.entry;
      const mute = item.result === "fail" && !item.finding.trim();
      const line = $("[data-state-line]", card);
      $("[data-finding]", card).classList.toggle("is-invalid", mute);
      if (entry) {
        line.textContent = mute ? texts.draft : texts.saved;
      } else if (item.checked_at) {
        line.textContent = texts.by.replace("{name}", item.checked_by).replace("{time}", site.clockOf(item.checked_at));
      } else {
        line.textContent = "";
      }
      card.classList.toggle("site-kept", Boolean(entry));
      card.classList.toggle("site-refused", entry?.state === "refused");
      $("[data-problem]", card).hidden = entry?.state !== "refused" || !isShownAtItem(entry);
      $("[data-problem-text]", card).textContent = entry?.problem || "";
    }

    // Never under the fingers of somebody who writes.
    function fill(control, value) {
      if (control && control !== document.activeElement && !typing.has(control) && control.value !== value) {
        control.value = value;
      }
    }

    function paint() {
      for (const item of model.items.values()) {
        paintItem(item);
      }
      for (const control of $$("[data-fact]")) {
        const value = model.facts[control.dataset.fact];
        if (control.type === "checkbox") {
          control.checked = Boolean(value);
        } else {
          fill(control, value || "");
        }
      }
      fill($("[data-private]"), model.private_note);
      photos.paint($('[data-photos=""]'), model.photos.filter((photo) => !photo.item));
      signatures.paint(model);
      paintCounts();
      paintStage();
      paintProblems();
      paintSync();
    }

    function paintCounts() {
      const items = [...model.items.values()];
      const done = items.filter((item) => item.result !== "open").length;
      const progress = $("[data-progress]");
      const share = items.length ? Math.round((100 * done) / items.length) : 0;
      progress.setAttribute("aria-valuenow", share);
      progress.firstElementChild.style.inlineSize = `${share}%`;
      $("[data-answered]").textContent = texts.answered.replace("{done}", done).replace("{all}", items.length);
      $("[data-next]").hidden = done === items.length;
      for (const section of $$("[data-section]:has([data-items]), [data-section-new]")) {
        const cards = $$("[data-item]", section);
        const answered = cards.filter((card) => card.dataset.result !== "open").length;
        $("[data-count]", section).textContent = `${answered}/${cards.length}`;
        section.classList.toggle("site-done", cards.length > 0 && answered === cards.length);
      }
    }

    const areFactsNoted = () => model.facts.party_name
      && (!page.administrative || (model.facts.certificates_shown && model.facts.recusal_told));

    function paintStage() {
      const facts = $("[data-section=facts]");
      facts.classList.toggle("site-done", Boolean(areFactsNoted()));
      $("[data-facts-count]").textContent = areFactsNoted() ? texts.complete : "";
      const working = isWorking();
      $("[data-work]").disabled = !working;
      $("[data-start]").hidden = !["draft", "notified"].includes(model.status);
      $("[data-finish]").disabled = !working;
      const banner = $("[data-banner]");
      const words = model.finish ? texts.finished : texts[site.SETTLED.find((status) => status === model.status)];
      banner.hidden = !words;
      $("[data-banner-text]").textContent = words || "";
      $("[data-banner-link]").hidden = !site.SETTLED.includes(model.status);
      $("[data-undo-finish]").hidden = !model.finish || Boolean(model.finish.tries && model.finish.state !== "refused");
    }

    // What was refused and belongs to no item is shown on top, each with what can be done.
    function paintProblems() {
      const box = $("[data-problems]");
      const loose = entries.filter((entry) => entry.state === "refused" && !isShownAtItem(entry));
      box.hidden = !loose.length;
      box.replaceChildren(...loose.map((entry) => {
        const problem = $("[data-problem]", $("[data-item-template]").content).cloneNode(true);
        problem.hidden = false;
        problem.removeAttribute("role");
        problem.dataset.seq = entry.seq;
        $("[data-problem-text]", problem).textContent = [entry.problem, ...wordsOf(entry)].join("\n");
        return problem;
      }));
    }

    const isWorking = () => model.status === "ongoing" && !model.finish;
    const isShownAtItem = (entry) => isWorking() && ["check", "add_item"].includes(entry.kind)
      && model.items.get(String(entry.data.item))?.entry === entry;

    // What somebody wrote can be read, and copied, whatever became of the page's fields.
    function wordsOf({ kind, data }) {
      const item = kind === "check" && model.items.get(String(data.item));
      const words = [data.text, data.finding, data.note, data.situation, data.handling, data.reason, data.name];
      return [item && `${item.position}. ${item.text}`, ...words].filter(Boolean);
    }

    const paintSync = () => site.paintBar({ root, texts, entries, lost, sender, typing, store });

    return {
      cardOf,
      isWorking: () => isWorking(),
      areFactsNoted: () => Boolean(areFactsNoted()),
      paintSync,
      paint(now) {
        ({ model, entries, lost } = now);
        paint();
      },
    };
  };
})();
