// Draws the months of a plan from `data-chart`. Colours come from the page's own tokens, so that
// they follow light and dark. The table below says the same in numbers.
(() => {
  "use strict";
  const box = document.querySelector("[data-chart]");
  if (!box || !window.echarts) {
    return;
  }
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const SERIES = { done: "--good-ink", open: "--info-ink", overdue: "--bad-ink" };
  const data = JSON.parse(box.dataset.chart);
  const chart = window.echarts.init(box);

  function options() {
    const text = colour("--tblr-secondary-color");
    const line = colour("--tblr-border-color");
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      legend: { bottom: 0, textStyle: { color: text } },
      grid: { left: 8, right: 12, top: 16, bottom: 36, containLabel: true },
      xAxis: {
        type: "category",
        data: data.categories,
        axisLabel: { color: text, interval: 0, hideOverlap: true },
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        axisLabel: { color: text },
        splitLine: { lineStyle: { color: line } },
      },
      series: data.series.map((series) => ({
        name: series.name,
        type: "bar",
        stack: "lines",
        data: series.data,
        barMaxWidth: 28,
        itemStyle: { color: colour(SERIES[series.key]) },
      })),
    };
  }

  const draw = () => chart.setOption(options(), true);
  draw();
  addEventListener("resize", () => chart.resize());
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
