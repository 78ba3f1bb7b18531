// What a round looks like: what the server told last, and over it what this phone has not sent yet.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});

  const note = (item, { data, made_at: at }) => {
    const { finding = "", place = "", category = item.category } = data;
    Object.assign(item, { result: data.result || "finding", finding, place, category, at, by: "" });
  };

  const APPLY = {
    answer: (model, entry) => {
      const item = model.items.get(String(entry.data.item));
      if (item) {
        note(item, entry);
      }
    },
    besides: (model, entry) => {
      const ref = entry.data.item;
      if (!model.items.has(ref)) {
        model.items.set(ref, { ref, own: true, category: "other" });
      }
      note(model.items.get(ref), entry);
    },
    withdraw: (model, { data }) => {
      model.items.delete(data.item);
      model.photos = model.photos.filter((photo) => photo.item !== data.item);
    },
    rest_ok: (model, { made_at: at }) => {
      const open = [...model.items.values()].filter((item) => item.result === "open");
      open.forEach((item) => Object.assign(item, { result: "ok", at, by: "" }));
    },
    photo: (model, entry) => {
      model.photos.push({ client_id: entry.client_id, item: entry.data.item, blob: entry.blob, entry });
    },
    remove_photo: (model, { data }) => {
      model.photos = model.photos.filter((photo) => photo.client_id !== data.photo);
    },
    finish: (model, entry) => { model.finish = entry; },
  };

  // `entries` in the order in which they were made.
  site.walkOf = (state, entries) => {
    const own = state.besides.map((item) => ({ ...item, own: true }));
    const model = {
      ...state,
      items: new Map([...state.items, ...own].map((item) => [String(item.ref), { ...item }])),
      photos: [...state.photos],
      finish: null,
    };
    for (const entry of entries) {
      if (entry.state === "refused" && ["finish", "withdraw"].includes(entry.kind)) {
        continue;
      }
      APPLY[entry.kind]?.(model, entry);
      const item = model.items.get(String(entry.data?.item ?? ""));
      if (item && entry.kind !== "photo") {
        item.entry = entry;
      }
    }
    return model;
  };

  site.isMute = (item) => item.result === "finding" && !item.finding.trim();
})();
