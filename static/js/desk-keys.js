// What the keys and buttons of the desk do: labels.SINGLE_KEYS. A letter works wherever nobody writes.
(() => {
  "use strict";
  const desk = document.getElementById("desk");
  const queue = window.anqiDesk;
  if (!desk || !queue) {
    return;
  }
  const part = document.getElementById("desk-part");
  const help = document.getElementById("desk-help");
  const writing = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
  const PLAIN = "anqi-desk-plain";
  let keyAt = 0;

  // ---- steps that need a second look: duplicates, questions ---------------------------------------
  async function open(url) {
    const card = queue.current();
    try {
      const answer = await fetch(url, { redirect: "error", headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const content = page.querySelector("[data-part-content]");
      if (!answer.ok || !content || card !== queue.current()) {
        throw new Error(String(answer.status));
      }
      const title = document.createElement("h2");
      title.className = "sheet-title";
      title.textContent = page.querySelector("h1").textContent;
      part.querySelector("[data-part-body]").replaceChildren(title, document.importNode(content, true));
      part.showModal();
      part.querySelector("select, textarea, button, [autofocus]")?.focus();
    } catch {
      queue.note(queue.said.offline, "danger");
    }
  }
  part.addEventListener("click", (event) => event.target === part && part.close());

  // ---- what is sent -------------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const pressed = event.timeStamp;
    if (form.matches("[data-verdict]")) {
      event.preventDefault();
      event.stopPropagation();
      queue.decide(form, event.submitter, keyAt || pressed);
    } else if (form.matches("[data-send], [data-ask]")) {
      event.preventDefault();
      event.stopPropagation();
      queue.sendPlain(form, keyAt || pressed);
    }
  }, true);

  // ---- keys and buttons ---------------------------------------------------------------------------
  const steps = {
    next: (at) => { queue.leave(); queue.next(at); },
    back: queue.back,
    later: queue.setAside,
  };
  const named = {
    j: (at) => steps.next(at),
    k: (at) => steps.back(at),
    u: (at) => steps.later(at),
    b: () => boxes(),
    g: () => document.querySelector("[data-grid]").click(),
    f: () => fullScreen(),
    "?": () => help.showModal(),
    n: () => unfold("[data-reasons]", "input[type=radio]"),
    m: () => unfold("[data-note]", "textarea"),
    a: () => unfold("[data-answer]", "input[type=radio]"),
    " ": () => queue.current()?.dispatchEvent(new CustomEvent("desk:toggle", { bubbles: true })),
  };

  function boxes() {
    const off = desk.classList.toggle("desk-plain");
    document.querySelector("[data-boxes]").setAttribute("aria-pressed", String(!off));
    sessionStorage.setItem(PLAIN, off ? "yes" : "");
  }

  function fullScreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      queue.current()?.querySelector("[data-film]")?.requestFullscreen?.().catch(() => {});
    }
  }

  function unfold(selector, field) {
    const found = queue.current()?.querySelector(selector);
    if (found) {
      found.open = !found.open;
      if (found.open) {
        found.querySelector(field)?.focus();
      } else {
        queue.current().focus({ preventScroll: true });
      }
    }
  }

  function digit(key) {
    const within = part.open ? part : queue.current()?.querySelector("[data-reasons][open]");
    const option = within?.querySelector(`[data-digit="${key}"]`);
    if (!option) {
      return false;
    }
    if (option instanceof HTMLButtonElement) {
      option.click();
      return true;
    }
    option.checked = true;
    if (option.dataset.needsWords) {
      within.querySelector("textarea").focus();
      queue.tell(queue.said.words);
    } else {
      option.form.requestSubmit();
    }
    return true;
  }

  function pressKey(event, key) {
    if (/^[1-9]$/.test(key)) {
      return digit(key);
    }
    if (part.open || help.open) {
      return false;
    }
    if (named[key]) {
      named[key](event.timeStamp);
      return true;
    }
    const found = queue.current()?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    found?.click();
    return Boolean(found);
  }

  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form) {
      event.preventDefault();
      target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) {
      return;
    }
    if (target.closest(writing)) {
      if (event.key === "Escape" && !target.closest("dialog")) {
        queue.current()?.focus({ preventScroll: true });
      }
      return;
    }
    const foreign = document.querySelector("dialog[open]:not(#desk-part):not(#desk-help)");
    // The space bar belongs to what has the focus, if that is something to press.
    if (foreign || (event.key === " " && target.closest("a, button, summary, input"))) {
      return;
    }
    keyAt = event.timeStamp;
    if (pressKey(event, event.key.toLowerCase())) {
      event.preventDefault();
    }
    keyAt = 0;
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-part], [data-go], [data-step], [data-boxes], [data-help]");
    if (!link || event.button || event.shiftKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    const at = keyAt || event.timeStamp;
    if ("step" in link.dataset) {
      steps[link.dataset.step](at);
    } else if ("go" in link.dataset) {
      queue.leave();
      queue.goTo(link.dataset.go, at);
    } else if ("part" in link.dataset) {
      open(link.href);
    } else if ("boxes" in link.dataset) {
      boxes();
    } else {
      help.showModal();
    }
  });

  if (sessionStorage.getItem(PLAIN)) {
    boxes();
  }
  desk.dataset.on = "yes";
})();
