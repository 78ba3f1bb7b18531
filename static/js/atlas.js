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
    link.href = config.file.replace(/\/0$/, `/${id}`);
    link.textContent = config.said.open;
    body.append(title, meaning, link);
    return shown.bindPopup(body);
  }

  function cluster(mark) {
    const [lon, lat, count, level] = mark;
    const size = 26 + Math.min(26, Math.round(Math.log10(count + 1) * 9));
    const icon = L.divIcon({ className: `atlas-cluster atlas-${config.tones[level]}`, iconSize: [size, size], html: compact(count) });
    const title = config.said.cluster.replace("%(count)s", count);
    return L.marker([lat, lon], { icon, title, alt: title, zIndexOffset: level * 1000 })
      .on("click keypress", () => map.setView([lat, lon], Math.min(map.getZoom() + 2, config.mostZoom)));
  }

  const windowText = () => {
    const b = map.getBounds();
    return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((n) => n.toFixed(5)).join(",");
  };

  let asked = null;
  async function load() {
    asked?.abort();
    const mine = (asked = new AbortController());
    const query = new URLSearchParams(location.search);
    query.delete("page");
    query.set("bbox", windowText());
    query.set("zoom", map.getZoom());
    try {
      const answer = await fetch(`${config.data}?${query}`, { signal: mine.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      layer.clearLayers();
      for (const mark of found.marks) layer.addLayer(mark[2] === 1 && mark[4] && mark[5] ? single(mark) : cluster(mark));
      said.textContent = config.said.total.replace("%(count)s", found.total.toLocaleString());
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = config.said.failed;
    }
  }

  let waiting = 0;
  map.on("moveend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(load, 120);
  });
  load();

  lister.hidden = false;
  lister.addEventListener("click", () => {
    const query = new URLSearchParams(location.search);
    query.delete("page");
    query.set("bbox", windowText());
    location.search = query.toString();
  });
})();
