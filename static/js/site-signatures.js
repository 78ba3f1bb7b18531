// Who signs, the sheet to sign on, and the branch where the enterprise does not.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});

  site.Signatures = class {
    // `keep(kind, data, blob)` puts a change into the outbox.
    constructor({ root, texts, keep }) {
      Object.assign(this, { root, texts, keep });
      this.dialog = document.getElementById("sign-dialog");
      this.name = this.dialog.querySelector("[data-sign-name]");
      this.problem = this.dialog.querySelector("[data-sign-problem]");
      this.pad = new site.SignaturePad(this.dialog.querySelector("[data-canvas]"), () => {
        this.problem.hidden = true;
      });
      this.on("undo", () => this.pad.undo());
      this.on("clear", () => this.pad.clear());
      this.on("cancel", () => this.dialog.close());
      this.on("save", () => this.save());
      for (const row of root.querySelectorAll("[data-signer]")) {
        row.querySelector("[data-sign]").addEventListener("click", () => this.open(row));
      }
      root.querySelector("[data-refuse]").addEventListener("click", () => this.refuse());
    }

    on(name, act) {
      this.dialog.querySelector(`[data-sign-${name}]`).addEventListener("click", act);
    }

    open(row) {
      this.row = row;
      const { signer, name } = row.dataset;
      const known = { party: this.model.facts.party_name, witness: this.model.witness_name };
      this.name.value = known[signer] ?? name;
      this.name.readOnly = signer === "officer";
      this.dialog.querySelector(".sheet-title").textContent = row.querySelector("b").textContent;
      this.problem.hidden = true;
      this.dialog.showModal();
      this.pad.fit();
      this.pad.clear();
      (this.name.value ? this.pad.canvas : this.name).focus();
    }

    async save() {
      const name = this.name.value.trim();
      if (!name || this.pad.isEmpty) {
        this.problem.hidden = false;
        return;
      }
      const { signer, account } = this.row.dataset;
      const blob = await this.pad.picture();
      if (signer === "party" && !this.model.facts.party_name) {
        await this.keep("facts", { party_name: name });
      }
      await this.keep("signature", { signer, name, signed_for: account }, blob);
      this.dialog.close();
    }

    async refuse() {
      const [reason, witness] = ["reason", "witness"].map(
        (name) => this.root.querySelector(`[data-refusal-${name}]`).value.trim(),
      );
      this.root.querySelector("[data-refusal-problem]").hidden = Boolean(reason && witness);
      if (reason && witness) {
        await this.keep("refuse", { reason, witness });
        this.root.querySelector("[data-refusal]").open = false;
      }
    }

    paint(model) {
      this.model = model;
      let signed = 0;
      let needed = 0;
      for (const row of this.root.querySelectorAll("[data-signer]")) {
        const { signer, account } = row.dataset;
        row.hidden = signer === "witness" && !model.refused;
        const known = site.signatureOf(model, signer, account);
        const stale = known && signer !== "witness" && site.isStale(model, known);
        row.classList.toggle("site-signed", Boolean(known && !stale));
        row.classList.toggle("site-refused", Boolean(stale || known?.entry?.problem));
        row.querySelector("[data-sign-label]").textContent = known ? this.texts.signAgain : this.texts.sign;
        row.querySelector("[data-signature]").textContent = this.line(model, signer, known, stale);
        needed += row.hidden ? 0 : 1;
        signed += !row.hidden && known && !stale ? 1 : 0;
      }
      this.root.querySelector("[data-signed-count]").textContent = `${signed}/${needed}`;
      const refusal = this.root.querySelector("[data-refusal]");
      refusal.querySelector("summary").classList.toggle("site-signed", model.refused);
    }

    line(model, signer, known, stale) {
      if (known?.entry?.problem) {
        return known.entry.problem;
      }
      if (stale) {
        return this.texts.stale;
      }
      if (known) {
        return this.texts.signed.replace("{name}", known.name).replace("{time}", site.clockOf(known.signed_at));
      }
      if (signer === "party" && model.refused) {
        return this.texts.refusal.replace("{reason}", model.refusal_reason).replace("{name}", model.witness_name);
      }
      return this.texts.unsigned;
    }
  };
})();
