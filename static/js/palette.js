// Ctrl-K, Cmd-K or "/": pages, enterprises and everything else that one may see, by keyboard alone.
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  if (!dialog || typeof dialog.showModal !== "function") {
    return;
  }
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  const { url, sprite, recentKey, recentLabel, allLabel, noneText, failedText, hintText } = dialog.dataset;
  const KEPT = 8;
  const WAIT_MS = 150;
  let timer = 0;
  let asked = null;
  let active = -1;

  // What this person chose last, on this device only; a full or forbidden store is no matter.
  function recent() {
    try {
      const kept = JSON.parse(localStorage.getItem(recentKey) || "[]");
      return Array.isArray(kept) ? kept.filter((item) => typeof item?.url === "string" && item.url.startsWith("/")) : [];
    } catch {
      return [];
    }
  }

  function remember(item) {
    try {
      const others = recent().filter((kept) => kept.url !== item.url);
      localStorage.setItem(recentKey, JSON.stringify([item, ...others].slice(0, KEPT)));
    } catch {
      // Then there are no recent choices.
    }
  }

  function symbol(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(space, "use");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  }

  function part(tag, className, text) {
    const node = document.createElement(tag);
    node.className = className;
    node.textContent = text;
    return node;
  }

  function option(item, icon) {
    const link = part("a", "palette-item", "");
    link.href = item.url;
    link.id = `palette-${list.querySelectorAll("[role=option]").length}`;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    link.tabIndex = -1;
    const words = part("span", "palette-words", "");
    words.append(part("span", "palette-title", item.title));
    if (item.detail) {
      words.append(part("span", "palette-detail", item.detail));
    }
    link.append(symbol(icon), words);
    link.addEventListener("click", () => {
      if (!item.isList) {
        remember({ title: item.title, detail: item.detail, url: item.url, icon });
      }
    });
    return link;
  }

  function show(groups) {
    list.replaceChildren();
    for (const group of groups) {
      const box = part("div", "palette-group", "");
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", group.label);
      box.append(part("div", "palette-heading", group.label));
      list.append(box);
      for (const item of group.items) {
        box.append(option(item, item.icon || group.icon));
      }
      if (group.all) {
        box.append(option({ title: allLabel, url: group.all, isList: true }, "list"));
      }
    }
    choose(list.querySelector("[role=option]") ? 0 : -1);
  }

  function choose(place) {
    const options = [...list.querySelectorAll("[role=option]")];
    active = options.length ? (place + options.length) % options.length : -1;
    options.forEach((node, at) => node.setAttribute("aria-selected", String(at === active)));
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  }

  function begin() {
    const kept = recent();
    show(kept.length ? [{ label: recentLabel, icon: "history", items: kept }] : []);
    status.textContent = kept.length ? "" : hintText;
  }

  async function ask(text) {
    asked?.abort();
    asked = new AbortController();
    const mine = asked;
    dialog.classList.add("is-busy");
    try {
      const answer = await fetch(`${url}?q=${encodeURIComponent(text)}`, {
        signal: mine.signal,
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const found = await answer.json();
      show(found.groups);
      status.textContent = found.groups.length ? "" : noneText;
    } catch (error) {
      if (error.name === "AbortError") {
        return;
      }
      show([]);
      status.textContent = failedText;
    }
    if (mine === asked) {
      dialog.classList.remove("is-busy");
    }
  }

  function typed() {
    clearTimeout(timer);
    const text = input.value.trim();
    if (!text) {
      asked?.abort();
      dialog.classList.remove("is-busy");
      begin();
      return;
    }
    timer = setTimeout(() => ask(text), WAIT_MS);
  }

  function open() {
    if (dialog.open || document.querySelector("dialog[open]")) {
      return;
    }
    input.value = "";
    begin();
    dialog.showModal();
    input.focus();
  }

  input.addEventListener("input", typed);
  input.addEventListener("keydown", (event) => {
    // A word that is being composed (Pinyin) needs its arrows and its Enter itself.
    if (event.isComposing) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      list.querySelector("[aria-selected=true]")?.click();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asked?.abort();
  });

  const isTyping = (node) => node?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node?.tagName || "");
  document.addEventListener("keydown", (event) => {
    const withKey = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (withKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      event.preventDefault();
      open();
    }
  });
  for (const button of document.querySelectorAll("[data-palette-open]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
})();
