// The cell of a member, in the drawing that the page brings along: only the operations change.
weft.cell = (function () {
  "use strict";
  const figure = document.getElementById("cell-picture");
  const drawing = figure.querySelector("svg");

  return {
    /** Shows the member's cell; hides the drawing where members are no cells. */
    show(member) {
      figure.hidden = drawing === null || !member.startsWith("|");
      if (figure.hidden) return;
      member.split("+").forEach((into, i) => {
        for (const edge of into.split("|").filter(Boolean)) {
          const [operation, from] = edge.split("~");
          const group = drawing.querySelector('[data-edge="' + (i + 1) + "-" + from + '"]');
          group.setAttribute("class", "edge " + operation);
          group.querySelector("text").textContent = operation;
        }
      });
      drawing.setAttribute("aria-label", "Cell " + member);
    },
  };
})();
