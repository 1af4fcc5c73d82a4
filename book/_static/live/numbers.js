/*
 * The numbers of a whole text: its cost in one unit, and the sizes of files that hold it. Needs parts.js.
 */
(function () {
  "use strict";

  const { courseLM } = globalThis;
  const { make } = courseLM.base;
  const { amount, cost, inUnit } = courseLM.parts;
  const BITS_IN_BYTE = 8;
  const PACKERS = { gzip: "gzip", "gzip, bare": "deflate-raw" };

  class Numbers {
    /** @param {HTMLElement} list a dl */
    constructor(list) {
      this.list = list;
    }

    /**
     * @param {Object|undefined} seen what Reader.read returns
     * @param {string} unit "bits" or "nats"
     * @param {string} text what was read
     */
    draw(seen, unit, text) {
      const packed = Object.keys(PACKERS).map((name) => [name, "…"]);
      const pairs = [...costs(seen, unit), ...sizes(seen, text), ...packed];
      this.list.replaceChildren(...pairs.map(([name, value]) => line(name, value)));
      this.pack(text);
    }

    /** Fill in the sizes of what the browser packs, unless the text has changed meanwhile. */
    async pack(text) {
      this.text = text;
      const found = await Promise.all(Object.values(PACKERS).map((format) => courseLM.pack(text, format)));
      if (text !== this.text) return;
      const values = [...this.list.querySelectorAll("dd")].slice(-found.length);
      values.forEach((value, i) => {
        value.textContent = found[i] ? amount(found[i].length, "bytes") : "this browser cannot pack";
      });
    }
  }

  const line = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));

  function costs(seen, unit) {
    const n = seen?.rows.length;
    if (!n) return ["Cross-entropy", "Perplexity", "Total"].map((name) => [name, "…"]);
    const mean = (nats) => (nats === Infinity ? "infinite" : `${inUnit(nats / n, unit).toFixed(3)} ${unit} per character`);
    const exact = seen.exactNats === null ? [] : [["Exact source", mean(seen.exactNats)]];
    const perplexity = `${Math.exp(seen.nats / n).toFixed(2)} per character`;
    return [["Cross-entropy", mean(seen.nats)], ...exact, ["Perplexity", perplexity], ["Total", cost(seen.nats, unit)]];
  }

  function sizes(seen, text) {
    const packed = seen ? amount((inUnit(seen.nats, "bits") / BITS_IN_BYTE).toFixed(1), "bytes") : "…";
    return [["Packed with this model", packed], ["As it is, in UTF-8", amount(courseLM.utf8Bytes(text), "bytes")]];
  }

  Object.assign(courseLM.parts, { Numbers });
})();
