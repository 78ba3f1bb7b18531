// A click on the plan fills in the place in percent; the two fields alone are enough.
(() => {
  "use strict";
  const site = document.querySelector("[data-site]");
  if (!site) return;
  const [x, y] = site.dataset.site.split(" ").map((id) => document.getElementById(id));
  const spot = document.createElement("span");
  spot.className = "site-mark";
  spot.hidden = true;
  spot.setAttribute("aria-hidden", "true");
  site.append(spot);
  site.classList.add("site-choosing");

  const show = () => {
    spot.hidden = x.value === "" || y.value === "";
    spot.style.left = `${x.value}%`;
    spot.style.top = `${y.value}%`;
  };
  site.addEventListener("click", (event) => {
    if (event.target.closest("a")) return;
    const box = site.getBoundingClientRect();
    x.value = (((event.clientX - box.left) / box.width) * 100).toFixed(2);
    y.value = (((event.clientY - box.top) / box.height) * 100).toFixed(2);
    show();
  });
  x.addEventListener("input", show);
  y.addEventListener("input", show);
  show();
})();
