// Sends what the phone keeps, in order, again and again until the server has it. Every entry has
// an id of its own, so that one sent twice changes nothing the second time.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});
  const BATCH = 50;
  const FIRST_PAUSE = 2000;
  const LONGEST_PAUSE = 60000;
  const PATIENCE = { message: 30000, file: 120000 };

  // Why nothing goes out: told to the officer in words, never retried blindly.
  class Stopped extends Error {
    constructor(why, text = "") {
      super(why);
      this.why = why;
      this.text = text;
    }
  }

  site.Sender = class {
    // `told(status)` after every change of the status, `heard(state)` when the server told its own.
    constructor({ store, page, told, heard }) {
      Object.assign(this, { store, page, told, heard });
      this.csrf = page.csrf;
      this.status = "idle";
      this.pause = FIRST_PAUSE;
      this.busy = false;
      this.again = false;
      this.timer = 0;
      window.addEventListener("online", () => this.hurry());
      window.addEventListener("offline", () => this.say("offline"));
      document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    }

    say(status, text = "") {
      this.status = status;
      this.text = text;
      this.told(status, text);
    }

    // Something changed, or the network may be back: no waiting for the next turn.
    hurry() {
      this.pause = FIRST_PAUSE;
      return this.run();
    }

    async run() {
      if (this.busy) {
        this.again = true;
        return;
      }
      this.busy = true;
      clearTimeout(this.timer);
      try {
        do {
          this.again = false;
          await alone(`anqi-${this.page.kind || "site"}-${this.page.account}-${this.page.id}`, () => this.empty());
        } while (this.again);
      } finally {
        this.busy = false;
      }
    }

    async empty() {
      try {
        let entries = await this.waiting();
        while (entries.length) {
          this.say("sending");
          await this.sendSome(entries);
          this.pause = FIRST_PAUSE;
          entries = await this.waiting();
        }
        this.say("idle");
      } catch (error) {
        this.say(error.why || "offline", error.text);
        if (!error.why || error.why === "later") {
          this.timer = setTimeout(() => this.run(), this.pause * (0.75 + Math.random() / 2));
          this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
        }
      }
    }

    async waiting() {
      const all = await this.store.entries(this.page.id);
      return all.filter((entry) => entry.state === "waiting");
    }

    // The first file alone, or all messages up to it: the order is the order in which they were made.
    async sendSome(entries) {
      const first = entries.findIndex((entry) => entry.blob);
      const until = first < 0 ? BATCH : Math.min(Math.max(first, 1), BATCH);
      const part = await this.store.take(entries.slice(0, until).map((entry) => entry.seq));
      if (!part.length) {
        return; // another tab sent it
      }
      const body = part[0].blob ? await this.sendFile(part[0]) : await this.sendMessages(part);
      const results = new Map(body.results.map((result) => [result.client_id, result]));
      await this.store.remove(part.filter((e) => results.get(e.client_id)?.status === "done").map((e) => e.seq));
      for (const entry of part) {
        const result = results.get(entry.client_id);
        if (result && result.status !== "done") {
          await this.store.put({ ...entry, state: "refused", problem: result.message });
        }
      }
      await this.heard(body.state);
    }

    sendMessages(entries) {
      const messages = entries.map(({ client_id, made_at, kind, data }) => ({ ...data, client_id, made_at, kind }));
      const body = { account: this.page.account, sent_at: this.page.now(), messages };
      return this.post(this.page.urls.sync, JSON.stringify(body), {
        "Content-Type": "application/json",
      }, PATIENCE.message, entries);
    }

    sendFile(entry) {
      const form = new FormData();
      const fields = { ...entry.data, account: this.page.account, client_id: entry.client_id };
      fields.made_at = entry.made_at;
      fields.sent_at = this.page.now();
      Object.entries(fields).forEach(([name, value]) => form.append(name, value ?? ""));
      form.append("file", entry.blob, entry.filename || "photo.jpg");
      const url = entry.kind === "photo" ? this.page.urls.photos : this.page.urls.signatures;
      return this.post(url, form, {}, PATIENCE.file, [entry]);
    }

    async post(url, body, headers, patience, entries, isRetry = false) {
      const answer = await this.fetch(url, {
        method: "POST", body, headers: { ...headers, "X-CSRFToken": this.csrf },
      }, patience);
      if (answer.ok) {
        return answer.json();
      }
      if (answer.status === 400 && !isRetry) {
        await this.refresh(); // signed in anew: the page's token is of the session before
        return this.post(url, body, headers, patience, entries, true);
      }
      return this.refusal(answer, entries);
    }

    // A refusal of the whole: by its kind it stops everything, comes again later, or stays here.
    async refusal(answer, entries) {
      const told = await answer.json().catch(() => ({}));
      if (told.error === "other_account") {
        throw new Stopped("other-account", told.message);
      }
      if (told.error === "closed" || [401, 403, 404].includes(answer.status)) {
        throw new Stopped(answer.status === 401 ? "signed-out" : "closed", told.message);
      }
      // A batch says of each message why it is refused; of a file the whole answer does.
      const isRefused = [413, 422].includes(answer.status) || (answer.status === 409 && entries[0]?.blob);
      if (!isRefused) {
        throw new Stopped("later", told.message);
      }
      const { refused, tooLarge } = this.page.texts;
      const message = told.message || (answer.status === 413 ? tooLarge : refused);
      const results = entries.map(({ client_id }) => ({ client_id, status: "refused", message }));
      return { results, state: null };
    }

    async fetch(url, options, patience) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), patience);
      try {
        const answer = await fetch(url, {
          ...options, redirect: "manual", credentials: "same-origin", signal: stop.signal,
          headers: { Accept: "application/json", ...options.headers },
        });
        // Whoever is signed out is sent to the page where one signs in.
        if (answer.type === "opaqueredirect") {
          throw new Stopped("signed-out");
        }
        return answer;
      } finally {
        clearTimeout(timer);
      }
    }

    // What the server has now, with the token of the present session.
    async refresh() {
      const answer = await this.fetch(this.page.urls.state, {}, PATIENCE.message);
      if (!answer.ok) {
        return this.refusal(answer, []);
      }
      const state = await answer.json();
      if (state.account !== this.page.account) {
        throw new Stopped("other-account");
      }
      this.csrf = state.csrf;
      await this.heard(state);
      return state;
    }

    // What the other officer did meanwhile.
    async listen() {
      if (document.hidden || this.busy || !navigator.onLine) {
        return;
      }
      try {
        await this.refresh();
        if (["offline", "later", "signed-out", "other-account"].includes(this.status)) {
          await this.hurry();
        }
      } catch (error) {
        if (error.why && error.why !== "later") {
          this.say(error.why, error.text);
        }
      }
    }
  };

  // Two tabs of one page: one of them sends. Without locks both do, and the server sorts it out.
  const alone = (name, work) => (navigator.locks ? navigator.locks.request(name, work) : work());
})();
