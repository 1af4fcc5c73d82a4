// The rule of the game "you against the model", and the state of a round. Arithmetic only: game.js draws it.
//
// A reader who stakes a share s of the belief that is left on one letter gives it the probability s of what is left,
// and 1 − s to all other letters together. So the guesses at one place are a distribution over all letters, and what
// the reader pays compares with what a model pays.
globalThis.courseLM = globalThis.courseLM || {};

courseLM.stakes = (() => {
  "use strict";

  const STAKES = [
    { share: 1 / 2, written: "1/2", name: "a hunch" },
    { share: 3 / 4, written: "3/4", name: "fairly sure" },
    { share: 31 / 32, written: "31/32", name: "certain" },
  ];

  /** What a right guess costs, in bits: −log₂ s. */
  const rightCost = (share) => Math.log2(1 / share);

  /** What a wrong guess costs, in bits: −log₂(1 − s). */
  const wrongCost = (share) => Math.log2(1 / (1 - share));

  /**
   * The probability that stakes give each letter: q_r = s_r ∏_{i<r} (1 − s_i); the last letter gets what is left.
   * @param {number[]} shares (n − 1,) the stake on the letter that is guessed first, second and so on
   * @returns {number[]} (n,) which sum to 1
   */
  function probabilities(shares) {
    let left = 1;
    const q = shares.map((share) => {
      const given = left * share;
      left -= given;
      return given;
    });
    return [...q, left];
  }

  /** What a guess, or a help, came to.
   * @typedef {Object} News
   * @property {"again"|"wrong"|"right"|"only"|"shown"|"played"} kind again: it was tried before; only: one letter was
   *   left; shown: the rest was shared evenly; played: by the model
   * @property {string} letter the one that was guessed, or that came out
   * @property {number} cost bits: of this guess, or of the place with all its guesses; of what was played, without the
   *   wrong guesses before
   * @property {number} p what the model gave the letter that came out, or all that were played
   */

  /** One hidden text, and what both have paid so far. */
  class Round {
    /**
     * @param {string[]} letters (T,) what is hidden
     * @param {string[]} keys (V,) all that can be guessed
     * @param {ArrayLike<number>[]} p (T, V) what the model gives each key at each place
     */
    constructor(letters, keys, p) {
      Object.assign(this, { letters, keys, p });
      this.at = 0; // how many letters are known
      this.paid = []; // bits for each of them
      this.tried = []; // the wrong guesses at this place
      this.debt = 0; // bits that they cost
      this.played = 0; // letters that the model guessed for the reader
      this.guesses = STAKES.map(() => [0, 0]); // for each stake: how many were right, of how many
    }

    get isOver() {
      return this.at === this.letters.length;
    }

    /** What the reader has paid, in bits. */
    get you() {
      return sum(this.paid) + this.debt;
    }

    /** What the model has paid for the same letters. */
    get model() {
      return sum(Array.from({ length: this.at }, (_, t) => this.modelCost(t)));
    }

    /** What the model pays for the letter at a place. */
    modelCost(t) {
      return Math.log2(1 / this.chance(t, this.letters[t]));
    }

    /** What the model gives a letter at a place. */
    chance(t, letter) {
      return this.p[t][this.keys.indexOf(letter)];
    }

    /**
     * @param {string} letter one of the keys
     * @param {number} stake its place among STAKES
     * @returns {News}
     */
    guess(letter, stake) {
      if (this.tried.includes(letter)) return { kind: "again", letter, cost: 0 };
      const { share } = STAKES[stake];
      const isRight = letter === this.letters[this.at];
      this.guesses[stake][0] += Number(isRight);
      this.guesses[stake][1] += 1;
      if (isRight) return this.settle("right", rightCost(share));
      this.tried.push(letter);
      this.debt += wrongCost(share);
      if (this.nLeft === 1) return this.settle("only", 0);
      return { kind: "wrong", letter, cost: wrongCost(share) };
    }

    /** How many letters can still stand here. */
    get nLeft() {
      return this.keys.length - this.tried.length;
    }

    /** The reader has no idea: all letters that are left share the rest evenly. */
    show() {
      return this.settle("shown", Math.log2(this.nLeft));
    }

    /**
     * The model plays until a word is over: the reader pays what it pays, or less where wrong guesses have left fewer
     * letters. The sign after the word is part of that, since it tells that the word has ended, and nobody may learn
     * this for nothing.
     * @returns {News} of all these letters together
     */
    playWord() {
      const { at: from, you, model } = this;
      let isLetter = true;
      while (isLetter && !this.isOver) {
        isLetter = /[a-z]/.test(this.letters[this.at]);
        const p = this.chance(this.at, this.letters[this.at]);
        const left = 1 - sum(this.tried.map((letter) => this.chance(this.at, letter)));
        this.settle("played", Math.log2(Math.max(left, p) / p)); // left can end a hair below p
        this.played += 1;
      }
      const letters = this.letters.slice(from, this.at).join("");
      return { kind: "played", letter: letters, cost: this.you - you, p: 2 ** (model - this.model) };
    }

    /** The letter at this place is known now. */
    settle(kind, cost) {
      const letter = this.letters[this.at];
      const p = this.chance(this.at, letter);
      this.paid.push(this.debt + cost);
      Object.assign(this, { at: this.at + 1, tried: [], debt: 0 });
      return { kind, letter, cost: this.paid.at(-1), p };
    }
  }

  const sum = (values) => values.reduce((a, b) => a + b, 0);

  /** The least and the most that a round can cost: in a link, anything else is nonsense. */
  function bounds(round) {
    const [surest] = STAKES.map(({ share }) => share).sort((a, b) => b - a);
    const least = round.letters.map((_, t) => Math.min(rightCost(surest), round.modelCost(t)));
    return [sum(least), round.letters.length * (round.keys.length - 1) * wrongCost(surest)];
  }

  return { STAKES, Round, bounds, probabilities, rightCost, wrongCost };
})();
