// The inspection on a phone. Every change is on the phone before the page says so, then it is sent.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});
  const root = document.getElementById("site");
  const $ = (selector, within = root) => within.querySelector(selector);
  const $$ = (selector, within = root) => [...within.querySelectorAll(selector)];
  const texts = JSON.parse(root.dataset.texts);
  const page = { ...JSON.parse(root.dataset.page), texts };
  page.signers = $$("[data-signer]").map(({ dataset }) => dataset).filter(({ signer }) => signer !== "witness");
  const PAUSE_IN_TYPING = 500;
  const LISTEN_EVERY = 30000;
  const SETTLED = ["recorded", "cancelled"];
  // Changes of one thing that wait together go as one.
  const ONE_OF = { check: "item", facts: null, private_note: null, refuse: null };

  let state = JSON.parse(root.dataset.state);
  let entries = [];
  let model = null;
  let store = null;
  let sender = null;
  let photos = null;
  let signatures = null;
  let order = Promise.resolve();
  let pending = 0;
  let lost = false;
  const typing = new Map();

  site.clockOf = (instant) => new Date(instant).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai",
  });

  // ---- changes ------------------------------------------------------------------------------
  // One after the other: a later change must see what the earlier one has kept. So what depends on
  // the rest is given as a function, which is asked when its turn has come.
  function keep(kind, data, blob = null) {
    pending += 1;
    order = order.then(() => put(kind, typeof data === "function" ? data() : data, blob))
      .catch(() => { lost = true; })
      .then(() => { pending -= 1; })
      .then(reload);
    return order;
  }

  async function put(kind, data, blob) {
    const made = { made_at: new Date().toISOString(), state: isDraft(kind, data) ? "draft" : "waiting" };
    const known = kind in ONE_OF && entries.findLast((entry) => isSame(entry, kind, data));
    if (known?.state === "refused") {
      await store.remove([known.seq]); // what was wrong with it is what the officer has just mended
    }
    const amended = known && known.state !== "refused"
      && await store.amend(known.seq, (entry) => ({ ...entry, ...made, data: joined(entry.data, data) }));
    if (!amended) {
      const entry = { inspection: page.id, client_id: site.newId(), kind, data, ...made };
      await store.add(blob ? { ...entry, blob, filename: kind === "photo" ? "photo.jpg" : "signature.png" } : entry);
    }
    lost = false;
    sender.hurry();
  }

  const isSame = (entry, kind, data) => entry.kind === kind
    && (!ONE_OF[kind] || entry.data[ONE_OF[kind]] === data[ONE_OF[kind]]);
  const isDraft = (kind, data) => kind === "check" && data.result === "fail" && !data.finding.trim();
  // What stood there when the first of these changes began is what the server compares with.
  const joined = (before, now) => ({ ...before, ...now, ...("base" in before ? { base: before.base } : {}) });

  async function reload() {
    entries = await store.entries(page.id);
    model = site.modelOf(state, entries);
    // What a finger has just changed must not be set back before it is kept.
    if (!pending) {
      paint();
    }
  }

  async function heard(told) {
    if (told && told.as_of >= (state.as_of || "")) {
      const { csrf, ...kept } = told;
      state = kept;
      await store.saveState(kept);
    }
    await reload();
    if (SETTLED.includes(state.status)) {
      forgetPage();
    }
  }

  // ---- items --------------------------------------------------------------------------------
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

  const itemOf = (element) => model.items.get(element.closest("[data-item]").dataset.item);

  function answer(element, change) {
    return keep("check", () => {
      const { ref, result, finding, note, is_major: major } = { ...itemOf(element), ...change };
      return { item: ref, result, finding, note, is_major: result === "fail" && Boolean(major) };
    });
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

  // ---- the whole ----------------------------------------------------------------------------
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
    const words = model.finish ? texts.finished : texts[SETTLED.find((status) => status === model.status)];
    banner.hidden = !words;
    $("[data-banner-text]").textContent = words || "";
    $("[data-banner-link]").hidden = !SETTLED.includes(model.status);
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

  function paintSync() {
    const count = (wanted) => entries.filter((entry) => entry.state === wanted).length;
    const [waiting, refused, drafts] = ["waiting", "refused", "draft"].map(count);
    const status = sender.status;
    const why = { offline: texts.offline, later: texts.later, "signed-out": texts.signedOut };
    why["other-account"] = texts.otherAccount;
    why.closed = sender.text || texts.closed;
    const parts = [];
    if (waiting) {
      parts.push(waiting === 1 ? texts.one : texts.many.replace("{n}", waiting));
    }
    if (status in why && (waiting || status === "offline")) {
      parts.push(why[status]);
    } else if (status === "sending" && waiting) {
      parts.splice(0, 1, texts.sending);
    }
    if (refused) {
      parts.push(refused === 1 ? texts.refusedOne : texts.refusedMany.replace("{n}", refused));
    }
    if (drafts) {
      parts.push(texts.draft);
    }
    if (!store.persistent) {
      parts.push(texts.unsafe);
    }
    if (lost) {
      parts.splice(0, parts.length, texts.lost);
    }
    const box = $("[data-sync]");
    box.dataset.sync = refused || lost ? "refused" : waiting || drafts ? "waiting" : status === "offline" ? "offline" : "idle";
    $("[data-sync-text]").textContent = parts.join(" · ") || texts.idle;
    $("[data-sign-in]").hidden = !["signed-out", "other-account"].includes(status);
  }

  function ask(question) {
    const dialog = document.getElementById("ask-dialog");
    $("[data-ask-text]", dialog).textContent = question;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  // ---- what the officer does ----------------------------------------------------------------
  function write(control) {
    clearTimeout(typing.get(control));
    typing.delete(control);
    if (control.matches("[data-finding]")) {
      answer(control, { finding: control.value });
    } else if (control.matches("[data-note]")) {
      answer(control, { note: control.value });
    } else if (control.matches("[data-private]")) {
      const text = control.value;
      keep("private_note", () => ({ text, base: model.private_note }));
    } else if (control.matches("[data-fact]")) {
      const name = control.dataset.fact;
      const value = control.type === "checkbox" ? control.checked : control.value;
      keep("facts", () => ({ [name]: value, ...(name === "situation" ? { base: model.facts.situation } : {}) }));
    }
  }

  const isWritten = "[data-finding], [data-note], [data-private], [data-fact]:not([type=checkbox])";

  root.addEventListener("input", (event) => {
    const control = event.target;
    if (control.matches(isWritten)) {
      clearTimeout(typing.get(control));
      typing.set(control, setTimeout(() => write(control), PAUSE_IN_TYPING));
    }
  });

  root.addEventListener("change", async (event) => {
    const control = event.target;
    if (control.matches("input[type=radio]")) {
      answer(control, { result: control.value });
      if (control.value === "fail") {
        await order;
        $("[data-finding]", control.closest("[data-item]")).focus();
      }
    } else if (control.matches("[data-major]")) {
      answer(control, { is_major: control.checked });
    } else if (control.matches("[data-take]")) {
      takePhotos(control);
    } else if (control.matches("[data-fact][type=checkbox]") || typing.has(control)) {
      write(control);
    }
  });

  async function takePhotos(input) {
    const files = [...input.files];
    const item = input.dataset.take;
    input.value = "";
    for (const file of files) {
      await keep("photo", { item }, await site.shrink(file));
    }
  }

  async function removePhoto(photo) {
    if (!await ask(texts.removePhoto)) {
      return;
    }
    if (photo.entry && !photo.entry.tries) {
      await store.remove([photo.entry.seq]);
    } else if (photo.entry?.state === "refused") {
      await store.remove([photo.entry.seq]);
    } else {
      await keep("remove_photo", { photo: photo.client_id });
    }
    await reload();
  }

  // A refused change is sent once more as a new one, or given up; never dropped by itself.
  async function again(entry) {
    const { seq, problem, tries, ...rest } = entry;
    await store.remove([seq]);
    await store.add({ ...rest, client_id: site.newId(), state: "waiting" });
    await reload();
    sender.hurry();
  }

  async function discard(entry) {
    if (await ask(texts.discard)) {
      await store.remove([entry.seq]);
      await reload();
    }
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const problem = button?.closest("[data-problem]");
    if (problem) {
      const seq = Number(problem.dataset.seq);
      const entry = seq ? entries.find((one) => one.seq === seq) : itemOf(button).entry;
      (button.matches("[data-again]") ? again : discard)(entry);
    } else if (button?.matches("[data-open-note]")) {
      const field = $("[data-note-field]", button.closest("[data-item]"));
      field.hidden = false;
      $("textarea", field).focus();
    } else if (button?.matches("[data-add]")) {
      addItem();
    } else if (button?.matches("[data-start-button]")) {
      keep("start", {});
    } else if (button?.matches("[data-next]")) {
      showNext();
    } else if (button?.matches("[data-finish]")) {
      openFinish();
    } else if (button?.matches("[data-undo-finish]")) {
      store.remove([model.finish.seq]).then(reload);
    }
  });

  async function addItem() {
    const box = $("[data-new-text]");
    const text = box.value.trim();
    if (!text) {
      box.focus();
      return;
    }
    box.value = "";
    const item = site.newId();
    await keep("add_item", { item, text, section: "" });
    $(`[data-item="${item}"]`)?.scrollIntoView({ block: "center" });
  }

  function showNext() {
    const next = [...model.items.values()].find((item) => item.result === "open");
    const card = next && cardOf(next);
    card?.closest("details").setAttribute("open", "");
    card?.scrollIntoView({ block: "center" });
    card?.querySelector("input[type=radio]").focus({ preventScroll: true });
  }

  function openFinish() {
    const dialog = document.getElementById("finish-dialog");
    const items = [...model.items.values()];
    for (const place of $$("[data-sum]", dialog)) {
      const wanted = place.dataset.sum;
      place.textContent = wanted === "photos" ? model.photos.length : items.filter((i) => i.result === wanted).length;
    }
    const missing = site.missingOf(model, page, texts, entries);
    $("[data-missing]", dialog).hidden = !missing.length;
    $("[data-complete]", dialog).hidden = missing.length > 0;
    $("[data-finish-now]", dialog).disabled = missing.length > 0;
    $("[data-missing-list]", dialog).replaceChildren(...missing.map((text) => {
      const line = document.createElement("li");
      line.textContent = text;
      return line;
    }));
    dialog.showModal();
  }

  function bindFinish() {
    const dialog = document.getElementById("finish-dialog");
    $("[data-finish-cancel]", dialog).addEventListener("click", () => dialog.close());
    $("[data-finish-now]", dialog).addEventListener("click", async () => {
      dialog.close();
      await keep("finish", {});
      window.scrollTo({ top: 0 });
    });
  }

  // ---- the page itself, for a reload without a network ----------------------------------------
  const cacheName = `anqi-site-${page.account}`;

  async function keepPage() {
    if (!window.caches || !navigator.serviceWorker || SETTLED.includes(state.status)) {
      return;
    }
    await navigator.serviceWorker.register(page.urls.worker, { scope: "/inspections/" });
    const answer = await fetch(location.pathname, { redirect: "error" });
    if (!answer.ok) {
      return;
    }
    const cache = await caches.open(cacheName);
    await cache.put(location.pathname, answer);
    const files = new Set([
      ...$$("script[src], link[rel=stylesheet], link[rel=icon], img[src^='/static/']", document).map((e) => e.src || e.href),
      ...$$("svg use", document).map((use) => new URL(use.getAttribute("href"), location).href.split("#")[0]),
    ]);
    for (const file of files) {
      if (!await cache.match(file)) {
        await cache.add(file).catch(() => {});
      }
    }
  }

  function forgetPage() {
    window.caches?.open(cacheName).then((cache) => cache.delete(location.pathname)).catch(() => {});
  }

  async function begin() {
    store = await site.openStore(page.account);
    const kept = await store.state(page.id);
    if (kept && kept.as_of > state.as_of) {
      state = kept;
    }
    photos = new site.Photos(texts, removePhoto);
    signatures = new site.Signatures({ root, texts, keep });
    sender = new site.Sender({ store, page, heard, told: () => model && paintSync() });
    await reload();
    bindFinish();
    // What is done need not be scrolled past again.
    $("[data-section=facts]").open = !areFactsNoted();
    if (!navigator.onLine) {
      sender.say("offline");
    }
    const scanned = new URLSearchParams(location.search).get("scanned");
    if (scanned) {
      history.replaceState(null, "", location.pathname);
      if (!model.scanned) {
        keep("scan", { token: scanned });
      }
    }
    root.dataset.ready = "";
    await sender.run();
    setInterval(() => sender.listen(), LISTEN_EVERY);
    keepPage().catch(() => {});
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      [...typing.keys()].forEach(write);
    }
  });

  begin();
})();
