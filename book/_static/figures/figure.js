// What the interactive figures share: how one starts, and how it draws.
//
// A page holds <figure class="course-figure" data-figure="NAME"> with a table or a sentence in
// <div class="figure-static">. That is what a reader without scripts sees, and what is printed. A figure reads its
// numbers from there, so they stand in one place, and puts its own controls above.
courseLM.figures = (() => {
  "use strict";
  const { make, draw } = courseLM.base;

  /**
   * Build every figure of a kind on this page.
   * @param {string} name what `data-figure` says
   * @param {(live: HTMLElement, fallback: HTMLElement, figure: HTMLElement) => void} build fills `live`, reading from
   *   `fallback`
   */
  function start(name, build) {
    for (const figure of document.querySelectorAll(`figure[data-figure="${name}"]`)) {
      const live = make("div", { class: "figure-live" });
      build(live, figure.querySelector(".figure-static"), figure);
      figure.prepend(live);
      figure.classList.add("is-live"); // figures.css now hides the static part on the screen
    }
  }

  /** The width of all drawings in their own units; style sheets scale them. */
  const WIDTH = 400;

  /** An empty drawing of a given height, with stripes to fill what is true, so that color is not all that tells. */
  function drawing(height) {
    const id = `stripes-${document.querySelectorAll("pattern").length}`; // one for each drawing of the page
    const stripes = draw(
      "pattern",
      { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      draw("rect", { width: 6, height: 6, class: "stripe-ground" }),
      draw("rect", { width: 2, height: 6, class: "stripe" }),
    );
    const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img" }, draw("defs", {}, stripes));
    return { svg, stripes: `url(#${id})` };
  }

  const data = {}; // of figures whose numbers are no table, from the scripts in data/
  return { WIDTH, data, start, drawing };
})();
