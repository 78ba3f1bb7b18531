// The map: outlines or tiles below, what the server gathered above. The list beside it says the same.
(() => {
  "use strict";
  const place = document.getElementById("atlas");
  if (!place || !window.L) return;
  const config = JSON.parse(place.dataset.config);
  const said = document.querySelector("[data-atlas-said]");
  const lister = document.querySelector("[data-atlas-list]");
  const map = L.map(place, {
    minZoom: 3, maxZoom: config.mostZoom, worldCopyJump: true,
    attributionControl: Boolean(config.tiles), zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  if (config.tiles) {
    map.attributionControl.setPrefix(false);
    const credit = document.createElement("span");
    credit.textContent = config.attribution;
    L.tileLayer(config.tiles, { maxZoom: config.mostZoom, attribution: credit.innerHTML }).addTo(map);
  }
  map.fitBounds(config.bounds, { maxZoom: 13 });

  // Outlines stand in for tiles; with tiles they would draw every border twice.
  const line = { color: "#94a3b8", weight: 1, fillColor: "#94a3b8", fillOpacity: 0.07, interactive: false };
  const outlines = config.tiles ? [] : config.outline;
  for (const url of outlines) {
    fetch(url).then((answer) => (answer.ok ? answer.json() : null)).then((shape) => {
      if (shape) L.geoJSON(shape, { style: line, interactive: false }).addTo(map).bringToBack();
    }).catch(() => {});
  }

  const layer = L.layerGroup().addTo(map);
  const compact = (count) => (count < 1000 ? `${count}` : count < 10000 ? `${(count / 1000).toFixed(1)}k` : `${Math.round(count / 1000)}k`);

  const fileOf = (id) => config.file.replace(/\/0$/, `/${id}`);
  const apart = matchMedia("(pointer: coarse)").matches ? 40 : 26;

  // Marks that would lie on one another are one mark: each of them must be within reach.
  function gathered(marks) {
    const groups = [];
    for (const mark of marks) {
      const at = map.latLngToLayerPoint([mark[1], mark[0]]);
      const near = groups.find((group) => group.at.distanceTo(at) < apart);
      if (near) near.marks.push(mark);
      else groups.push({ at, marks: [mark] });
    }
    return groups.map((group) => group.marks);
  }

  const isSingle = (mark) => mark[2] === 1 && mark[4] && mark[5];

  function drawn(marks) {
    if (marks.length === 1) return isSingle(marks[0]) ? single(marks[0]) : cluster(marks[0]);
    const worst = Math.max(...marks.map((mark) => mark[3]));
    const count = marks.reduce((sum, mark) => sum + mark[2], 0);
    const together = [marks[0][0], marks[0][1], count, worst];
    return marks.every(isSingle) && count <= config.mostListed ? several(together, marks) : cluster(together);
  }

  // A few side by side: a list to choose from, and nearer where that pulls them apart.
  function several(together, marks) {
    const shown = round(together, config.said.several);
    const body = document.createElement("div");
    const list = document.createElement("ul");
    list.className = "atlas-several";
    for (const mark of [...marks].sort((a, b) => b[3] - a[3])) {
      const item = document.createElement("li");
      const dot = document.createElement("i");
      dot.className = `atlas-dot atlas-${config.tones[mark[3]]}`;
      const link = document.createElement("a");
      link.href = fileOf(mark[4]);
      link.textContent = mark[5];
      const meaning = document.createElement("span");
      meaning.className = "cell-sub";
      meaning.textContent = config.levels[mark[3]];
      const text = document.createElement("span");
      text.append(link, meaning);
      item.append(dot, text);
      list.append(item);
    }
    body.append(list);
    const bounds = L.latLngBounds(marks.map((mark) => [mark[1], mark[0]]));
    if (map.getZoom() < config.mostZoom && !bounds.getNorthEast().equals(bounds.getSouthWest())) {
      const nearer = document.createElement("button");
      nearer.type = "button";
      nearer.className = "btn btn-sm";
      nearer.textContent = config.said.nearer;
      nearer.addEventListener("click", () => map.fitBounds(bounds, { padding: [60, 60], maxZoom: config.mostZoom }));
      body.append(nearer);
    }
    return shown.bindPopup(body, { maxHeight: 260 });
  }

  function single(mark) {
    const [lon, lat, , level, id, name] = mark;
    const icon = L.divIcon({ className: `atlas-mark atlas-${config.tones[level]}`, iconSize: [18, 18] });
    const shown = L.marker([lat, lon], { icon, title: name, alt: name, keyboard: true, zIndexOffset: level * 1000 });
    const body = document.createElement("div");
    const title = document.createElement("b");
    title.textContent = name;
    const meaning = document.createElement("div");
    meaning.textContent = config.levels[level];
    const link = document.createElement("a");
    link.href = fileOf(id);
    link.textContent = config.said.open;
    body.append(title, meaning, link);
    return shown.bindPopup(body);
  }

  function round(mark, said) {
    const [lon, lat, count, level] = mark;
    const size = 26 + Math.min(26, Math.round(Math.log10(count + 1) * 9));
    const icon = L.divIcon({ className: `atlas-cluster atlas-${config.tones[level]}`, iconSize: [size, size], html: compact(count) });
    const title = said.replace("%(count)s", count);
    return L.marker([lat, lon], { icon, title, alt: title, zIndexOffset: level * 1000 });
  }

  function cluster(mark) {
    const [lon, lat] = mark;
    // At the last zoom nothing pulls them apart: the list names those within.
    const isLast = map.getZoom() >= config.mostZoom;
    return round(mark, isLast ? config.said.within : config.said.cluster).on("click keypress", (event) => {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      if (isLast) list(around(L.latLng(lat, lon)));
      else map.setView([lat, lon], Math.min(map.getZoom() + 2, config.mostZoom));
    });
  }

  function around(place) {
    const at = map.latLngToContainerPoint(place);
    const reach = [64, 64];
    return L.latLngBounds(map.containerPointToLatLng(at.subtract(reach)), map.containerPointToLatLng(at.add(reach)));
  }

  const text = (b) => [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((n) => n.toFixed(5)).join(",");

  function list(bounds) {
    const query = new URLSearchParams(location.search);
    query.delete("page");
    query.set("bbox", text(bounds));
    location.search = query.toString();
  }

  let asked = null;
  async function load() {
    asked?.abort();
    const mine = (asked = new AbortController());
    const query = new URLSearchParams(location.search);
    query.delete("page");
    query.set("bbox", text(map.getBounds()));
    query.set("zoom", map.getZoom());
    try {
      const answer = await fetch(`${config.data}?${query}`, { signal: mine.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      layer.clearLayers();
      for (const marks of gathered(found.marks)) layer.addLayer(drawn(marks));
      said.textContent = config.said.total.replace("%(count)s", found.total.toLocaleString());
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = config.said.failed;
    }
  }

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(load, 120);
  };
  // Opening a mark may move the map: new marks would take away what was just opened.
  let openAt = null;
  map.on("popupopen", () => { openAt = map.getZoom(); });
  map.on("popupclose", () => { openAt = null; soon(); });
  map.on("moveend", () => { if (openAt !== map.getZoom()) soon(); });
  load();

  lister.hidden = false;
  lister.addEventListener("click", () => list(map.getBounds()));
})();
