// What both pages share: the theme button, the copy buttons, and a few helpers in the one global name "weft".
const weft = (function () {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const redraws = [];

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  }

  function showTheme() {
    const button = document.getElementById("theme");
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", "Switch to " + (isDark() ? "light" : "dark") + " colours");
    button.setAttribute("aria-pressed", String(isDark()));
    redraws.forEach((redraw) => redraw());
  }

  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("weft-theme", root.dataset.theme);
    } catch (blocked) {
      // The choice then lasts for this view only.
    }
    showTheme();
  });
  dark.addEventListener("change", showTheme);

  // Paper is white: charts are redrawn in light colours and to its width for printing and put back afterwards.
  let beforePrint;
  addEventListener("beforeprint", () => {
    beforePrint = root.dataset.theme;
    root.dataset.theme = "light";
    root.classList.add("printing");
    showTheme();
  });
  addEventListener("afterprint", () => {
    root.classList.remove("printing");
    if (beforePrint) root.dataset.theme = beforePrint;
    else delete root.dataset.theme;
    showTheme();
  });

  async function copy(block) {
    try {
      await navigator.clipboard.writeText(block.textContent);
      return true;
    } catch (refused) {
      getSelection().selectAllChildren(block);
      return document.execCommand("copy");
    }
  }

  for (const button of document.querySelectorAll(".copy")) {
    button.addEventListener("click", async () => {
      const copied = await copy(button.parentElement.querySelector("code"));
      button.textContent = copied ? "Copied" : "Press Ctrl+C";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  }

  showTheme();

  return {
    /** A colour of the page's style by name: color("accent"). */
    color: (name) => getComputedStyle(root).getPropertyValue("--" + name).trim(),
    font: () => getComputedStyle(document.body).fontFamily,
    calm: () => matchMedia("(prefers-reduced-motion: reduce)").matches,
    /** Calls when colours or the width to draw for have changed. */
    onRedraw: (redraw) => redraws.push(redraw),
    /** A new element: element("dt", "label", "Size"). */
    element(tag, className, text) {
      const made = document.createElement(tag);
      if (className) made.className = className;
      if (text !== undefined) made.textContent = text;
      return made;
    },
    /** Buttons of which one is pressed; calls back with its data-value. */
    segmented(group, changed) {
      const buttons = [...group.querySelectorAll("button")];
      for (const button of buttons) {
        button.addEventListener("click", () => {
          buttons.forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
          changed(button.dataset.value);
        });
      }
    },
  };
})();
