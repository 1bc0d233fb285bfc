// Ties the parts together: whatever selects a member, chart, table and details show the same one.
(function () {
  "use strict";
  const report = JSON.parse(document.getElementById("data").textContent);

  function select(index) {
    weft.details.show(report.members, report.network, index);
    weft.front.select(index);
    weft.table.select(index);
  }

  function selectFromTable(index) {
    select(index);
    document.getElementById("details-name").focus({ preventScroll: true });
    document.getElementById("front").scrollIntoView({ behavior: weft.calm() ? "auto" : "smooth" });
  }

  /** The middle of the front, an exported member if there is one: the most telling first picture. */
  function first() {
    const cost = (i) => report.members[i].latency;
    const all = report.members.map((m, i) => i).sort((a, b) => cost(a) - cost(b));
    const front = all.filter((i) => report.members[i].onFront);
    const exported = front.filter((i) => report.members[i].exported);
    const from = [exported, front, all].find((list) => list.length > 0);
    return from[Math.floor((from.length - 1) / 2)];
  }

  // One panel at a time; without scripts they stand one below the other.
  const panels = [...document.querySelectorAll(".held-out")];
  const showPanel = (at) => panels.forEach((panel, i) => { panel.hidden = i !== at; });
  showPanel(0);
  weft.segmented(document.getElementById("held-out-member"), (at) => showPanel(Number(at)));

  if (report.members.length > 0) {
    weft.front.start(report.members, report.quality, select);
    weft.table.onPick(selectFromTable);
    select(first());
  }
  if (report.curves.length > 0) weft.curves.start(report.curves);
  if (report.blends.length > 0) weft.blends.start(report.blends, report.curves);
  if (report.sampled.length > 0) weft.blends.show(report.sampled, "sampled-charts");
})();
