// Draws the charts of a monthly report from `data-chart`. Colours come from the page's own
// tokens, so that they follow light and dark. The tables beside them say the same in numbers.
(() => {
  "use strict";
  const boxes = [...document.querySelectorAll("[data-chart]")];
  if (!boxes.length || !window.echarts) {
    return;
  }
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const SERIES = { found: "--info-ink", closed: "--good-ink", overdue: "--bad-ink" };

  function options(data) {
    const text = colour("--tblr-secondary-color");
    const line = colour("--tblr-border-color");
    const bars = data.kind === "bar";
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      tooltip: { trigger: "axis", axisPointer: { type: bars ? "shadow" : "line" } },
      legend: { bottom: 0, textStyle: { color: text } },
      grid: { left: 8, right: 12, top: 16, bottom: 36, containLabel: true },
      xAxis: {
        type: "category",
        data: data.categories,
        axisLabel: { color: text, interval: bars ? 0 : "auto", hideOverlap: !bars, width: 64, overflow: "break" },
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
        type: data.kind,
        data: series.data,
        barMaxWidth: 22,
        symbolSize: 5,
        itemStyle: { color: colour(SERIES[series.key]) },
        lineStyle: { width: 2 },
      })),
    };
  }

  const charts = boxes.map((box) => ({ chart: window.echarts.init(box), data: JSON.parse(box.dataset.chart) }));
  const draw = () => charts.forEach(({ chart, data }) => chart.setOption(options(data), true));
  draw();
  addEventListener("resize", () => charts.forEach(({ chart }) => chart.resize()));
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
