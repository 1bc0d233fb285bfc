// A member drawn against the full network: one small SVG per stage, so that stages wrap on a narrow screen.
weft.picture = (function () {
  "use strict";
  const GAP = 6, TALL = 110, SHORT = 34, TOP = 22, BELOW = 34;

  function svg(tag, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function block(b, x, bottom, column, widest) {
    // Outlines compress (a narrow block stays visible); the fill inside an outline is an exact share of it.
    const full = outline(b, widest);
    const group = svg("g", { class: b.active ? "present" : "absent" });
    group.append(svg("title", {}, describe(b)));
    group.append(svg("rect", { class: "outline", x, y: bottom - full, width: column, height: full, rx: 2 }));
    if (b.active) {
      const height = (full * b.width) / b.maxWidth;
      group.append(svg("rect", { class: "fill", x, y: bottom - height, width: column, height, rx: 2 }));
    }
    const middle = x + column / 2;
    group.append(svg("text", { x: middle, y: bottom + 15 }, b.active ? b.width : "–"));
    if (b.active && b.kernel > 0) {
      group.append(svg("text", { class: "kernel", x: middle, y: bottom + 30 }, b.kernel + "×" + b.kernel));
    }
    return group;
  }

  function describe(b) {
    if (!b.active) return b.name + ", " + b.kind + ": left out";
    const kernel = b.kernel > 0 ? ", kernel " + b.kernel + " of " + b.maxKernel : "";
    return b.name + ", " + b.kind + ": width " + b.width + " of " + b.maxWidth + kernel;
  }

  const outline = (b, widest) => SHORT + (TALL - SHORT) * (b.maxWidth / widest);

  function stageSvg(stage, column, widest) {
    const bottom = TOP + Math.max(...stage.blocks.map((b) => outline(b, widest)));
    const width = Math.max(stage.blocks.length * (column + GAP) - GAP, stage.name.length * 7);
    const height = bottom + BELOW;
    const image = svg("svg", { width, height, viewBox: "0 0 " + width + " " + height });
    image.append(svg("text", { class: "stage", x: 0, y: TOP - 8 }, stage.name));
    stage.blocks.forEach((b, i) => image.append(block(b, i * (column + GAP), bottom, column, widest)));
    return image;
  }

  return {
    /** The full network's stages with the sizes of a member, which lists them block by block: [] for one that it leaves out. */
    of(network, blocks) {
      let at = 0;
      return network.map((stage) => ({
        ...stage,
        blocks: stage.blocks.map((b) => {
          const [width, kernel] = blocks.length ? blocks[at++] : [b.width, b.kernel];
          return { ...b, width: width || 0, kernel: kernel || 0, active: width !== undefined };
        }),
      }));
    },
    /** Draws the stages into the element and describes them in its label. */
    draw(into, stages) {
      const widest = Math.max(...stages.flatMap((s) => s.blocks.map((b) => b.maxWidth)));
      const blocks = stages.reduce((sum, s) => sum + s.blocks.length, 0);
      const room = into.clientWidth / blocks - GAP - (18 * stages.length) / blocks;
      const column = Math.max(28, Math.min(46, Math.floor(room)));
      into.replaceChildren(...stages.map((s) => stageSvg(s, column, widest)));
      into.setAttribute("aria-label", stages.map((s) => {
        const active = s.blocks.filter((b) => b.active);
        return s.name + ": " + active.length + " of " + s.blocks.length + " blocks, widths " + active.map((b) => b.width).join(" ");
      }).join("; "));
    },
  };
})();
