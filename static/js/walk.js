// A round on a phone. Every change is on the phone before the page says so, then it is sent.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});
  const root = document.getElementById("walk");
  const $ = (selector, within = root) => within.querySelector(selector);
  const texts = JSON.parse(root.dataset.texts);
  const page = { ...JSON.parse(root.dataset.page), texts, skew: 0 };
  const PAUSE_IN_TYPING = 500;
  const LISTEN_EVERY = 30000;
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
  const offline = site.offline(`anqi-site-walk-${page.account}`, page.urls.worker, "/self-checks/");
  page.now = () => new Date(Date.now() + page.skew).toISOString();

  // ---- changes ------------------------------------------------------------------------------
  // One after the other; what depends on the rest is a function, asked when its turn has come.
  function keep(kind, data, blob = null) {
    pending += 1;
    order = order.then(() => put(kind, typeof data === "function" ? data() : data, blob))
      .catch(() => { lost = true; })
      .then(() => { pending -= 1; })
      .then(reload);
    return order;
  }

  async function put(kind, data, blob) {
    const isDraft = ["answer", "besides"].includes(kind) && site.isMute({ result: "finding", finding: "", ...data });
    const made = { made_at: page.now(), state: isDraft ? "draft" : "waiting" };
    const known = ["answer", "besides"].includes(kind)
      && (await store.entries(page.id)).findLast((e) => e.kind === kind && e.data.item === data.item);
    if (known?.state === "refused") {
      await store.remove([known.seq]); // what was wrong with it has just been mended
    }
    const amended = known && known.state !== "refused"
      && await store.amend(known.seq, (entry) => ({ ...entry, ...made, data }));
    if (!amended) {
      const entry = { inspection: page.id, client_id: site.newId(), kind, data, ...made };
      await store.add(blob ? { ...entry, blob, filename: "photo.jpg" } : entry);
    }
    lost = false;
    sender.hurry();
  }

  async function reload() {
    entries = await store.entries(page.id);
    model = site.walkOf(state, entries);
    if (!pending) {
      view.paint({ model, entries, lost });
    }
  }

  async function heard(told) {
    if (told) {
      const skew = new Date(told.as_of) - Date.now();
      page.skew = Math.abs(skew - page.skew) > CLOCK_TOLERANCE ? skew : page.skew;
    }
    if (told && told.as_of >= (state.as_of || "")) {
      const { csrf, ...kept } = told;
      state = { ...kept, skew: page.skew };
      await store.saveState(state);
    }
    await reload();
    if (state.status !== "open") {
      offline.forget();
    }
  }

  const itemOf = (element) => model.items.get(element.closest("[data-item]").dataset.item);

  function answer(element, change) {
    const { ref } = itemOf(element);
    const isOwn = Boolean(itemOf(element).own);
    return keep(isOwn ? "besides" : "answer", () => {
      const { result, finding, place, category } = { ...model.items.get(String(ref)), ...change };
      const seen = result === "finding" ? { finding, place, category } : {};
      return { item: ref, ...(isOwn ? {} : { result }), ...seen };
    });
  }

  // ---- what somebody does -------------------------------------------------------------------
  function write(control) {
    clearTimeout(typing.get(control));
    typing.delete(control);
    answer(control, { [control.dataset.field]: control.value });
  }

  root.addEventListener("input", (event) => {
    const control = event.target;
    if (control.matches("[data-field]:not(select)")) {
      clearTimeout(typing.get(control));
      typing.set(control, setTimeout(() => write(control), PAUSE_IN_TYPING));
      view.paintSync();
    }
  });

  root.addEventListener("change", async (event) => {
    const control = event.target;
    if (control.matches("input[type=radio]")) {
      answer(control, { result: control.value });
      if (control.value === "finding") {
        await order;
        $("[data-field=finding]", control.closest("[data-item]")).focus();
      }
    } else if (control.matches("[data-take]")) {
      takePhotos(control);
    } else if (control.matches("select[data-field]") || typing.has(control)) {
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
    if (photo.entry && (!photo.entry.tries || photo.entry.state === "refused")) {
      await store.remove([photo.entry.seq]);
      await reload();
    } else {
      await keep("remove_photo", { photo: photo.client_id });
    }
  }

  async function addFinding() {
    const item = site.newId();
    await keep("besides", { item, finding: "", place: "", category: "other" });
    const card = view.cardOf(model.items.get(item));
    card.scrollIntoView({ block: "center" });
    $("[data-field=finding]", card).focus({ preventScroll: true });
  }

  // Never sent: gone from the phone. Sent: taken back at the server too.
  async function withdraw(item) {
    if (!await site.ask(texts.withdraw)) {
      return;
    }
    const own = entries.filter((entry) => entry.data.item === item.ref);
    await store.remove(own.filter((entry) => !entry.tries || entry.state === "refused").map((entry) => entry.seq));
    await keep("withdraw", { item: item.ref });
  }

  // A refused change is sent once more as a new one, or given up; never dropped by itself.
  async function again({ seq, problem, tries, ...rest }) {
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
    } else if (button?.matches("[data-add]")) {
      addFinding();
    } else if (button?.matches("[data-withdraw]")) {
      withdraw(itemOf(button));
    } else if (button?.matches("[data-next]")) {
      showNext();
    } else if (button?.matches("[data-all-ok], [data-finish]")) {
      openFinish();
    } else if (button?.matches("[data-undo-finish]")) {
      store.remove([model.finish.seq]).then(reload);
    }
  });

  function showNext() {
    const next = [...model.items.values()].find((item) => item.result === "open");
    const card = next && view.cardOf(next);
    card?.closest("details").setAttribute("open", "");
    card?.scrollIntoView({ block: "center" });
    card?.querySelector("input[type=radio]").focus({ preventScroll: true });
  }

  // ---- the end -------------------------------------------------------------------------------
  let restIsOk = false;

  // What has no answer yet may be in order as a whole: one yes instead of ten taps.
  function openFinish() {
    const dialog = document.getElementById("finish-dialog");
    const items = [...model.items.values()];
    const open = items.filter((item) => item.result === "open").length;
    const mute = items.filter(site.isMute).length;
    const found = items.filter((item) => item.result === "finding").length;
    restIsOk = open > 0;
    const missing = [
      mute && (mute === 1 ? texts.missingFindingOne : texts.missingFindingMany.replace("{n}", mute)),
      entries.some((entry) => entry.state === "refused") && texts.missingRefused,
    ].filter(Boolean);
    $("[data-become]", dialog).textContent = found
      ? (found === 1 ? texts.becomeOne : texts.becomeMany.replace("{n}", found)) : texts.becomeNone;
    $("[data-rest]", dialog).textContent = open ? (open === 1 ? texts.restOne : texts.restMany.replace("{n}", open)) : "";
    $("[data-finish-now] span", dialog).textContent = open && !missing.length ? texts.finishRest : texts.finish;
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
      if (restIsOk) {
        await keep("rest_ok", {});
      }
      await keep("finish", {});
      window.scrollTo({ top: 0 });
    });
  }

  async function begin() {
    store = await site.openStore(page.account, page.kind);
    const kept = await store.state(page.id);
    page.skew = kept?.skew || 0;
    if (kept && kept.as_of > state.as_of) {
      state = kept;
    }
    const photos = new site.Photos(texts, removePhoto);
    sender = new site.Sender({ store, page, heard, told: () => model && view.paintSync() });
    view = site.walkView({ root, texts, typing, photos, sender, store });
    await reload();
    bindFinish();
    if (!navigator.onLine) {
      sender.say("offline");
    }
    root.dataset.ready = "";
    await sender.run();
    sender.listen();
    setInterval(() => sender.listen(), LISTEN_EVERY);
    if (state.status === "open") {
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
