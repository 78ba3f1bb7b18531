// The desk by keyboard: one violation after the other. The next ones are in the page already, their
// clips loaded, so a verdict shows the next at once; the verdict itself travels behind it, one after
// the other, and comes back to the person if it was refused. Without this file every button is a
// plain form or link. The keys are in desk-keys.js, the clip in desk-film.js.
(() => {
  "use strict";
  const desk = document.getElementById("desk");
  if (!desk) {
    return;
  }
  const $ = (selector, within = desk) => within.querySelector(selector);
  const said = JSON.parse(desk.dataset.said);
  const stage = $("[data-stage]");
  const part = document.getElementById("desk-part");
  const state = document.querySelector("[data-state]");
  const AHEAD = 3;
  const RENEW_MS = 10000;
  const LOOK_AGAIN_MS = 15000;
  const LATER = "anqi-desk-later";

  let current = null;
  let filling = null;
  let order = Promise.resolve();
  let leftId = "";
  let anchor = "";
  let moving = false;
  const ready = [];
  const passed = [];
  const sending = new Set();
  const later = new Set(JSON.parse(sessionStorage.getItem(LATER) || "[]"));

  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name] ?? "");
  const idOf = (card) => card.dataset.violation;

  // ---- what is on, and what comes next --------------------------------------------------------
  function take(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const known = new Set([...stage.children].map(idOf));
    const fresh = [...template.content.querySelectorAll("[data-card]")].filter((card) => !known.has(idOf(card)));
    for (const card of fresh) {
      stage.append(card);
      card.dispatchEvent(new CustomEvent("desk:ready", { bubbles: true }));
    }
    return fresh;
  }

  async function get(query) {
    const url = new URL(desk.dataset.ahead, location.href);
    for (const [name, value] of Object.entries(query)) {
      url.searchParams.set(name, value);
    }
    const answer = await fetch(url, { redirect: "error", headers: { Accept: "text/html" } });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    return take(await answer.text());
  }

  function ahead() {
    filling ||= (async () => {
      try {
        const last = ready.at(-1) || current;
        const hand = [...[...stage.children].map(idOf), ...sending, ...later];
        const query = { after: last ? idOf(last) : anchor, count: AHEAD - ready.length, without: hand.join(",") };
        const found = await get(query);
        if (!found.length && !ready.length && later.size) {
          later.clear(); // the rest is done: what was set aside comes now
          keepLater();
          ready.push(...await get({ ...query, without: [...stage.children].map(idOf).join(",") }));
        }
        ready.push(...found);
      } catch {
        note(said.offline, "danger");
      } finally {
        filling = null;
      }
    })();
    return filling;
  }

  function show(card, pressed) {
    if (current && current !== card) {
      current.hidden = true;
      current.dispatchEvent(new CustomEvent("desk:off", { bubbles: true }));
      leftId = idOf(current);
    }
    current = card;
    part.open && part.close();
    $("[data-loading]").hidden = true;
    $("[data-empty]").hidden = Boolean(card);
    desk.classList.toggle("is-empty", !card);
    if (!card) {
      return;
    }
    anchor = idOf(card);
    card.hidden = false;
    card.dispatchEvent(new CustomEvent("desk:on", { bubbles: true, detail: { pressed } }));
    history.replaceState(null, "", card.dataset.url);
    card.focus({ preventScroll: true });
    if (stage.getBoundingClientRect().top < 0) {
      stage.scrollIntoView({ block: "start" });
    }
    look();
    if (ready.length < AHEAD) {
      ahead();
    }
  }

  async function next(pressed) {
    if (moving) {
      return;
    }
    if (!ready.length) {
      // What was decided just now is gone from the screen: no key may hit it twice.
      moving = true;
      show(null);
      $("[data-empty]").hidden = true;
      $("[data-loading]").hidden = false;
      await ahead();
      moving = false;
    }
    show(ready.shift() || null, pressed);
    drop();
  }

  // Cards that are behind are fetched anew when somebody goes back: they may have been decided.
  function drop() {
    for (const card of [...stage.children]) {
      if (card !== current && !ready.includes(card) && !sending.has(idOf(card))) {
        card.querySelector("video")?.removeAttribute("src");
        card.remove();
      }
    }
  }

  function leave() {
    if (current) {
      passed.push(idOf(current));
    }
  }

  async function goTo(id, pressed) {
    if (sending.has(id)) {
      await order;
    }
    const there = [...stage.children].find((card) => idOf(card) === id);
    let card = there;
    if (there) {
      ready.splice(0, ready.length, ...ready.filter((other) => other !== there));
    } else {
      try {
        [card] = await get({ only: id });
      } catch {
        note(said.offline, "danger");
      }
    }
    if (!card) {
      return;
    }
    if (current?.dataset.pending && current !== card) {
      ready.unshift(current);
    }
    show(card, pressed);
    drop();
  }

  function back(pressed) {
    const id = passed.pop();
    if (id) {
      goTo(id, pressed);
    }
  }

  function setAside(pressed) {
    if (current) {
      later.add(idOf(current));
      keepLater();
      leave();
      next(pressed);
    }
  }
  const keepLater = () => sessionStorage.setItem(LATER, JSON.stringify([...later].slice(-100)));

  // ---- verdicts ---------------------------------------------------------------------------------
  // Each waits for the one before it, as if they were typed slowly.
  function decide(form, submitter, pressed) {
    const card = current;
    const body = new FormData(form, submitter);
    if (form.dataset.verdict === "reject" && !body.get("reason")) {
      return;
    }
    if (!card || sending.has(idOf(card))) {
      return;
    }
    sending.add(idOf(card));
    tell();
    order = order.then(() => send(form.action, body, card));
    part.open && part.close();
    leave();
    next(pressed);
  }

  async function send(url, body, card) {
    try {
      const { ok, status, message } = await post(url, body);
      sending.delete(idOf(card));
      if (ok) {
        count(card);
        tell(message);
        drop();
        return;
      }
      refused(card, message, status);
    } catch {
      sending.delete(idOf(card));
      refused(card, said.offline, 0);
    }
    tell();
  }

  async function post(url, body) {
    const answer = await fetch(url, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 400) {
      return { ok: false, status: 403, message: said.gone };
    }
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const { message } = isJson ? await answer.json() : { message: String(answer.status) };
    return { ok: answer.ok, status: answer.status, message };
  }

  // Refused: the violation waits as the next one, with the reason on it. Decided by somebody else:
  // there is nothing left to do but to say so.
  function refused(card, message, status) {
    const title = card.getAttribute("aria-label");
    const isOver = status === 409 || status === 404;
    note(`${title}: ${fill(isOver ? said.decided : said.failed, { what: message, why: message })}`, isOver ? "warning" : "danger", card.dataset.url);
    if (isOver) {
      drop();
      return;
    }
    const problem = $("[data-problem]", card);
    problem.textContent = message;
    problem.hidden = false;
    if (current) {
      ready.unshift(card);
    } else {
      show(card, 0);
    }
  }

  function count(card) {
    const degree = card.querySelector(".desk-head .mark")?.className.match(/mark-(bad|wait|plain)/)?.[1];
    const place = document.querySelector(`[data-count="${{ bad: 3, wait: 2, plain: 1 }[degree]}"]`);
    const number = Number.parseInt(place?.textContent, 10);
    if (/^\d+$/.test(place?.textContent || "") && number > 0) {
      place.textContent = String(number - 1);
    }
  }

  function tell(message) {
    state.textContent = sending.size ? fill(said.sending, { count: sending.size }) : message || "";
  }

  function note(text, tone, url) {
    const box = document.createElement("div");
    box.className = `alert alert-${tone} desk-note`;
    box.setAttribute("role", tone === "danger" ? "alert" : "status");
    box.append(text);
    if (url) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = said.open;
      box.append(" ", link);
    }
    const notes = $("[data-notes]");
    while (notes.children.length > 4) {
      notes.firstElementChild.remove();
    }
    notes.append(box);
    setTimeout(() => box.remove(), tone === "danger" ? 60000 : 15000);
  }

  // ---- who looks at it --------------------------------------------------------------------------
  async function look() {
    const card = current;
    if (!card || document.hidden) {
      return;
    }
    const body = new FormData();
    body.set("csrf_token", card.querySelector("[name=csrf_token]")?.value || csrf);
    body.set("left", leftId);
    leftId = "";
    try {
      const answer = await fetch(card.dataset.viewing, { method: "POST", body, redirect: "error", headers: { Accept: "application/json" } });
      if (!answer.ok || card !== current) {
        return;
      }
      const { others, decided } = await answer.json();
      $("[data-viewers]", card).hidden = !others.length;
      $("[data-viewers-text]", card).textContent = fill(said.viewing, { names: others.join(", ") });
      if (decided && card.dataset.pending && !sending.has(idOf(card))) {
        const problem = $("[data-problem]", card);
        problem.textContent = fill(said.decided, { what: decided });
        problem.hidden = false;
        card.dataset.pending = "";
        $(".desk-verdict", card)?.remove();
      }
    } catch {
      // The verdict will say so, if the server is still away then.
    }
  }
  const csrf = $("[name=csrf_token]")?.value || "";
  setInterval(look, RENEW_MS);
  document.addEventListener("visibilitychange", look);

  // What comes in while the desk is empty shows itself.
  setInterval(async () => {
    if (!current && !document.hidden) {
      await ahead();
      if (!current && ready.length) {
        next(0);
      }
    }
  }, LOOK_AGAIN_MS);

  // A question, its answer, its withdrawal: the card comes anew, or the next one does.
  async function sendPlain(form, pressed) {
    const card = current;
    try {
      const { ok, message } = await post(form.action, new FormData(form));
      note(ok ? message : fill(said.failed, { why: message }), ok ? "success" : "danger");
      if (!ok) {
        return;
      }
    } catch {
      note(said.offline, "danger");
      return;
    }
    part.open && part.close();
    if (card !== current) {
      return;
    }
    if (form.hasAttribute("data-ask")) {
      leave();
      next(pressed);
      return;
    }
    const id = idOf(card);
    card.remove();
    current = null;
    goTo(id, 0);
  }

  window.addEventListener("beforeunload", (event) => {
    if (sending.size) {
      event.preventDefault();
    }
  });

  // ---- beginning ----------------------------------------------------------------------------------
  for (const card of stage.children) {
    card.dispatchEvent(new CustomEvent("desk:ready", { bubbles: true }));
  }
  window.anqiDesk = {
    said, note, tell, decide, sendPlain, next, goTo, leave, back, setAside, current: () => current,
  };
  show(stage.firstElementChild, 0);
})();
