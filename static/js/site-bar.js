// The bar under the thumb says what waits on this phone, what was refused, and what holds it up.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});

  site.paintBar = ({ root, texts, entries, lost, sender, typing, store }) => {
    const $ = (selector) => root.querySelector(selector);
    const count = (wanted) => entries.filter((entry) => entry.state === wanted).length;
    const [waiting, refused, drafts] = ["waiting", "refused", "draft"].map(count);
    const status = sender.status;
    const why = { offline: texts.offline, later: texts.later, "signed-out": texts.signedOut };
    why["other-account"] = texts.otherAccount;
    why.closed = sender.text || texts.closed;
    const parts = [];
    if (waiting) {
      parts.push(waiting === 1 ? texts.one : texts.many.replace("{n}", waiting));
    }
    if (status in why && (waiting || status === "offline")) {
      parts.push(why[status]);
    } else if (status === "sending" && waiting) {
      parts.splice(0, 1, texts.sending);
    }
    if (refused) {
      parts.push(refused === 1 ? texts.refusedOne : texts.refusedMany.replace("{n}", refused));
    }
    if (drafts) {
      parts.push(texts.draft);
    }
    if (typing.size && !parts.length) {
      parts.push(texts.writing);
    }
    if (!store.persistent) {
      parts.push(texts.unsafe);
    }
    if (lost) {
      parts.splice(0, parts.length, texts.lost);
    }
    const box = $("[data-sync]");
    box.dataset.sync = refused || lost ? "refused" : waiting || drafts || typing.size ? "waiting" : status === "offline" ? "offline" : "idle";
    $("[data-sync-text]").textContent = parts.join(" · ") || texts.idle;
    $("[data-sign-in]").hidden = !["signed-out", "other-account"].includes(status);
  };
})();
