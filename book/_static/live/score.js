/*
 * What each character of a text costs under a model, by the rules of `course_lm.ledger`. Needs data.js and model.js.
 *
 *   const scorer = new courseLM.Scorer(model);
 *   scorer.rows("the dog"); // one for each character: its probability, and what had been expected
 *   scorer.next("the dog"); // logits of what comes after the text
 */
(function () {
  "use strict";

  const courseLM = globalThis.courseLM;

  /**
   * One character of a text.
   * @typedef {Object} Row
   * @property {string} character
   * @property {number} id
   * @property {number} p the probability that it had
   * @property {number} nats its surprisal, −ln p
   * @property {Float64Array} distribution (V,) what had been expected in its place
   */

  /**
   * The row of a character, under the distribution that was there before it was seen.
   * @returns {Row}
   */
  function row(alphabet, id, distribution) {
    const p = distribution[id];
    return { character: alphabet[id], id, p, nats: -Math.log(p), distribution };
  }

  /**
   * Reads texts as `course_lm.ledger` does: a line break comes first, and a text longer than the context is cut into
   * windows that do not overlap; the last character of one begins the next. It remembers the text before: an edit is
   * read from the edit on.
   */
  class Scorer {
    /** @param {Model} model */
    constructor(model) {
      this.model = model;
      this.session = model.session();
      this.begin = 0; // where the session's window begins
      this.read = []; // {id, logits, distribution} of each character read, the line break before the text included
    }

    /**
     * @param {string} text
     * @returns {Row[]} one for each character
     * @throws {CourseLMError} for a character that the alphabet lacks
     */
    rows(text) {
      this.follow(text);
      return this.read.slice(1).map(({ id }, t) => row(this.model.alphabet, id, this.read[t].distribution));
    }

    /**
     * What comes after a text.
     * @param {string} text
     * @returns {Float32Array} (V,) logits
     * @throws {CourseLMError} for a character that the alphabet lacks
     */
    next(text) {
      this.follow(text);
      return this.read[this.read.length - 1].logits;
    }

    /** Bring what was read in line with a text. */
    follow(text) {
      const ids = [this.model.bosId, ...this.model.encode(text)];
      let t = 0;
      while (t < this.read.length && t < ids.length && this.read[t].id === ids[t]) {
        t += 1;
      }
      this.read.length = t;
      this.goBack(t);
      for (; t < ids.length; t++) {
        if (t % this.model.contextLength === 0) {
          this.open(t);
        }
        const logits = this.session.append(ids[t]);
        this.read.push({ id: ids[t], logits, distribution: courseLM.softmax(logits) });
      }
    }

    /** Let the session have read exactly the characters of its window that stand before position t. */
    goBack(t) {
      const begin = t - (t % this.model.contextLength);
      if (this.begin !== begin) {
        this.open(begin);
        this.read.slice(begin, t).forEach(({ id }) => this.session.append(id));
      }
      this.session.truncate(t - begin);
    }

    open(begin) {
      this.begin = begin;
      this.session.truncate(0);
    }
  }

  const scorers = new WeakMap();

  /**
   * The rows of a text, by the scorer that this model was given before.
   * @param {Model} model
   * @param {string} text
   * @returns {Row[]}
   */
  function score(model, text) {
    if (!scorers.has(model)) {
      scorers.set(model, new Scorer(model));
    }
    return scorers.get(model).rows(text);
  }

  Object.assign(courseLM, { Scorer, row, score });
})();
