// The chart of quality against cost. Numbers come from the table, in the table's units.
weft.front = (function () {
  "use strict";
  const element = document.getElementById("front-chart");
  let chart, members, quality, axis = "latencyMillisP50", selected = -1, picked;

  /** More is better. */
  const utility = (member) => (quality.higherIsBetter ? member.quality : -member.quality);

  /** For latency the front is the report's; for another cost it is computed the same way on that cost. */
  function onFront(index) {
    if (axis === "latencyMillisP50") return members[index].onFront;
    const x = weft.table.value(index, axis), y = utility(members[index]);
    return !members.some((m, i) => {
      const otherX = weft.table.value(i, axis);
      return otherX <= x && utility(m) >= y && (otherX < x || utility(m) > y);
    });
  }

  const point = (i) => ({ value: [weft.table.value(i, axis), weft.table.value(i, "quality"), i], name: weft.table.name(i) });
  const all = () => members.map((m, i) => i);
  const byCost = (indices) => indices.sort((a, b) => weft.table.value(a, axis) - weft.table.value(b, axis));

  /** Upright strokes over the 95 % intervals of these members, where the quality has one. */
  function sure(indices) {
    return indices.filter((i) => weft.table.interval(i)).flatMap((i) => {
      const x = weft.table.value(i, axis);
      return [...weft.table.interval(i).map((y) => [x, y]), [x, null]];
    });
  }

  function axisStyle(name) {
    const quiet = weft.color("quiet"), line = weft.color("line");
    return {
      type: "value", scale: true, name, nameLocation: "middle",
      nameTextStyle: { color: quiet, fontSize: 13 },
      axisLabel: { color: quiet, fontSize: 12 },
      axisLine: { lineStyle: { color: weft.color("dot") } },
      splitLine: { lineStyle: { color: line } },
    };
  }

  function tooltip(params) {
    const i = params.value[2];
    const box = weft.element("div");
    box.append(weft.element("strong", "", weft.table.name(i)), weft.element("br"),
      weft.table.text(i, "quality") + " · " + weft.table.text(i, axis));
    return box;
  }

  function draw() {
    const front = byCost(all().filter(onFront));
    const rest = all().filter((i) => !front.includes(i));
    const unit = weft.table.unit(axis);
    const accent = weft.color("accent"), paper = weft.color("paper");
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: weft.font() },
      grid: { left: 66, right: 18, top: 14, bottom: 52 },
      xAxis: { ...axisStyle(weft.table.label(axis) + " (" + unit + ")"), nameGap: 32 },
      yAxis: { ...axisStyle("Selection " + quality.name.toLowerCase() + " (" + quality.unit + (quality.higherIsBetter ? ")" : ", less is better)")), nameGap: 50 },
      tooltip: {
        trigger: "item", formatter: tooltip, confine: true, backgroundColor: paper, borderColor: weft.color("line"),
        textStyle: { color: weft.color("ink"), fontSize: 13 },
      },
      series: [
        {
          id: "sure", type: "line", silent: true, symbol: "none", connectNulls: false, z: 1,
          data: sure(front), lineStyle: { color: accent, width: 1.25, opacity: 0.45 },
        },
        { id: "dominated", type: "scatter", symbolSize: 9, data: rest.map(point), itemStyle: { color: weft.color("dot"), opacity: 0.75 } },
        {
          id: "front", type: "line", step: "end", symbol: "circle", symbolSize: 11, showAllSymbol: true, data: front.map(point),
          lineStyle: { color: accent, width: 1.5, opacity: 0.55 }, itemStyle: { color: accent, borderColor: paper, borderWidth: 1 }, z: 3,
        },
        {
          id: "selected", type: "scatter", symbolSize: 21, silent: true, data: selected < 0 ? [] : [point(selected)], z: 4,
          itemStyle: { color: "transparent", borderColor: weft.color("second"), borderWidth: 2.5 },
        },
      ],
    });
    document.getElementById("front-caption").textContent =
      front.length + " of " + members.length + " members are on the front (line): no other measured member is at least as good on both axes and better on one." +
      (front.some((i) => weft.table.interval(i)) ? " Strokes: 95 % intervals of their accuracy." : "");
  }

  function step(by) {
    const order = byCost(all());
    const at = order.indexOf(selected) + by;
    if (at >= 0 && at < order.length) picked(order[at]);
  }

  return {
    /** Starts the chart; onPick receives the index of the member that the reader selects. */
    start(measured, chosenBy, onPick) {
      members = measured;
      quality = chosenBy;
      picked = onPick;
      chart = echarts.init(element, null, { renderer: "svg" });
      chart.on("click", (params) => picked(params.value[2]));
      weft.segmented(document.getElementById("front-axis"), (key) => { axis = key; draw(); });
      document.getElementById("previous").addEventListener("click", () => step(-1));
      document.getElementById("next").addEventListener("click", () => step(1));
      element.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        step(event.key === "ArrowLeft" ? -1 : 1);
      });
      new ResizeObserver(() => chart.resize()).observe(element);
      weft.onRedraw(() => { chart.resize(); draw(); });
    },
    select(index) {
      selected = index;
      draw();
    },
  };
})();
