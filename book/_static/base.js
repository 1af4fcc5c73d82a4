// What the scripts of the book share: elements, characters and numbers as people read them, probabilities, and what a
// page keeps on the device. It comes first, runs in node too, and touches the page only when it is asked to.
globalThis.courseLM = globalThis.courseLM || {};

courseLM.base = (() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const SIGNS = { " ": "␣", "\n": "↵" };
  const NAMES = { " ": "space", "\n": "line break", ",": "comma", ".": "period", "'": "apostrophe" };
  const KEPT = "course-lm "; // in front of the names of what is kept, since other books may come from the same host

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

  /** Put a text into an element that may have it: the same text again would be laid out again. */
  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
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
  const visible = (character) => SIGNS[character] || character;

  /** A character as a screen reader should say it. */
  const spoken = (character) => NAMES[character] || character;

  /** A cost in bits, from nats. */
  const bits = (nats) => nats / Math.LN2;

  /**
   * Probabilities from logits: p_i = exp(z_i / τ) / Σ_j exp(z_j / τ).
   * @param {ArrayLike<number>} logits (V,)
   * @param {number} temperature τ; at 0 the largest logit takes all, and several that are equal share
   * @returns {Float64Array} (V,) which sum to 1
   */
  function softmax(logits, temperature = 1) {
    const z = Float64Array.from(logits);
    const largest = Math.max(...z); // subtracted, so that nothing overflows
    return shares(z.map((x) => (temperature > 0 ? Math.exp((x - largest) / temperature) : Number(x === largest))));
  }

  /**
   * A distribution at a temperature τ: p^(1/τ), scaled to the sum 1.
   * @param {Float64Array} p (V,)
   * @param {number} temperature 0 leaves only the likeliest
   */
  function atTemperature(p, temperature) {
    const largest = Math.max(...p);
    return shares(p.map((x) => (temperature > 0 ? (x / largest) ** (1 / temperature) : Number(x === largest))));
  }

  function shares(weights) {
    const total = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / total);
  }

  /**
   * The id whose piece of the stick of all probabilities holds u.
   * @param {ArrayLike<number>} p (V,)
   * @param {number} u uniform in [0, 1)
   */
  function drawFrom(p, u) {
    let end = 0;
    for (let id = 0; id < p.length; id++) {
      end += p[id];
      if (u < end) return id;
    }
    return p.indexOf(Math.max(...p)); // the pieces can end a hair below 1
  }

  /** What was kept on this device under a name; `otherwise` where nothing was, or nothing may be kept. */
  function kept(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(KEPT + name)) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  /** Keep a value on this device, if it allows that; `null` removes what was kept. */
  function keep(name, value) {
    try {
      if (value === null) localStorage.removeItem(KEPT + name);
      else localStorage.setItem(KEPT + name, JSON.stringify(value));
    } catch {
      // A reader who forbids it starts afresh on the next page.
    }
  }

  /** Whether the reader asked for less motion. */
  const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  const elements = { make, draw, button, write };
  const words = { number, fixed, visible, spoken, bits };
  const chances = { softmax, atTemperature, drawFrom };
  return { ...elements, ...words, ...chances, kept, keep, isCalm };
})();
