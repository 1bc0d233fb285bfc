// A search by gradient, or a sampler that learns: one small stacked chart per choice; and how the chosen member of a search changed.
weft.blends = (function () {
  "use strict";
  let choices;

  const best = (parts) => parts.reduce((at, part, i) => (part > parts[at] ? i : at), 0);
  const percent = (part) => Math.round(100 * part) + " %";
  const last = (choice) => choice.history[choice.history.length - 1];

  /** From pale (the smallest option) to full (the largest). */
  const strength = (i, count) => (count === 1 ? 1 : 0.18 + (0.82 * i) / (count - 1));

  function panel(choice, into) {
    const parts = last(choice).parts, winner = best(parts);
    const figure = weft.element("figure");
    const caption = weft.element("figcaption");
    caption.append(weft.element("span", "", choice.name));
    const now = weft.element("strong", "", choice.options[winner]);
    now.append(weft.element("span", "quiet", " " + percent(parts[winner])));
    caption.append(now);
    const box = weft.element("div");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", choice.name + " at the end: "
      + choice.options.map((option, i) => option + " " + percent(parts[i])).join(", "));
    figure.append(caption, box);
    document.getElementById(into).append(figure);
    return box;
  }

  function draw(charts, shown) {
    shown.forEach((choice, at) => {
      const label = { color: weft.color("quiet"), fontSize: 11 };
      const end = choice.history.length - 1;
      charts[at].setOption({
        animation: false,
        textStyle: { fontFamily: weft.font() },
        grid: { left: 34, right: 8, top: 6, bottom: 22 },
        xAxis: {
          // Categories, because of two value axes ECharts would stack the horizontal one.
          type: "category", boundaryGap: false, data: choice.history.map((h) => h.step),
          axisLabel: { ...label, interval: (i) => i === 0 || i === end, alignMinLabel: "left", alignMaxLabel: "right" },
          axisTick: { show: false }, axisLine: { lineStyle: { color: weft.color("dot") } },
        },
        yAxis: {
          type: "value", min: 0, max: 100, interval: 50, axisLabel: { ...label, formatter: "{value}" },
          splitLine: { show: false },
        },
        tooltip: {
          trigger: "axis", confine: true, order: "seriesDesc", backgroundColor: weft.color("paper"), borderColor: weft.color("line"),
          textStyle: { color: weft.color("ink"), fontSize: 12 }, valueFormatter: (v) => v.toFixed(1) + " %",
        },
        series: choice.options.map((option, i) => ({
          name: option, type: "line", stack: "all", showSymbol: false, color: weft.color("accent"),
          itemStyle: { opacity: strength(i, choice.options.length) },
          lineStyle: { width: 1, color: weft.color("paper") },
          areaStyle: { color: weft.color("accent"), opacity: strength(i, choice.options.length) },
          data: choice.history.map((h) => 100 * h.parts[i]),
        })),
      }, true);
    });
  }

  /** The quality of the chosen member by step, and how it is called. */
  function quality(curves) {
    const curve = curves.find((c) => c.role === "chosen" && /accuracy|loss/i.test(c.metric));
    const share = curve && /accuracy/i.test(curve.metric);
    return {
      title: !curve ? "" : share ? "Selection accuracy" : "Selection loss",
      at: (step) => {
        const point = curve && curve.points.find((p) => p.step === step && p.value !== null);
        if (!point) return "–"; // not every epoch is evaluated
        return share ? (100 * point.value).toFixed(1) + " %" : point.value.toFixed(3);
      },
    };
  }

  function changes(curves) {
    const body = document.querySelector("#blend-changes tbody");
    const { title, at } = quality(curves);
    document.getElementById("blend-quality").textContent = title;
    const steps = choices[0].history.map((h) => h.step);
    let before = choices.map((c) => best(c.history[0].parts));
    steps.slice(1).forEach((step, k) => {
      const now = choices.map((c) => best(c.history[k + 1].parts));
      const changed = choices.map((c, i) => [c, before[i], now[i]]).filter(([, was, is]) => was !== is);
      const final = k === steps.length - 2;
      if (changed.length === 0 && !final) return;
      const row = weft.element("tr");
      row.append(weft.element("td", "", String(step)));
      const cell = weft.element("td");
      for (const [c, was, is] of changed) {
        const chip = weft.element("span", "change", c.name + " ");
        chip.append(weft.element("b", "", c.options[was] + " → " + c.options[is]));
        cell.append(chip);
      }
      if (changed.length === 0) cell.textContent = "nothing more";
      row.append(cell, weft.element("td", "", at(step)));
      body.append(row);
      before = now;
    });
  }

  return {
    start(all, curves) {
      choices = all;
      document.getElementById("blend-chosen").textContent =
        choices.map((c) => c.name + "=" + c.options[best(last(c).parts)]).join(",");
      changes(curves);
      this.show(choices, "blend-charts");
    },
    /** The parts of each choice's options in the course of training, in the element of this id. */
    show(shown, into) {
      const charts = shown.map((choice) => {
        const box = panel(choice, into);
        const chart = echarts.init(box, null, { renderer: "svg" });
        new ResizeObserver(() => chart.resize()).observe(box);
        return chart;
      });
      weft.onRedraw(() => { charts.forEach((chart) => chart.resize()); draw(charts, shown); });
      draw(charts, shown);
    },
  };
})();
