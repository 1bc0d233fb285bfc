// Runs before the body is drawn, so that a remembered theme does not flash.
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("weft-theme");
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  } catch (blocked) {
    // Storage may be off; the system's preference then decides.
  }
})();
