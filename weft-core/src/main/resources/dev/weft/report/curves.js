// Training curves: one line per member role, one metric at a time.
weft.curves = (function () {
  "use strict";
  const element = document.getElementById("curve-chart");
  const COLORS = {
    largest: "accent", smallest: "second", random: "third", blend: "accent", chosen: "third",
  };
  const OTHERS = ["accent", "second", "third", "good", "bad", "quiet"]; // roles that have no colour of their own, in turn
  const NAME_HEIGHT = 15; // pixels
  let chart, curves, metric;

  const isShare = (name) => /accuracy|agreement/i.test(name);
  /** "selection loss" of selectionLoss. */
  const words = (name) => name.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase());
  const metrics = () => [...new Set(curves.map((c) => c.metric))];

  function series(curve, at) {
    const scale = isShare(metric) ? 100 : 1;
    const color = weft.color(COLORS[curve.role] || OTHERS[at % OTHERS.length]);
    return {
      name: curve.role, type: "line", showSymbol: curve.points.length < 40, symbolSize: 5, color,
      lineStyle: { width: 1.75 }, connectNulls: false,
      // A value that is not finite comes as null, which leaves a gap.
      data: curve.points.map((p) => [p.step, p.value === null ? null : p.value * scale]),
      endLabel: { show: true, formatter: "{a}", color, fontSize: 12, distance: 6 },
    };
  }

  const lastValue = (one) => one.data.reduce((last, [, value]) => (value === null ? last : value), null);

  /** Names of curves that end close together are moved apart; ECharts' own shifting leaves the names of lines alone. */
  function spreadNames(all) {
    const at = all.map((one) => ({ one, y: chart.convertToPixel({ yAxisIndex: 0 }, lastValue(one)) }))
      .filter((name) => isFinite(name.y)).sort((a, b) => a.y - b.y);
    const lowest = chart.getHeight() - 60;
    const places = at.map((name) => name.y);
    for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i], places[i - 1] + NAME_HEIGHT);
    for (let i = places.length - 1; i >= 0; i--) {
      places[i] = Math.min(places[i], i === places.length - 1 ? lowest : places[i + 1] - NAME_HEIGHT);
    }
    at.forEach((name, i) => { name.one.endLabel.offset = [0, places[i] - name.y]; });
    chart.setOption({ series: all });
  }

  function draw() {
    const shown = curves.filter((c) => c.metric === metric);
    const all = shown.map(series);
    const quiet = weft.color("quiet");
    const label = { color: quiet, fontSize: 12 };
    const nameTextStyle = { color: quiet, fontSize: 13 };
    const title = metric.charAt(0).toUpperCase() + words(metric.slice(1)) + (isShare(metric) ? " (%)" : "");
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: weft.font() },
      grid: { left: 66, right: 92, top: 14, bottom: 52 },
      xAxis: {
        type: "value", name: "Training step", nameLocation: "middle", nameGap: 32, nameTextStyle, axisLabel: label,
        max: "dataMax", splitLine: { show: false }, axisLine: { lineStyle: { color: weft.color("dot") } },
      },
      yAxis: {
        type: "value", scale: true, name: title, nameLocation: "middle", nameGap: 50, nameTextStyle, axisLabel: label,
        splitLine: { lineStyle: { color: weft.color("line") } },
      },
      tooltip: {
        trigger: "axis", confine: true, backgroundColor: weft.color("paper"), borderColor: weft.color("line"),
        textStyle: { color: weft.color("ink"), fontSize: 13 },
        valueFormatter: (v) => (v === null || v === undefined ? "–" : isShare(metric) ? v.toFixed(1) + " %" : v.toPrecision(3)),
      },
      series: all,
    }, true);
    spreadNames(all);
    element.setAttribute("aria-label", title + " by training step. Last values: " + shown.map((c) => {
      const last = c.points[c.points.length - 1];
      return last ? c.role + " " + last.value : c.role + " none";
    }).join(", "));
  }

  return {
    start(all) {
      curves = all;
      metric = metrics()[0];
      const group = document.getElementById("curve-metric");
      for (const name of metrics()) {
        const button = weft.element("button", "", words(name));
        button.type = "button";
        button.dataset.value = name;
        button.setAttribute("aria-pressed", String(name === metric));
        group.append(button);
      }
      weft.segmented(group, (name) => { metric = name; draw(); });
      chart = echarts.init(element, null, { renderer: "svg" });
      new ResizeObserver(() => chart.resize()).observe(element);
      weft.onRedraw(() => { chart.resize(); draw(); });
      draw();
    },
  };
})();
