// Live pictures: says every while that somebody looks, fetches each tile at its pace, and tells how
// old each picture is. Nothing is asked for while the page is hidden; an old picture goes grey.
(() => {
  "use strict";
  const wall = document.querySelector("[data-wall]");
  if (!wall) {
    return;
  }
  const config = wall.dataset;
  const frame = wall.closest("[data-wall-frame]");
  const notice = frame.querySelector("[data-wall-said]");
  const tiles = [...wall.querySelectorAll("[data-camera]")].map((box) => new Tile(box));
  const live = tiles.filter((tile) => tile.url);
  const every = Number(config.every) * 1000;
  let timers = [];
  let over = false;

  function Tile(box) {
    const part = (name) => box.querySelector(`[data-tile-${name}]`);
    this.id = box.dataset.camera;
    this.url = box.dataset.picture;
    this.box = box;
    this.parts = Object.fromEntries(
      ["picture", "empty", "said", "age", "state", "waiting", "count"].map((name) => [name, part(name)]),
    );
    this.etag = "";
    this.taken = null; // by this page's own clock, in milliseconds
    this.busy = false;
  }

  function say(text) {
    notice.textContent = text;
    notice.hidden = !text;
  }

  // A page that was signed out answers with another one.
  function isGone(answer) {
    const gone = answer.redirected || answer.status === 401 || answer.status === 400;
    if (gone) {
      over = true;
      stop();
      say(config.signedOut);
    }
    return gone;
  }

  async function ask(url, options) {
    try {
      const answer = await fetch(url, { cache: "no-store", ...options });
      if (isGone(answer)) {
        return null;
      }
      say("");
      return answer;
    } catch {
      say(config.lost); // it may come back
      return null;
    }
  }

  async function look() {
    const body = new URLSearchParams({ width: config.width, every: config.every });
    for (const tile of live) {
      body.append("camera", tile.id);
    }
    await ask(config.look, { method: "POST", body, headers: { "X-CSRFToken": config.csrf } });
  }

  async function fetchPicture(tile) {
    if (tile.busy) {
      return;
    }
    tile.busy = true;
    const answer = await ask(tile.url, { headers: tile.etag ? { "If-None-Match": tile.etag } : {} });
    try {
      if (answer?.status === 200 || answer?.status === 304) {
        tile.taken = performance.now() - Number(answer.headers.get("Anqi-Age")) * 1000;
        tile.etag = answer.headers.get("ETag") || "";
      }
      if (answer?.status === 200) {
        await show(tile, await answer.blob());
      } else if (answer?.status === 204) {
        clear(tile);
      }
    } catch {
      tile.etag = ""; // a picture that broke off on its way
    }
    tile.busy = false;
    age(tile);
  }

  async function show(tile, blob) {
    const picture = tile.parts.picture;
    const url = URL.createObjectURL(blob);
    const before = picture.src;
    picture.src = url;
    await picture.decode();
    picture.hidden = false;
    tile.parts.empty.hidden = true;
    if (before.startsWith("blob:")) {
      URL.revokeObjectURL(before);
    }
  }

  function clear(tile) {
    tile.taken = null;
    tile.etag = "";
    tile.parts.picture.hidden = true;
    tile.parts.empty.hidden = false;
  }

  function age(tile) {
    const box = tile.parts.age;
    box.hidden = tile.taken === null;
    if (tile.taken === null) {
      tile.box.classList.remove("tile-old");
      return;
    }
    const seconds = Math.max(0, Math.round((performance.now() - tile.taken) / 1000));
    tile.box.classList.toggle("tile-old", seconds > Number(config.old));
    box.textContent = seconds < 120 ? config.ago.replace("#", seconds) : config.agoMin.replace("#", Math.round(seconds / 60));
  }

  async function states() {
    const query = new URLSearchParams(tiles.map((tile) => ["camera", tile.id]));
    const answer = await ask(`${config.states}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer?.ok) {
      return;
    }
    const { cameras } = await answer.json();
    for (const tile of tiles) {
      const now = cameras[tile.id];
      if (now) {
        const mark = tile.parts.state.querySelector(".mark");
        mark.className = `mark mark-${now.tone}`;
        mark.lastChild.textContent = now.label;
        tile.parts.said.textContent = now.said;
        tile.parts.count.textContent = now.waiting;
        tile.parts.waiting.hidden = !now.waiting;
      }
    }
  }

  function stop() {
    timers.forEach(clearInterval);
    timers = [];
  }

  function start() {
    stop();
    if (over || !tiles.length) {
      return;
    }
    if (live.length) {
      look();
      timers.push(setInterval(look, Number(config.renew) * 1000));
    }
    states();
    timers.push(setInterval(states, Number(config.renew) * 1000));
    timers.push(setInterval(() => live.forEach(age), 1000));
    // Spread over the pace, so that sixteen tiles do not ask at once.
    live.forEach((tile, number) => {
      const wait = (number * Math.min(every, 1000)) / live.length;
      timers.push(setTimeout(() => {
        fetchPicture(tile);
        timers.push(setInterval(() => fetchPicture(tile), every));
      }, wait));
    });
  }

  function onVisible() {
    if (document.visibilityState === "visible") {
      live.forEach(age);
      start();
    } else {
      stop();
    }
  }

  const full = document.querySelector("[data-wall-full]");
  function toggleFull() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      frame.requestFullscreen().catch(() => {});
    }
  }
  if (full && document.fullscreenEnabled) {
    full.hidden = false;
    full.addEventListener("click", toggleFull);
  }

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]") || target.closest?.("input, select, textarea")) {
      return;
    }
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = rel && document.querySelector(`a[rel="${rel}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    } else if (event.key === "Escape" && config.back && !document.fullscreenElement) {
      location.assign(config.back);
    } else if (event.key === "f" && full && !full.hidden) {
      toggleFull();
    }
  });
  document.addEventListener("visibilitychange", onVisible);
  addEventListener("pagehide", stop);
  onVisible();
})();
