// What the page shows: what the server told last, and over it what this phone has not sent yet.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});

  const APPLY = {
    start: (model) => { model.status = "ongoing"; },
    scan: (model) => { model.scanned = true; },
    finish: (model, entry) => { model.finish = entry; },
    private_note: (model, { data }) => { model.private_note = data.text; },
    facts: (model, { data }) => {
      const { base, ...facts } = data;
      Object.assign(model.facts, facts);
    },
    add_item: (model, { data, client_id: id }) => {
      if (!model.items.has(data.item)) {
        model.items.set(data.item, newItem(data, model.items.size + 1, id));
      }
    },
    check: (model, { data, made_at: at }) => {
      const item = model.items.get(String(data.item));
      if (item) {
        Object.assign(item, { result: data.result, finding: data.finding, note: data.note, is_major: data.is_major });
        Object.assign(item, { checked_at: at, checked_by: "" });
      }
    },
    photo: (model, entry) => {
      model.photos.push({ client_id: entry.client_id, item: entry.data.item || null, blob: entry.blob, entry });
    },
    remove_photo: (model, { data }) => {
      model.photos = model.photos.filter((photo) => photo.client_id !== data.photo);
    },
    signature: (model, entry) => {
      const { signer, name, signed_for: account } = entry.data;
      const other = (known) => known.signer !== signer || String(known.account || "") !== String(account || "");
      model.signatures = model.signatures.filter(other);
      model.signatures.push({ signer, name, account: account || null, signed_at: entry.made_at, entry });
      if (signer === "party") {
        model.refused = false;
        model.signatures = model.signatures.filter((known) => known.signer !== "witness");
      }
    },
    refuse: (model, { data }) => {
      Object.assign(model, { refused: true, refusal_reason: data.reason, witness_name: data.witness });
      model.signatures = model.signatures.filter((known) => known.signer !== "party");
    },
  };

  function newItem(data, position) {
    const empty = { result: "open", finding: "", note: "", is_major: false, checked_at: null, checked_by: "" };
    return { ...empty, ref: data.item, position, section: "", text: data.text, own: true };
  }

  // `entries` in the order in which they were made.
  site.modelOf = (state, entries) => {
    const model = {
      ...state,
      facts: { ...state.facts },
      items: new Map(state.items.map((item) => [String(item.ref), { ...item }])),
      photos: [...state.photos],
      signatures: [...state.signatures],
      finish: null,
    };
    for (const entry of entries) {
      if (entry.state === "refused" && ["start", "finish"].includes(entry.kind)) {
        continue; // it has not begun, it is not finished
      }
      APPLY[entry.kind]?.(model, entry);
      const item = model.items.get(String(entry.data?.item ?? ""));
      if (item && entry.kind !== "photo") {
        item.entry = entry;
      }
    }
    return model;
  };

  // What the record still needs, as far as the phone can tell; the server decides.
  site.missingOf = (model, page, texts, entries) => {
    const missing = [];
    const items = [...model.items.values()];
    const open = items.filter((item) => item.result === "open").length;
    const mute = items.filter((item) => item.result === "fail" && !item.finding.trim()).length;
    const say = (condition, text) => condition && missing.push(text);
    say(!items.length, texts.missingNone);
    say(open, texts.missingItems.replace("{n}", open));
    say(mute, texts.missingFinding.replace("{n}", mute));
    say(!model.facts.party_name, texts.missingParty);
    if (page.administrative) {
      say(!model.facts.certificates_shown, texts.missingCertificates);
      say(!model.facts.recusal_told, texts.missingRecusal);
    }
    for (const { signer, account, name } of page.signers) {
      const needed = signer === "party" ? !model.refused : page.administrative;
      const known = site.signatureOf(model, signer, account);
      if (needed && (!known || site.isStale(model, known))) {
        missing.push(texts.missingSignature.replace("{name}", signer === "party" ? texts.partySigner : name));
      }
    }
    say(entries.some((entry) => entry.state === "refused"), texts.missingRefused);
    return missing;
  };

  site.signatureOf = (model, signer, account) => model.signatures.find(
    (known) => known.signer === signer && String(known.account || "") === String(account || ""),
  );

  // Nobody signs for what was changed afterwards.
  site.isStale = (model, signature) => [...model.items.values()].some(
    (item) => item.checked_at && new Date(item.checked_at) > new Date(signature.signed_at),
  );
})();
