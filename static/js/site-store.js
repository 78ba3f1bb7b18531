// What an officer does on site, kept in the phone's own database until the server has it. One
// database for each account: whoever else signs in on this phone sees and sends nothing of it.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});

  // A page without a secure context (plain http in an intranet) has no crypto.randomUUID.
  site.newId = () => {
    if (window.crypto?.randomUUID) {
      return crypto.randomUUID();
    }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  function open(name) {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      // Entries in the order in which they were made; what is sent is sent in this order. Each
      // names the page that it is of: `inspection`, whatever the page shows.
      const outbox = request.result.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
      outbox.createIndex("inspection", "inspection");
      // The last that the server told of each inspection, for a reload without a network.
      request.result.createObjectStore("states", { keyPath: "id" });
    };
    return answer(request);
  }

  class Store {
    constructor(database) {
      this.database = database;
      this.persistent = true;
    }

    table(name, mode = "readonly") {
      // "strict": on the disk before we say that it is kept.
      return this.database.transaction(name, mode, { durability: "strict" }).objectStore(name);
    }

    // Resolves when the transaction is on the disk, with the entry and its place in the order.
    async add(entry) {
      const outbox = this.table("outbox", "readwrite");
      const seq = answer(outbox.add(entry));
      await finished(outbox.transaction);
      return { ...entry, seq: await seq };
    }

    // Changes an entry that nobody has tried to send yet: false where it is too late for that.
    async amend(seq, change) {
      const outbox = this.table("outbox", "readwrite");
      const entry = await answer(outbox.get(seq));
      if (!entry || entry.tries) {
        return false;
      }
      outbox.put(change(entry));
      await finished(outbox.transaction);
      return true;
    }

    // Entries as they are at this moment, marked as tried: from here on nothing amends them.
    async take(seqs) {
      const outbox = this.table("outbox", "readwrite");
      const done = finished(outbox.transaction);
      const taken = [];
      for (const seq of seqs) {
        const entry = await answer(outbox.get(seq));
        if (entry) {
          entry.tries = (entry.tries || 0) + 1;
          outbox.put(entry);
          taken.push(entry);
        }
      }
      await done;
      return taken;
    }

    async put(entry) {
      const outbox = this.table("outbox", "readwrite");
      outbox.put(entry);
      await finished(outbox.transaction);
    }

    async remove(seqs) {
      const outbox = this.table("outbox", "readwrite");
      seqs.forEach((seq) => outbox.delete(seq));
      await finished(outbox.transaction);
    }

    entries(inspection) {
      return answer(this.table("outbox").index("inspection").getAll(inspection));
    }

    async saveState(state) {
      const states = this.table("states", "readwrite");
      states.put(state);
      await finished(states.transaction);
    }

    state(id) {
      return answer(this.table("states").get(id));
    }
  }

  const finished = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });

  // Where the browser keeps nothing (a private window), the page still works while it is open.
  class Memory {
    constructor() {
      this.persistent = false;
      this.outbox = new Map();
      this.states = new Map();
      this.last = 0;
    }

    async add(entry) {
      const kept = { ...entry, seq: (this.last += 1) };
      this.outbox.set(kept.seq, kept);
      return kept;
    }

    async amend(seq, change) {
      const entry = this.outbox.get(seq);
      if (!entry || entry.tries) {
        return false;
      }
      this.outbox.set(seq, change(entry));
      return true;
    }

    async take(seqs) {
      const taken = seqs.filter((seq) => this.outbox.has(seq)).map((seq) => this.outbox.get(seq));
      taken.forEach((entry) => { entry.tries = (entry.tries || 0) + 1; });
      return taken;
    }

    async put(entry) {
      this.outbox.set(entry.seq, entry);
    }

    async remove(seqs) {
      seqs.forEach((seq) => this.outbox.delete(seq));
    }

    async entries(inspection) {
      return [...this.outbox.values()].filter((entry) => entry.inspection === inspection);
    }

    async saveState(state) {
      this.states.set(state.id, state);
    }

    async state(id) {
      return this.states.get(id);
    }
  }

  // `kind` keeps the pages of inspections apart from those of rounds, whose numbers are the same.
  site.openStore = async (account, kind = "site") => {
    try {
      const store = new Store(await open(`anqi-${kind}-${account}`));
      navigator.storage?.persist?.().catch(() => {}); // asks not to be cleared; may be refused
      return store;
    } catch {
      return new Memory();
    }
  };
})();
