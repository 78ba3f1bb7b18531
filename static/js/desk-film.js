// The clip on the desk: it plays at once and again and again; the boxes lie over it around the moment
// of the snapshot. desk.js says which card is on: the events "desk:on" and "desk:off" on the card.
(() => {
  "use strict";
  const desk = document.getElementById("desk");
  if (!desk) {
    return;
  }
  // The boxes are those of one frame; half a second before and after it they still fit.
  const NEAR_S = 0.5;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function follow(card, video) {
    const over = card.querySelector("[data-over]");
    const progress = card.querySelector("[data-progress]");
    const play = card.querySelector("[data-play]");
    const at = Number.parseFloat(video.dataset.boxesAt);
    const look = () => {
      over.hidden = !(Math.abs(video.currentTime - at) <= NEAR_S);
      progress.value = video.duration ? video.currentTime / video.duration : 0;
    };
    const state = () => { play.hidden = !video.paused; };
    video.addEventListener("timeupdate", look);
    video.addEventListener("seeked", look);
    video.addEventListener("play", state);
    video.addEventListener("pause", state);
    video.addEventListener("click", () => toggle(card));
    play.addEventListener("click", () => toggle(card));
    state();
  }

  function toggle(card) {
    const video = card?.querySelector("[data-clip]");
    if (!video) {
      return;
    }
    if (video.paused) {
      video.play().catch(() => {});
    } else {
      video.pause();
    }
  }

  desk.addEventListener("desk:ready", (event) => {
    const video = event.target.querySelector("[data-clip]");
    if (video) {
      follow(event.target, video);
    }
  });

  // From the key to the first frame that is on the screen: what the desk promises is measured here.
  function measure(video, pressed) {
    if (!pressed) {
      return;
    }
    const shown = (now) => performance.measure("desk:clip", { start: pressed, end: Math.max(now, pressed) });
    if ("requestVideoFrameCallback" in video) {
      video.requestVideoFrameCallback((now) => shown(now));
    } else {
      video.addEventListener("playing", () => shown(performance.now()), { once: true });
    }
  }

  desk.addEventListener("desk:on", (event) => {
    const video = event.target.querySelector("[data-clip]");
    if (!video) {
      return;
    }
    if (video.currentTime > 0) {
      video.currentTime = 0; // a seek to where it stands would decode it anew
    }
    measure(video, event.detail.pressed);
    if (!calm) {
      video.play().catch(() => {});
    }
  });
  desk.addEventListener("desk:off", (event) => event.target.querySelector("[data-clip]")?.pause());
  desk.addEventListener("desk:toggle", (event) => toggle(event.target));
})();
