// The picture under the shapes: that of now where the node sends one, else the newest stored one.
(() => {
  "use strict";
  const editor = (window.anqiEditor ||= {});
  const ASK_EVERY = 1500;
  const WAIT_S = 30;
  const FRESH_S = 15;
  const WIDTH = 1920;

  const clock = (instant) => new Date(instant).toLocaleString(document.documentElement.lang, {
    dateStyle: "short", timeStyle: "medium", timeZone: "Asia/Shanghai",
  });

  function ageOf(instant) {
    const minutes = Math.round((Date.now() - new Date(instant)) / 60000);
    const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
    if (minutes < 60) {
      return format.format(-minutes, "minute");
    }
    return minutes < 48 * 60 ? format.format(-Math.round(minutes / 60), "hour") : format.format(-Math.round(minutes / 1440), "day");
  }

  editor.makePicture = ({ root, texts, shown }) => {
    const { look, live, stored, storedAt, camera } = root.dataset;
    const image = root.querySelector("[data-picture]");
    const line = root.querySelector("[data-picture-text]");
    const busy = root.querySelector("[data-picture-busy]");
    const csrf = root.querySelector("[name=csrf_token]")?.value || "";
    let current = null;
    let turn = 0;

    function say(text, working = false) {
      line.textContent = text;
      busy.hidden = !working;
    }

    function put(source) {
      return new Promise((resolve) => {
        image.onload = () => {
          image.hidden = false;
          shown(image.naturalWidth, image.naturalHeight);
          resolve(true);
        };
        image.onerror = () => resolve(false);
        image.src = source;
      });
    }

    async function fall(reason) {
      const words = reason ? [reason] : [];
      if (current !== "live" && stored && (await put(stored))) {
        current = "stored";
        words.push(editor.fill(texts.stored, { at: clock(storedAt), age: ageOf(storedAt) }));
      } else if (!current) {
        words.push(texts.nothing);
      }
      say(words.join(" "));
    }

    async function ask() {
      const body = new URLSearchParams({ camera, width: WIDTH, every: 2 });
      const answer = await fetch(look, { method: "POST", body, headers: { "X-CSRFToken": csrf } });
      return answer.ok;
    }

    // The age in seconds of what came, null where nothing did.
    async function take() {
      const answer = await fetch(live, { cache: "no-store" });
      if (answer.status !== 200) {
        return null;
      }
      const at = answer.headers.get("Anqi-Taken-At");
      const source = URL.createObjectURL(await answer.blob());
      const before = image.src;
      if (!(await put(source))) {
        return null;
      }
      current = "live";
      if (before.startsWith("blob:")) {
        URL.revokeObjectURL(before);
      }
      say(editor.fill(texts.now, { at: clock(at) }));
      return Number(answer.headers.get("Anqi-Age") ?? 0);
    }

    async function begin() {
      turn += 1;
      const mine = turn;
      if (!look) {
        await fall("");
        return;
      }
      const started = Date.now();
      const waited = () => Math.round((Date.now() - started) / 1000);
      try {
        if (!(await ask())) {
          await fall(texts.none);
          return;
        }
        while (mine === turn && waited() < WAIT_S) {
          const age = await take();
          if (age !== null && age < FRESH_S) {
            return;
          }
          if (age === null && !current && stored && waited() >= 2 && (await put(stored))) {
            current = "stored"; // something to draw on while one waits
          }
          say(editor.fill(texts.waiting, { seconds: waited() }), true);
          await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
        }
      } catch {
        // The network: what is said next says it.
      }
      if (mine === turn) {
        await fall(texts.none);
      }
    }
    return { begin };
  };
})();
