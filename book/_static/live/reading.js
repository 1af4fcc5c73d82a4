/*
 * What a model says about a text, character by character, and beside it the exact source where there is one.
 * Numbers only: parts.js draws them, live.js listens to the reader. Needs data.js, model.js and score.js.
 */
(function () {
  "use strict";

  const courseLM = globalThis.courseLM;

  /**
   * One character of a text, as a Scorer gives it, and what the exact source says in its place.
   * @typedef {Row & Object} Seen
   * @property {Float64Array|null} exact (V,) the source's distribution; null without a source, and where no sentence
   *   of the language begins like this any more
   * @property {boolean} impossible whether the source gives this character the probability 0
   * @property {boolean} opensWindow whether the model had forgotten all but the character before
   */

  /** Reads texts with one model and, if its language has one, the exact source. */
  class Reader {
    /**
     * @param {Model} model
     * @param {ToySource|null} source
     */
    constructor(model, source) {
      this.model = model;
      this.source = source;
      this.scorer = new courseLM.Scorer(model);
      this.writer = new courseLM.Scorer(model); // reads what is left of a text that is longer than the context
    }

    /**
     * @param {string} text characters of the alphabet only
     * @returns {{rows: Seen[], next: Seen, nats: number, exactNats: number|null}} next is the character that is not
     *   there yet; exactNats is null without a source, and infinite for a text that it calls impossible
     */
    read(text) {
      const exact = this.source ? this.source.rows(text) : [];
      const rows = this.scorer.rows(text).map((row, t) => ({
        ...row,
        ...atPlace(exact, t),
        opensWindow: t > 0 && t % this.model.contextLength === 0,
      }));
      return {
        rows,
        next: { character: "", distribution: this.expected(text), exact: this.exactlyExpected(text, exact) },
        nats: sum(rows),
        exactNats: this.source ? sum(exact) : null,
      };
    }

    /** The model's distribution (V,) of what comes after a text. */
    expected(text) {
      const left = remembered(text, this.model.contextLength);
      return courseLM.base.softmax((left === text ? this.scorer : this.writer).next(left));
    }

    exactlyExpected(text, exact) {
      return this.source && possibleBefore(exact, exact.length) ? this.source.next(text) : null;
    }
  }

  function sum(rows) {
    return rows.reduce((total, row) => total + row.nats, 0);
  }

  function possibleBefore(exact, t) {
    return t === 0 || exact[t - 1].possible;
  }

  /** What the source says at place t. */
  function atPlace(exact, t) {
    if (exact.length === 0 || !possibleBefore(exact, t)) {
      return { exact: null, impossible: false };
    }
    return { exact: exact[t].distribution, impossible: exact[t].p === 0 };
  }

  /**
   * What a model reads in order to write on. A text longer than its context is cut, if it can be after a line break,
   * since a model reads every text as if one came before it.
   */
  function remembered(text, contextLength) {
    if (text.length < contextLength) {
      return text;
    }
    const window = text.slice(1 - contextLength);
    const lineBreak = window.indexOf("\n");
    return window.slice(lineBreak >= 0 ? lineBreak + 1 : window.length >> 1);
  }

  /**
   * The first character that an alphabet lacks.
   * @returns {{character: string, readable: string, mended: string}|null} what stands before it, and the whole text
   *   with small letters for capitals and without anything else that the alphabet lacks
   */
  function findStranger(text, alphabet) {
    const known = (character) => alphabet.includes(character);
    const characters = Array.from(text);
    const place = characters.findIndex((character) => !known(character));
    if (place < 0) {
      return null;
    }
    return {
      character: characters[place],
      readable: characters.slice(0, place).join(""),
      mended: characters.map((c) => [c, c.toLowerCase()].find(known) || "").join(""),
    };
  }

  /** The size of a text in UTF-8, in bytes. */
  function utf8Bytes(text) {
    return new TextEncoder().encode(text).length;
  }

  /**
   * The size of a text after the browser has packed it.
   * @param {"gzip"|"deflate-raw"} format
   * @returns {Promise<number|null>} bytes; null in a browser that cannot pack
   */
  async function packedBytes(text, format) {
    if (!globalThis.CompressionStream) {
      return null;
    }
    const packed = new Blob([text]).stream().pipeThrough(new CompressionStream(format));
    return (await new Response(packed).arrayBuffer()).byteLength;
  }

  Object.assign(courseLM, { Reader, findStranger, packedBytes, utf8Bytes });
})();
