// What the interactive figures share: how one starts, and how its parts are made.
//
// A page holds <figure class="course-figure" data-figure="NAME"> with a table or a sentence in
// <div class="figure-static">. That is what a reader without scripts sees, and what is printed. A figure reads its
// numbers from there, so they stand in one place, and puts its own controls above.
window.courseLM = window.courseLM || {};

courseLM.figures = (() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  /**
   * Build every figure of a kind on this page.
   * @param {string} name what `data-figure` says
   * @param {(live: HTMLElement, fallback: HTMLElement) => void} build fills `live`, reading from `fallback`
   */
  function start(name, build) {
    for (const figure of document.querySelectorAll(`figure[data-figure="${name}"]`)) {
      const live = make("div", { class: "figure-live" });
      build(live, figure.querySelector(".figure-static"));
      figure.prepend(live);
      figure.classList.add("is-live"); // figures.css now hides the static part on the screen
    }
  }

  /** An HTML element with attributes, listeners (`onclick: f`) and children (elements or strings). */
  function make(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
  }

  /** The same for SVG. */
  function draw(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
  }

  function fill(element, attributes, children) {
    for (const [key, value] of Object.entries(attributes))
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value);
    element.append(...children);
    return element;
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

  /** A button that does something. */
  const button = (text, onclick) => make("button", { type: "button", onclick }, text);

  /** The number in a text, which may be a fraction or have a typographic minus: "−1.5", "13/16". */
  function number(text) {
    const [above, below = "1"] = text.trim().replace("−", "-").split("/");
    return Number(above) / Number(below);
  }

  /** A number with a fixed number of decimals and a typographic minus. */
  const fixed = (value, decimals) =>
    value === Infinity ? "∞" : value.toFixed(decimals).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");

  /** A character that can be seen. */
  const visible = (character) => ({ " ": "␣", "\n": "↵" })[character] || character;

  return { WIDTH, start, make, draw, drawing, button, number, fixed, visible };
})();
