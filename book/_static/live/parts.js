/*
 * What the live model says in words: a probability, a cost, what was expected at a place, and what there is to remark
 * about a text. Needs reading.js and state.js.
 */
(function () {
  "use strict";

  const { courseLM } = globalThis;
  const { atTemperature, bits, make } = courseLM.base;
  const LIKELY = 0.05; // a candidate below this is not told
  const WORDS = { " ": "a space", "\n": "a line break", ",": "a comma", ".": "a period", "'": "an apostrophe" };
  const FOREIGN = 2.2; // bits per character: a text of toy English costs less than a fourth of that
  const ENOUGH = 8; // characters, to judge a text by

  /** A character in a sentence. */
  const name = (character) => WORDS[character] || character;

  const strong = (text, look = "") => make("b", { class: look }, text);
  const count = (n) => n.toLocaleString("en");

  /** A number with its unit: 1 bit, 2 bits, 0.3 nats. */
  const amount = (value, unit) => `${value} ${String(value) === "1" ? unit.slice(0, -1) : unit}`;

  /** A cost in bits or in nats. */
  const inUnit = (nats, unit) => (unit === "bits" ? bits(nats) : nats);

  /** The same in words. */
  function cost(nats, unit) {
    const value = inUnit(nats, unit);
    return value === Infinity ? "infinite" : amount(value.toFixed(value < 9.995 ? 2 : 1), unit);
  }

  /** A probability in digits that round to 0 or 1 only if it is 0 or 1. */
  function probability(p) {
    if (p === 0 || p === 1) return String(p);
    if (p < 1e-6) return "< 0.000001";
    if (p < 0.001) return p.toFixed(6).replace(/0+$/, "");
    return p > 0.9995 ? "> 0.999" : p.toFixed(3);
  }

  /**
   * What was expected at one place, and what came.
   * @param {Seen} row
   * @param {Model} model
   * @param {Object} state
   * @returns {(Node|string)[]}
   */
  function answer(row, model, state) {
    if (row.character === "") return expected(row, model, state.temperature);
    const share = strong(probability(row.p), "is-model");
    const price = strong(cost(row.nats, state.unit), "is-cost");
    const came = ["Here came ", strong(name(row.character)), ": probability ", share, ", cost ", price, ". "];
    return [...came, ...likeliest(row, model), ...verdict(row)];
  }

  function expected({ distribution }, { alphabet }, temperature) {
    const p = atTemperature(distribution, temperature);
    const best = Array.from(p.keys()).sort((a, b) => p[b] - p[a]).slice(0, 2);
    const told = best.filter((id, rank) => rank === 0 || p[id] >= LIKELY);
    const pair = (id) => [strong(name(alphabet[id])), " ", strong(probability(p[id]), "is-model")];
    const cooled = temperature === 1 ? "" : ` at temperature ${temperature.toFixed(1)}`;
    return [
      strong("What comes next?"),
      ` Most likely${cooled}: `,
      ...told.flatMap((id, rank) => [rank ? ", then " : "", ...pair(id)]),
      ". Choose a bar, or type.",
    ];
  }

  /** What the model had expected most instead. */
  function likeliest({ distribution, id }, { alphabet }) {
    const best = distribution.indexOf(Math.max(...distribution));
    if (best === id) return ["The model expected nothing more. "];
    const share = strong(probability(distribution[best]), "is-model");
    return ["Expected most: ", strong(name(alphabet[best])), ", ", share, ". "];
  }

  function verdict({ exact, id, impossible }) {
    if (impossible) return [strong("Not a sentence of this language:"), " the exact source never writes it here."];
    return exact ? [`Exact source: ${probability(exact[id])}.`] : [];
  }

  /** What a sign is to a model that cannot read it. */
  const skipped = (sign) => [strong(sign), " is not in the alphabet of this model, which skips it."];

  /**
   * What there is to remark about a text as a whole; empty if there is nothing.
   * @param {{signs: Sign[], beyond: string}} text
   */
  function remarks({ signs, beyond }) {
    const hasCapitals = signs.some(({ character, text }) => character !== null && character !== text);
    const hasStrange = signs.some(({ character }) => character === null);
    const said = [];
    if (hasCapitals) said.push("Capitals are read as small letters.");
    if (hasStrange) said.push("What is gray is skipped.");
    if (beyond) said.push(`Only the first ${count(signs.length)} characters are read.`);
    return said.join(" ");
  }

  /** Whether a text is clearly none of toy English. */
  function isForeign({ signs, readable }, seen) {
    if (signs.length - readable.length > signs.length / 5) return true;
    return readable.length >= ENOUGH && bits(seen.nats) / readable.length > FOREIGN;
  }

  /**
   * What a text cost, or how far it was read.
   * @param {number} n characters to be read
   */
  function account({ rows, nats, isWhole }, unit, n) {
    if (!isWhole) return [`Reading: ${count(rows.length)} of ${count(n)} characters`];
    return [strong(cost(nats, unit), "is-cost"), ` for ${amount(count(n), "characters")}`];
  }

  /** The whole text in one sentence, for readers who do not see the page. */
  function inWords(seen, unit) {
    return `${amount(count(seen.rows.length), "characters")}, ${cost(seen.nats, unit)}. `;
  }

  const words = { amount, cost, count, inUnit, name, probability };
  courseLM.parts = { ...words, account, answer, inWords, isForeign, remarks, skipped };
})();
