// Draws the radar of a safety code from `data-radar`; the table below says the same in numbers.
(() => {
  "use strict";
  const box = document.querySelector("[data-radar]");
  if (!box || !window.echarts) {
    return;
  }
  const { rays, name } = JSON.parse(box.dataset.radar);
  if (rays.length < 3) {
    box.hidden = true; // two rays span no surface
    return;
  }
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const colour = (token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  // A long name beside the chart would be cut off by its box.
  const inLines = (words) =>
    words.split(" ").reduce((lines, word) => {
      const fits = lines.length - lines.lastIndexOf("\n") + word.length <= 14;
      return lines + (lines && (fits ? " " : "\n")) + word;
    }, "");
  const chart = window.echarts.init(box);
  const draw = () => {
    const text = colour("--tblr-secondary-color");
    const line = colour("--tblr-border-color");
    const ink = colour("--tblr-body-color");
    chart.setOption(
      {
        animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        tooltip: {},
        radar: {
          radius: box.clientWidth < 420 ? "52%" : "65%", // room for the names on a phone
          indicator: rays.map(([ray]) => ({ name: ray, max: 100 })),
          axisName: { color: text, formatter: inLines },
          splitArea: { show: false },
          splitLine: { lineStyle: { color: line } },
          axisLine: { lineStyle: { color: line } },
        },
        series: [
          {
            type: "radar",
            name,
            data: [{ value: rays.map(([, percent]) => percent), name }],
            areaStyle: { opacity: 0.15 },
            lineStyle: { width: 2 },
            itemStyle: { color: ink },
          },
        ],
      },
      true,
    );
  };
  draw();
  addEventListener("resize", () => {
    chart.resize();
    draw();
  });
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
