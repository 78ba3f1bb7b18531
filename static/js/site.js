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
  // Changes of one thing that wait together go as one.
  const ONE_OF = { check: "item", facts: null, private_note: null, refuse: null, start: null, finish: null };
  // A phone's clock may be hours off; less than this is the way through the network.
  const CLOCK_TOLERANCE = 5000;

  let state = JSON.parse(root.dataset.state);
  let entries = [];
  let model = null;
  let store = null;
  let sender = null;
  let view = null;
  let order = Promise.resolve();
  let pending = 0;
  let lost = false;
  const typing = new Map();

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
    const made = { made_at: page.now(), state: isDraft(kind, data) ? "draft" : "waiting" };
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
      view.paint({ model, entries, lost });
    }
  }

  // By the server's clock, as far as the phone has heard it.
  page.skew = 0;
  page.now = () => new Date(Date.now() + page.skew).toISOString();

  function setClock(serverTime) {
    const skew = new Date(serverTime) - Date.now();
    if (Math.abs(skew - page.skew) > CLOCK_TOLERANCE) {
      page.skew = skew;
    }
  }

  async function heard(told) {
    if (told) {
      setClock(told.as_of);
    }
    if (told && told.as_of >= (state.as_of || "")) {
      const { csrf, ...kept } = told;
      state = { ...kept, skew: page.skew };
      await store.saveState(state);
    }
    await reload();
    if (isSettled()) {
      offline.forget();
    }
  }

  const itemOf = (element) => model.items.get(element.closest("[data-item]").dataset.item);

  function answer(element, change) {
    return keep("check", () => {
      const { ref, result, finding, note, is_major: major } = { ...itemOf(element), ...change };
      return { item: ref, result, finding, note, is_major: result === "fail" && Boolean(major) };
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
      view.paintSync();
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
    if (!await site.ask(texts.removePhoto)) {
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
    if (await site.ask(texts.discard)) {
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
    const card = next && view.cardOf(next);
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
  const offline = site.offline(`anqi-site-${page.account}`, page.urls.worker, "/inspections/");
  const isSettled = () => site.SETTLED.includes(state.status);

  async function begin() {
    store = await site.openStore(page.account);
    const kept = await store.state(page.id);
    page.skew = kept?.skew || 0;
    if (kept && kept.as_of > state.as_of) {
      state = kept;
    }
    const photos = new site.Photos(texts, removePhoto);
    const signatures = new site.Signatures({ root, texts, keep });
    sender = new site.Sender({ store, page, heard, told: () => model && view.paintSync() });
    view = site.makeView({ root, page, texts, typing, photos, signatures, sender, store });
    await reload();
    bindFinish();
    // What is done need not be scrolled past again.
    $("[data-section=facts]").open = !view.areFactsNoted();
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
    sender.listen();
    setInterval(() => sender.listen(), LISTEN_EVERY);
    if (!isSettled()) {
      offline.keep().catch(() => {});
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      [...typing.keys()].forEach(write);
    }
  });

  begin();
})();
