// A question before what cannot be undone, and how an instant is written.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});

  site.clockOf = (instant) => new Date(instant).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai",
  });

  site.ask = (question) => {
    const dialog = document.getElementById("ask-dialog");
    dialog.querySelector("[data-ask-text]").textContent = question;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  };
})();
