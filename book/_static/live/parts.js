/*
 * How the live model looks: each function turns numbers into the HTML of one part of it. Needs reading.js.
 */
(function () {
  "use strict";

  const courseLM = globalThis.courseLM;
  const LN2 = Math.LN2; // nats in a bit
  const SHOWN_BEFORE = 16; // characters of context that a sentence about a place repeats
  const SHORTEST_AXIS = 20; // characters

  const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  const NAMES = { " ": "space", "\n": "line break", ",": "comma", ".": "period", "'": "apostrophe" };

  const escaped = (text) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
  const visible = (text) => escaped(text.replaceAll(" ", "␣").replaceAll("\n", "↵"));
  const spoken = (character) => NAMES[character] || character;
  const code = (text) => `<code>${visible(text)}</code>`;

  /** A cost in bits or in nats. */
  function inUnit(nats, unit) {
    return unit === "bits" ? nats / LN2 : nats;
  }

  /** A probability in digits that round to 0 or 1 only if it is 0 or 1. */
  function probability(p) {
    if (p === 0 || p === 1) {
      return String(p);
    }
    if (p < 1e-6) {
      return "&lt; 0.000001";
    }
    if (p < 0.001) {
      return p.toFixed(6).replace(/0+$/, "");
    }
    return p > 0.9995 ? "&gt; 0.999" : p.toFixed(3);
  }

  /**
   * What was expected at one place, and what came.
   * @param {Seen} row
   * @param {{model: Model, before: string, temperature: number}} place
   */
  function detail(row, { model, before, temperature }) {
    const left = before.length > SHOWN_BEFORE ? `…${before.slice(-SHOWN_BEFORE)}` : before;
    const after = left ? `after ${code(left)}` : "at the beginning";
    if (row.character === "") {
      const cooled = temperature === 1 ? "" : `, at temperature ${temperature.toFixed(1)}`;
      const p = courseLM.base.atTemperature(row.distribution, temperature);
      return `<p><b>What comes next</b> ${after}${cooled}:</p>${candidates(p, row, model)}`;
    }
    return (
      `<p><b>${code(row.character)} had the probability ${probability(row.p)}</b> ${after}, and cost ` +
      `${inUnit(row.nats, "bits").toFixed(2)} bits, which are ${row.nats.toFixed(2)} nats. ${remark(row, model)}</p>` +
      candidates(row.distribution, row, model)
    );
  }

  function remark(row, model) {
    if (row.impossible) {
      return "<b>Not a sentence of this language:</b> the exact source never writes it here.";
    }
    if (row.opensWindow) {
      return `The model reads ${model.contextLength} characters at most: here it begins anew, with the one before.`;
    }
    return row.exact ? `The exact probability is ${probability(row.exact[row.id])}.` : "";
  }

  /** The five likeliest characters as bars, and the true one below if it is not among them. */
  function candidates(p, { id, exact }, { alphabet }) {
    const shown = Array.from(p.keys()).sort((a, b) => p[b] - p[a]).slice(0, 5);
    if (id !== undefined && !shown.includes(id)) {
      shown.push(id);
    }
    const bar = (share, kind) => `<i class="${kind}" style="width: ${(100 * share).toFixed(1)}%"></i>`;
    const line = (i) =>
      `<tr${i === id ? ' class="came"' : ""}><th scope="row">${code(alphabet[i])}` +
      `${i === id ? '<span class="live-came">came</span>' : ""}</th>` +
      `<td class="live-bars">${bar(p[i], "model")}${exact ? bar(exact[i], "source") : ""}</td>` +
      `<td>${probability(p[i])}</td>${exact ? `<td>${probability(exact[i])}</td>` : ""}</tr>`;
    const heads = ["candidate", "share", "model", ...(exact ? ["exact"] : [])];
    return `<table class="live-candidates">${head(heads)}<tbody>${shown.map(line).join("")}</tbody></table>`;
  }

  function head(names) {
    return `<thead><tr>${names.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>`;
  }

  /** What there is to say against a text, in HTML; empty if there is nothing. */
  function message(characters, seen, stranger, name) {
    const title = courseLM.parts.MODELS[name];
    if (!seen) {
      return `The model ${title} is being loaded.`;
    }
    if (stranger) {
      const place = `${code(stranger.character)}, character ${characters.length + 1},`;
      return `${place} is not in the alphabet of ${title}. The model reads up to there.`;
    }
    const wrong = seen.rows.findIndex((row) => row.impossible);
    if (wrong >= 0) {
      return `Not a sentence of this language: ${code(characters[wrong])}, character ${wrong + 1}, is impossible.`;
    }
    return "";
  }

  /** The main numbers of a text, as pairs of a name and a value. */
  function totals(seen, { unit, model }) {
    const n = seen ? seen.rows.length : 0;
    const finite = (nats) => `${inUnit(nats / n, unit).toFixed(3)} ${unit} per character`;
    const mean = (nats) => (nats === Infinity ? "infinite" : finite(nats));
    const bits = n ? inUnit(seen.nats, "bits") : 0;
    const exact = model === "toy" ? [["Exact source", n ? mean(seen.exactNats) : "…"]] : [];
    return [
      ["Cross-entropy", n ? mean(seen.nats) : "…"],
      ...exact,
      ["Perplexity", n ? `${Math.exp(seen.nats / n).toFixed(2)} per character` : "…"],
      ["Total", `${bits.toFixed(1)} bits = ${(bits / 8).toFixed(1)} bytes`],
    ];
  }

  /** The same in one sentence, for readers who do not see the page. */
  function inWords(seen, state) {
    const [[name, value]] = totals(seen, state);
    return `${seen.rows.length} characters, ${name.toLowerCase()} ${value}.`;
  }

  /** Names with their values. */
  function numbers(pairs) {
    return pairs.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("");
  }

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
    const y = (cost) => (100 * (1 - cost / top)).toFixed(2);
    const bars = costs.map((cost, t) => `M${t + 0.5} 100V${y(cost)}`).join("");
    const n = Math.max(rows.length, SHORTEST_AXIS);
    const line = (values) => means(values).map((mean, t) => `${t ? "L" : "M"}${t + 0.5} ${y(mean)}`).join("");
    return (
      `<span>${top} ${unit}</span><svg viewBox="0 0 ${n} 100" preserveAspectRatio="none" aria-hidden="true">` +
      `<path class="shown"/><path class="cost" d="${bars}"/><path class="source" d="` +
      `${line(exact.slice(0, end < 0 ? exact.length : end))}"/><path class="mean" d="${line(costs)}"/></svg>` +
      `<div><span>character 1</span><span>${n}</span></div>`
    );
  }

  /** The same for readers who do not see it. */
  function curveInWords(rows, unit) {
    if (rows.length === 0) {
      return "The cost of each character, and their mean so far.";
    }
    const costliest = rows.reduce((a, b) => (b.nats > a.nats ? b : a));
    const mean = means(rows.map((row) => inUnit(row.nats, unit)));
    return (
      `The cost of each character, and their mean so far, which begins at ${mean[0].toFixed(2)} and ends at ` +
      `${mean[mean.length - 1].toFixed(2)} ${unit}. The costliest character is ${spoken(costliest.character)}, number ` +
      `${rows.indexOf(costliest) + 1}, with ${inUnit(costliest.nats, unit).toFixed(2)} ${unit}.`
    );
  }

  /** The ledger: one line for each character. */
  function table(rows, unit) {
    const mean = means(rows.map((row) => inUnit(row.nats, unit)));
    const hasSource = rows.some((row) => row.exact);
    const line = (row, t) =>
      `<tr><th scope="row">${code(row.character)}</th><td>${probability(row.p)}</td>` +
      `${hasSource ? `<td>${row.exact ? probability(row.exact[row.id]) : "none"}</td>` : ""}` +
      `<td>${inUnit(row.nats, unit).toFixed(3)}</td><td>${mean[t].toFixed(3)}</td></tr>`;
    const heads = ["character", "p", ...(hasSource ? ["exact p"] : []), `cost in ${unit}`, "mean so far"];
    return `<table>${head(heads)}<tbody>${rows.map(line).join("")}</tbody></table>`;
  }

  const asText = { escaped, inUnit, probability, spoken, visible };
  courseLM.parts = { ...asText, curve, curveInWords, detail, inWords, message, numbers, table, totals };
})();
