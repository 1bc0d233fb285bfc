// The table: sorting, filtering, a page of rows at a time, and the numbers that chart and details take from it.
weft.table = (function () {
  "use strict";
  const PAGE = 20; // rows to begin with; the named members and the front come first
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const byId = (id) => document.getElementById(id);
  let order = [...body.rows]; // as shown; as written to begin with
  const written = order;
  const rows = [...order].sort((a, b) => a.dataset.index - b.dataset.index);
  const headings = [...table.tHead.rows[0].cells];
  const cell = (row, key) => row.querySelector('[data-key="' + key + '"]');
  const heading = (key) => headings.find((h) => h.dataset.key === key);
  let shown = PAGE;

  function sort(by) {
    const key = by.dataset.key;
    const descending = by.getAttribute("aria-sort") === "ascending";
    headings.forEach((h) => h.setAttribute("aria-sort", "none"));
    by.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const sign = descending ? -1 : 1;
    const value = (row) => Number(cell(row, key).dataset.value);
    order = [...written].sort((a, b) => {
      if (key === "member") return sign * (a.dataset.index - b.dataset.index);
      // Rows without a value stay at the end in both directions.
      if (isNaN(value(a)) || isNaN(value(b))) return isNaN(value(a)) - isNaN(value(b));
      return sign * (value(a) - value(b));
    });
    body.append(...order);
    show();
  }

  function matching() {
    const words = byId("filter").value.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const onlyFront = byId("only-front").checked;
    const onlyExported = byId("only-exported").checked;
    return order.filter((row) => {
      const text = cell(row, "member").textContent.toLowerCase();
      return words.every((w) => text.includes(w)) &&
        (!onlyFront || row.classList.contains("front")) &&
        (!onlyExported || !isNaN(Number(cell(row, "proof").dataset.value)));
    });
  }

  function show() {
    const found = matching();
    const visible = new Set(found.slice(0, shown));
    for (const row of rows) row.hidden = !visible.has(row);
    byId("shown").textContent = found.length + " of " + rows.length + " members";
    byId("pages").hidden = found.length <= PAGE;
    byId("page-rows").textContent = "Rows 1 to " + visible.size + " of " + found.length;
    byId("more").hidden = byId("all").hidden = found.length <= visible.size;
    byId("fewer").hidden = shown === PAGE;
  }

  function showRows(count) {
    shown = count;
    show();
  }

  headings.forEach((h) => h.querySelector("button").addEventListener("click", () => sort(h)));
  byId("filter").addEventListener("input", show);
  byId("only-front").addEventListener("change", show);
  byId("only-exported").addEventListener("change", show);
  byId("only-exported").parentElement.hidden = !heading("proof");
  byId("more").addEventListener("click", () => showRows(shown + 50));
  byId("all").addEventListener("click", () => showRows(rows.length));
  byId("fewer").addEventListener("click", () => showRows(PAGE));
  show();

  return {
    /** Whether the table has that column: one that no member has a value in is left out. */
    has: (key) => heading(key) !== undefined,
    /** The keys of the columns that are costs. */
    costs: () => headings.filter((h) => h.dataset.cost !== undefined).map((h) => h.dataset.key),
    label: (key) => heading(key).dataset.label,
    unit: (key) => heading(key).dataset.unit,
    /** The number in the column's unit, NaN where there is none. */
    value: (index, key) => Number(cell(rows[index], key).dataset.value) / Number(heading(key).dataset.divisor),
    /** The number as the table shows it, with its unit. */
    text(index, key) {
      const shown = cell(rows[index], key);
      return shown.textContent.trim() + (shown.dataset.value === "NaN" ? "" : " " + heading(key).dataset.unit);
    },
    /** The ends of the 95 % interval of the quality, in the column's unit; undefined where there is none. */
    interval(index) {
      const ends = cell(rows[index], "quality").dataset.interval;
      return ends && ends.split(" ").map(Number);
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
