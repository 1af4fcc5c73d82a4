// The arithmetic coder of `course_lm` in plain JavaScript: symbols in, bits out, and back. Needs base.js.
//
// A message is a number in an interval. Every symbol keeps its share of the interval, as wide as its probability. As
// soon as both ends agree in their first bit, that bit is settled: it is written, and the interval is doubled. All of
// it is done in whole numbers, so a decoder that is given the same frequencies retraces every step.
//
// Frequencies come as cumulative sums: cumulative[s] is the sum of the frequencies of the symbols before s, and the
// last entry is the total.
courseLM.coder = (() => {
  "use strict";
  const BITS = 64; // of the two ends of the interval
  const HALF = 1n << BigInt(BITS - 1);
  const QUARTER = HALF / 2n;
  const TOTAL = 2 ** 32; // of the frequencies: even a long text loses less than a bit to their rounding

  /**
   * Cumulative frequencies (V + 2,) of the V tokens of a distribution p (V,), and of one more symbol, which the files
   * of `course_lm` use for what the alphabet lacks. Each frequency is p in parts of 2³², and at least 1.
   * @param {Float64Array} p (V,) which sum to 1
   * @returns {number[]} whole numbers from 0 to 2³²
   */
  function cumulativeFrequencies(p) {
    const frequencies = Array.from(p, (share) => Math.floor(share * (TOTAL - p.length - 1)) + 1);
    const sum = frequencies.reduce((a, b) => a + b);
    frequencies[p.indexOf(Math.max(...p))] += TOTAL - 1 - sum; // what rounding left over
    let end = 0;
    return [0, ...frequencies.map((frequency) => (end += frequency)), TOTAL];
  }

  /** The whole numbers from low to high, both included, that still fit all symbols so far. */
  class Interval {
    low = 0n;
    high = 2n * HALF - 1n;

    /** Keep the share of one symbol. */
    narrow(cumulative, symbol) {
      const width = this.high - this.low + 1n;
      const total = BigInt(cumulative[cumulative.length - 1]);
      this.high = this.low + (width * BigInt(cumulative[symbol + 1])) / total - 1n;
      this.low += (width * BigInt(cumulative[symbol])) / total;
    }

    /**
     * What to subtract before the interval is doubled; null while it is too wide for that. 0 or HALF where both ends
     * lie in one half: the next bit is 0 or 1. QUARTER where they lie around the middle, closer than half of
     * everything: the next bit is open, but the one after it is its opposite.
     */
    offset() {
      if (this.high < HALF) return 0n;
      if (this.low >= HALF) return HALF;
      return this.low >= QUARTER && this.high < HALF + QUARTER ? QUARTER : null;
    }

    double(offset) {
      this.low = 2n * (this.low - offset);
      this.high = 2n * (this.high - offset) + 1n;
    }
  }

  /** Symbols in, bits out, as texts of 0 and 1. */
  class Encoder {
    interval = new Interval();
    open = 0; // bits that will be the opposite of the next one

    /**
     * Add one symbol.
     * @param {number[]} cumulative frequencies of all candidates
     * @param {number} symbol
     * @returns {string} the bits that are settled now, often none
     */
    encode(cumulative, symbol) {
      let bits = "";
      this.interval.narrow(cumulative, symbol);
      for (let offset; (offset = this.interval.offset()) !== null; this.interval.double(offset))
        if (offset === QUARTER) this.open += 1;
        else bits += this.settle(offset === 0n ? "0" : "1");
      return bits;
    }

    /** @returns {string} the last bits: 01 or 10, whichever lies inside the interval for any bits that follow */
    finish() {
      this.open += 1;
      return this.settle(this.interval.low < QUARTER ? "0" : "1");
    }

    settle(bit) {
      const opposites = (bit === "0" ? "1" : "0").repeat(this.open);
      this.open = 0;
      return bit + opposites;
    }
  }

  /** Bits in, the same symbols out, given the same frequencies. */
  class Decoder {
    /** @param {string} bits of 0 and 1 */
    constructor(bits) {
      this.bits = bits;
      this.interval = new Interval();
      this.nSettled = 0; // bits that are no longer needed
      this.number = BigInt(`0b${bits.slice(0, BITS).padEnd(BITS, "0")}`); // as far as the interval can tell
    }

    /**
     * The next symbol: the one whose share of the interval holds the number.
     * @param {number[]} cumulative
     * @returns {number}
     */
    decode(cumulative) {
      const { low, high } = this.interval;
      const total = BigInt(cumulative[cumulative.length - 1]);
      const place = Number(((this.number - low + 1n) * total - 1n) / (high - low + 1n));
      const symbol = cumulative.findIndex((end) => end > place) - 1;
      this.interval.narrow(cumulative, symbol);
      for (let offset; (offset = this.interval.offset()) !== null; this.interval.double(offset)) {
        const next = this.bits[BITS + this.nSettled] || "0";
        this.number = 2n * (this.number - offset) + BigInt(next);
        this.nSettled += 1;
      }
      return symbol;
    }
  }

  return { cumulativeFrequencies, Encoder, Decoder };
})();
