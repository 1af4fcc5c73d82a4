// What a guess is worth: shares by the rule of the logarithm, numbers by the factor that they are off, choices by right
// or wrong. It touches no page, and runs in node too.
courseLM.guess = (() => {
  "use strict";
  const LEAST = 1; // percent that every candidate keeps: a share of 0 would cost infinitely much if it came

  const sum = (values) => values.reduce((a, b) => a + b, 0);

  /**
   * Whole percents that sum to 100, none below 1, as near to the weights as that allows.
   * @param {number[]} weights (n,) positive
   * @returns {number[]} (n,)
   */
  function percents(weights) {
    const total = sum(weights);
    const exact = weights.map((weight) => LEAST + ((100 - LEAST * weights.length) * weight) / total);
    const whole = exact.map((percent) => Math.floor(percent + 1e-9));
    const byRest = [...exact.keys()].sort((i, j) => exact[j] - whole[j] - (exact[i] - whole[i]));
    for (const i of byRest.slice(0, 100 - sum(whole))) whole[i] += 1;
    return whole;
  }

  /**
   * New weights, of which the i-th has a given percent. The others keep their proportions, so that a reader who moves
   * one share forth and back finds the others as they were.
   */
  function moved(weights, i, percent) {
    const room = 100 - LEAST * weights.length;
    const part = Math.min(0.9999, Math.max(0.0001, (percent - LEAST) / room));
    const others = sum(weights) - weights[i];
    return weights.map((weight, k) => (k === i ? (part / (1 - part)) * others : weight));
  }

  /**
   * What shares p cost on average in a world with the shares q: −Σ q_i log2 p_i bits. For p = q it is the entropy of
   * q, the least that anyone can pay; equal shares pay log2 n.
   * @param {number[]} q (n,) true shares; rounded ones are scaled to the sum 1
   * @param {number[]} p (n,) positive
   */
  function bits(q, p) {
    const [ofTruth, ofGuess] = [sum(q), sum(p)];
    return sum(q.map((share, i) => (share > 0 ? (-share / ofTruth) * Math.log2(p[i] / ofGuess) : 0)));
  }

  /** By what factor a guess is off, either way: 2 for half and for twice the truth. Both are positive. */
  const factor = (guess, truth) => Math.max(guess / truth, truth / guess);

  /**
   * A number as people type it: "1,000", "0.5", "0,5", "1/2", "14 %".
   * @returns {number} NaN where it is none, or infinite
   */
  function readNumber(text) {
    const thousands = /(?<![\d.,])[1-9]\d{0,2}(,\d{3})+(?![\d,])/g;
    const plain = text.replace(/[\s%]/g, "").replace(thousands, (digits) => digits.replaceAll(",", "")).replace(",", ".");
    const value = plain ? courseLM.base.number(plain) : NaN;
    return Number.isFinite(value) ? value : NaN;
  }

  /**
   * All first guesses in a sentence.
   * @param {{kind: string, off: number}[]} guesses `off` is in bits above the floor for shares, log2 of the factor for
   *   numbers, and 0 or 1 for choices
   */
  function tally(guesses) {
    const of = (kind) => guesses.filter((guess) => guess.kind === kind).map(({ off }) => off);
    const [shares, numbers, choices] = ["share", "number", "choice"].map(of);
    const mean = (values) => sum(values) / values.length;
    const parts = [];
    if (shares.length) parts.push(`shares cost ${mean(shares).toFixed(2)} bits more than they had to`);
    if (numbers.length) parts.push(`numbers were off by a factor of ${(2 ** mean(numbers)).toFixed(1)}`);
    if (choices.length) parts.push(`${choices.filter((off) => !off).length} of ${choices.length} choices were right`);
    const n = guesses.length === 1 ? "1 guess" : `${guesses.length} guesses`;
    return `${n} on this device: ${parts.join(", ")}.`;
  }

  return { LEAST, percents, moved, bits, factor, readNumber, tally, kinds: {} };
})();
