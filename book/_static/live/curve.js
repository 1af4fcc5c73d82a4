/*
 * The costs of a text along its characters, as a drawing, in words and as a table. Needs parts.js.
 */
(function () {
  "use strict";

  const { parts, base } = globalThis.courseLM;
  const { draw, make, visible } = base;
  const { amount, cost, inUnit, name, probability } = parts;
  const SHORTEST_AXIS = 20; // characters

  /** The mean of the first value, of the first two, and so on. */
  function means(values) {
    let sum = 0;
    return values.map((value, t) => (sum += value) / (t + 1));
  }

  /** Costs as bars, their mean so far as a line, and dashed the source's mean, up to where it is infinite. */
  function curve(rows, unit) {
    const costs = rows.map((row) => inUnit(row.nats, unit));
    const exact = rows.map((row) => inUnit(row.exact ? -Math.log(row.exact[row.id]) : Infinity, unit));
    const end = exact.indexOf(Infinity);
    const top = Math.ceil(Math.max(1, ...costs));
    const n = Math.max(rows.length, SHORTEST_AXIS);
    const y = (value) => (100 * (1 - value / top)).toFixed(2);
    const bars = costs.map((value, t) => `M${t + 0.5} 100V${y(value)}`).join("");
    const line = (values) => means(values).map((mean, t) => `${t ? "L" : "M"}${t + 0.5} ${y(mean)}`).join("");
    const paths = { cost: bars, source: line(exact.slice(0, end < 0 ? exact.length : end)), mean: line(costs) };
    const drawn = Object.entries(paths).map(([kind, d]) => draw("path", { class: kind, d }));
    const axis = make("div", {}, make("span", {}, "character 1"), make("span", {}, String(n)));
    const frame = { viewBox: `0 0 ${n} 100`, preserveAspectRatio: "none", "aria-hidden": "true" };
    return [make("span", {}, amount(top, unit)), draw("svg", frame, ...drawn), axis];
  }

  /** The same for readers who do not see it. */
  function curveInWords(rows, unit) {
    if (rows.length === 0) return "The cost of each character, and their mean so far.";
    const mean = means(rows.map((row) => inUnit(row.nats, unit)));
    const costliest = rows.reduce((a, b) => (b.nats > a.nats ? b : a));
    return (
      `The cost of each character, and their mean so far, which begins at ${mean[0].toFixed(2)} and ends at ` +
      `${mean.at(-1).toFixed(2)} ${unit}. The costliest character is ${name(costliest.character)}, number ` +
      `${rows.indexOf(costliest) + 1}, with ${cost(costliest.nats, unit)}.`
    );
  }

  /** One line for each character. */
  function table(rows, unit) {
    const mean = means(rows.map((row) => inUnit(row.nats, unit)));
    const hasSource = rows.some((row) => row.exact);
    const heads = ["character", "p", ...(hasSource ? ["exact p"] : []), `cost in ${unit}`, "mean so far"];
    const lines = rows.map((row, t) => {
      const exact = hasSource ? [row.exact ? probability(row.exact[row.id]) : "none"] : [];
      const cells = [probability(row.p), ...exact, inUnit(row.nats, unit).toFixed(3), mean[t].toFixed(3)];
      const head = make("th", { scope: "row" }, visible(row.character));
      return make("tr", {}, head, ...cells.map((cell) => make("td", {}, cell)));
    });
    const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
    return make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines));
  }

  Object.assign(parts, { curve, curveInWords, table });
})();
