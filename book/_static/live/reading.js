/*
 * What a model says about a text, character by character, and beside it the exact source where there is one.
 * Numbers only: other scripts draw them. Needs data.js, model.js and score.js.
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
   */

  /** Reads texts with one model and, if its language has one, the exact source. An edit is read from the edit on. */
  class Reader {
    /**
     * @param {Model} model
     * @param {ToySource|null} source
     */
    constructor(model, source) {
      this.model = model;
      this.source = source;
      this.scorer = new courseLM.Scorer(model);
      this.scored = []; // the scorer's row of each character read
      this.seen = []; // and what the source adds to it
      this.session = source?.session();
      this.exact = [this.session?.append(source.bosId) ?? null]; // (V,) before each character and after the last one
    }

    /**
     * @param {string} text characters of the alphabet only
     * @param {number} [until] the time, by performance.now(), at which to stop; a later call goes on from there
     * @returns {{rows: Seen[], next: Seen, nats: number, exactNats: number|null, isWhole: boolean}} rows are those of
     *   the characters read so far, and next is the one that comes after them; exactNats is null without a source, and
     *   infinite for a text that it calls impossible
     */
    read(text, until) {
      const isWhole = this.scorer.follow(text, until);
      const { logits, scored } = this.scorer;
      const distribution = courseLM.base.softmax(logits[logits.length - 1]);
      this.follow(scored);
      return {
        rows: [...this.seen],
        next: { character: "", distribution, exact: this.exact[this.seen.length] },
        nats: sum(this.seen, (row) => row.nats),
        exactNats: this.source ? sum(this.seen, exactNats) : null,
        isWhole,
      };
    }

    /** Bring what the source said in line with the scorer's rows. */
    follow(scored) {
      let t = 0;
      while (t < this.scored.length && this.scored[t] === scored[t]) t += 1;
      this.scored.length = this.seen.length = t;
      this.exact.length = t + 1;
      this.session?.truncate(t + 1); // a line break came first
      for (; t < scored.length; t++) {
        const exact = this.exact[t];
        this.scored.push(scored[t]);
        this.seen.push({ ...scored[t], exact, impossible: exact !== null && exact[scored[t].id] === 0 });
        this.exact.push(this.exactlyAfter(scored[t].id));
      }
    }

    exactlyAfter(id) {
      const distribution = this.session?.append(id);
      return this.session?.possible ? distribution : null;
    }
  }

  /** What a character costs under the source; nothing where the source has given up, since it was infinite before. */
  const exactNats = ({ exact, id }) => (exact ? -Math.log(exact[id]) : 0);

  const sum = (rows, cost) => rows.reduce((total, row) => total + cost(row), 0);

  /** The size of a text in UTF-8, in bytes. */
  function utf8Bytes(text) {
    return new TextEncoder().encode(text).length;
  }

  /**
   * What the browser packs a text into.
   * @param {"gzip"|"deflate-raw"} format the second is gzip bare: without a header and a checksum
   * @returns {Promise<Uint8Array|null>} bytes; null in a browser that cannot pack
   */
  async function pack(text, format) {
    if (!globalThis.CompressionStream) return null;
    const packed = new Blob([text]).stream().pipeThrough(new CompressionStream(format));
    return new Uint8Array(await new Response(packed).arrayBuffer());
  }

  Object.assign(courseLM, { Reader, pack, utf8Bytes });
})();
