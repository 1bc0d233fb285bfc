// The panel beside the chart: one member's choices, cost, proof of export and picture.
weft.details = (function () {
  "use strict";
  const byId = (id) => document.getElementById(id);

  function fact(label, value, beside) {
    const line = weft.element("div");
    const dd = weft.element("dd", "", value);
    if (beside) dd.append(weft.element("span", "quiet", " " + beside));
    line.append(weft.element("dt", "", label), dd);
    return line;
  }

  /** "24 % of the largest", where the run names its largest member. */
  function relative(index, key, largest) {
    if (largest < 0 || largest === index) return "";
    const share = (100 * weft.table.value(index, key)) / weft.table.value(largest, key);
    return isFinite(share) ? "· " + (share < 10 ? share.toFixed(1) : Math.round(share)) + " %" : "";
  }

  /** "82.0 to 86.4 %" beside an accuracy. */
  function interval(key, index) {
    const ends = key === "quality" && weft.table.interval(index);
    return ends ? "(" + ends.map((end) => end.toFixed(1)).join(" to ") + ")" : "";
  }

  function cost(index, largest) {
    const facts = ["quality", "testQuality"].filter(weft.table.has).map((key) => fact(weft.table.label(key), weft.table.text(index, key), interval(key, index)));
    for (const key of weft.table.costs()) {
      facts.push(fact(weft.table.label(key), weft.table.text(index, key), relative(index, key, largest)));
    }
    if (largest >= 0 && largest !== index) facts.push(weft.element("p", "hint", "Shares are of the largest member's."));
    return facts;
  }

  function choices(member) {
    if (member.startsWith("|")) return []; // a cell is drawn
    return member.split(",").filter(Boolean).map((choice) => {
      const at = choice.indexOf("=");
      return fact(choice.slice(0, at).trim(), choice.slice(at + 1).trim());
    });
  }

  function proof(into, exported) {
    if (!exported) {
      into.textContent = "Measured, not exported.";
      return;
    }
    const same = exported.top1Agreement === undefined ? "" // the model chooses nothing
      : "; same first choice on " + Math.floor(exported.top1Agreement * 1000) / 10 + " % of held-out inputs";
    const files = [exported.onnx, exported.safetensors].filter(Boolean).join(", ");
    into.replaceChildren(
      weft.element("strong", "", "Exported and checked. "),
      "ONNX Runtime differs from the live member by at most " + exported.maxAbsError.toExponential(1) +
        same + ". ",
      weft.element("code", "", files));
  }

  return {
    show(members, network, index) {
      const member = members[index];
      const largest = members.findIndex((m) => m.name === "largest");
      const name = byId("details-name");
      name.textContent = weft.table.name(index);
      if (member.onFront) name.append(" ", weft.element("span", "badge", "front"));
      proof(byId("details-proof"), member.exported);
      byId("details-cost").replaceChildren(...cost(index, largest));
      byId("details-choices").replaceChildren(...choices(member.member));
      byId("details-choices").previousElementSibling.hidden = member.member.startsWith("|");
      byId("details-member").replaceChildren(...member.member.split(/(?<=[,|])/).flatMap((part) => [part, weft.element("wbr")]));
      weft.cell.show(member.member);
      byId("picture").hidden = network.length === 0;
      if (network.length) weft.picture.draw(byId("picture-stages"), weft.picture.of(network, member.blocks));
    },
  };
})();
