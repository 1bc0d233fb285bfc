// The table: sorting, filtering, and the numbers that chart and details take from it.
weft.table = (function () {
  "use strict";
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => a.dataset.index - b.dataset.index);
  const headings = [...table.tHead.rows[0].cells];
  const cell = (row, key) => row.querySelector('[data-key="' + key + '"]');
  const heading = (key) => headings.find((h) => h.dataset.key === key);

  function sort(by) {
    const key = by.dataset.key;
    const descending = by.getAttribute("aria-sort") === "ascending";
    headings.forEach((h) => h.setAttribute("aria-sort", "none"));
    by.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const sign = descending ? -1 : 1;
    const value = (row) => Number(cell(row, key).dataset.value);
    const sorted = [...rows].sort((a, b) => {
      if (key === "member") return sign * (a.dataset.index - b.dataset.index);
      // Rows without a value stay at the end in both directions.
      if (isNaN(value(a)) || isNaN(value(b))) return isNaN(value(a)) - isNaN(value(b));
      return sign * (value(a) - value(b));
    });
    body.append(...sorted);
  }

  function filter() {
    const words = document.getElementById("filter").value.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const onlyFront = document.getElementById("only-front").checked;
    const onlyExported = document.getElementById("only-exported").checked;
    let shown = 0;
    for (const row of rows) {
      const text = cell(row, "member").textContent.toLowerCase();
      row.hidden =
        !words.every((w) => text.includes(w)) ||
        (onlyFront && !row.classList.contains("front")) ||
        (onlyExported && isNaN(Number(cell(row, "proof").dataset.value)));
      if (!row.hidden) shown++;
    }
    document.getElementById("shown").textContent = shown + " of " + rows.length + " members";
  }

  headings.forEach((h) => h.querySelector("button").addEventListener("click", () => sort(h)));
  document.getElementById("filter").addEventListener("input", filter);
  document.getElementById("only-front").addEventListener("change", filter);
  document.getElementById("only-exported").addEventListener("change", filter);

  return {
    label: (key) => heading(key).dataset.label,
    unit: (key) => heading(key).dataset.unit,
    /** The number in the column's unit, NaN where there is none. */
    value: (index, key) => Number(cell(rows[index], key).dataset.value) / Number(heading(key).dataset.divisor),
    /** The number as the table shows it, with its unit. */
    text(index, key) {
      const shown = cell(rows[index], key);
      return shown.textContent.trim() + (shown.dataset.value === "NaN" ? "" : " " + heading(key).dataset.unit);
    },
    name: (index) => cell(rows[index], "member").querySelector(".name").textContent,
    select(index) {
      rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === index)));
    },
    onPick(picked) {
      rows.forEach((row, i) => row.addEventListener("click", () => picked(i)));
    },
  };
})();
