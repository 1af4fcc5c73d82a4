// What the game "you against the model" says: a sentence after each guess, and at the end what both paid, beside the
// exact source, gzip and Shannon's readers. Needs base.js, stakes.js and puzzles.js.
courseLM.verdict = (() => {
  "use strict";
  const { button, fixed, make, spoken } = courseLM.base;
  const SHANNON = { least: 0.6, most: 1.3 }; // bits per letter of English, after a hundred letters (Shannon 1951)
  const WIDEST = 5; // bits per letter at the end of the bars: a little more than knowing nothing
  const LEVEL = 0.05; // bits: what is closer is a draw, since totals are shown with one decimal
  const QUIET = "game-quiet";

  const bold = (text) => make("b", {}, text);
  const inBits = (cost, decimals = 2) => `${fixed(cost, decimals)} bits`;
  const nLetters = (n) => (n === 1 ? "1 letter is" : `${n} letters are`);

  /** A probability in two decimals, which is never a false certainty. */
  function chance(p) {
    if (p > 0.99 && p < 1) return "> 0.99";
    return p < 0.01 ? "< 0.01" : fixed(p, 2);
  }

  /**
   * What a guess came to, in a sentence.
   * @param {News} news
   * @param {number} nLeft letters that can still stand here
   * @returns {(string|Node)[]}
   */
  function sentence({ kind, letter, cost, p }, nLeft) {
    const name = bold(/[a-z]/.test(letter) ? letter : `the ${spoken(letter)}`);
    if (kind === "again") return ["You have tried ", name, " here: it is another one."];
    if (kind === "wrong") return ["Not ", name, `: that costs ${inBits(cost)}. ${nLetters(nLeft)} left.`];
    if (kind === "played") {
      const isLess = inBits(cost) !== inBits(Math.log2(1 / p)); // wrong guesses had left fewer letters
      const both = isLess ? `, where the model paid ${bill(p)}.` : ", for you as for the model.";
      return ["The model played ", bold(`“${letter}”`), ` for you: ${inBits(cost)}`, both];
    }
    const it = [" cost you ", `${inBits(cost)}; the model gave it `, model(chance(p)), ` and paid ${bill(p)}.`];
    if (kind === "right") return ["Yes: ", name, ...it];
    return [kind === "only" ? "Only one was left: " : "It was: ", name, ...it];
  }

  const model = (text) => make("span", { class: "is-model" }, text);
  const bill = (p) => fixed(Math.log2(1 / p), 2);

  /**
   * What stands at the beginning of a round.
   * @param {{id: string|null, bits: number|null}|null} link the address that asked for this text
   * @param {number|null} claim what somebody says to have paid, where it makes sense
   * @param {number} total what the model will have paid
   */
  function welcome(link, claim, total) {
    const begin = "The first two words are free. What comes next?";
    if (!link) return [begin];
    if (link.id === null) return ["The link names no text of this game, so here is another. ", begin];
    if (link.bits === null) return ["This text comes with the link. ", begin];
    if (claim === null) return ["The link tells no result that is possible, but this is its text. ", begin];
    const paid = `Somebody paid ${inBits(claim, 1)} for this text, the model ${fixed(total, 1)}. Your turn. `;
    return [paid, "The first two words are free."];
  }

  /** Who won, in a sentence. */
  function winner(you, model) {
    const difference = inBits(Math.abs(you - model), 1);
    if (Math.abs(you - model) < LEVEL) return "A draw.";
    return you < model ? `You win by ${difference}.` : `The model wins by ${difference}.`;
  }

  /** What a round paid for, as it stood in the text; a screen reader finds it too. */
  const quote = (text, start) =>
    make("p", { class: "game-text" }, make("span", { class: QUIET }, text.slice(0, start)), text.slice(start));

  /**
   * The end of a round.
   * @param {Object} puzzle
   * @param {Round} round
   * @param {{source: number|null, gzip: number|null, claim: number|null, address: string, isNew: boolean}} facts costs
   *   in bits for the same letters; claim is what somebody else paid; address is the link to this round
   */
  function show(puzzle, round, { source, gzip, claim, address, isNew }) {
    const n = round.letters.length;
    const paid = [
      ["you", "You", round.you],
      ["model", "The model", round.model],
      ["source", "The exact source", source],
      ["rival", "gzip", gzip],
    ].filter(([, , bits]) => bits !== null);
    const totals = paid.map(([, name, bits]) => `${name.toLowerCase()} ${fixed(bits, name === "gzip" ? 0 : 1)}`);
    const bars = paid.filter(([kind]) => kind !== "rival").map(([kind, name, bits]) => bar(kind, name, 0, bits / n));
    bars.push(bar("rival", "Shannon’s readers", SHANNON.least, SHANNON.most));
    return [
      make("p", { class: "game-verdict", tabindex: -1 }, winner(round.you, round.model)),
      quote(puzzle.text, puzzle.start),
      make("p", {}, `Bits for these ${n} letters: ${totals.join(", ")}.`, ...remarks(puzzle, round, claim, isNew)),
      make("p", { class: QUIET }, "Bits per letter:"),
      make("dl", { class: "game-bars simple" }, ...bars),
      make("p", { class: QUIET }, comparison(puzzle.language)),
      sharing(address),
    ];
  }

  function remarks(puzzle, round, claim, isNew) {
    const said = [];
    if (claim !== null) said.push(` Somebody else paid ${fixed(claim, 1)}.`);
    if (round.played > 0) said.push(` The model played ${round.played} of them for you.`);
    if (puzzle.language === "shakespeare") {
      said.push(` ${puzzle.from}: ${puzzle.isRead ? "the model has" : "the model has never"} read this play.`);
    }
    if (!isNew) said.push(" You had played this one before, so it does not count among your rounds.");
    return said;
  }

  /** One row of the bars, from one number of bits per letter to another. */
  function bar(kind, name, from, to) {
    const end = Math.min(to, WIDEST);
    const place = `left: ${(100 * from) / WIDEST}%; width: ${(100 * (end - from)) / WIDEST}%`;
    const value = from > 0 ? `${fixed(from, 1)} to ${fixed(to, 1)}` : fixed(to, 2);
    const track = make("span", { class: "game-track", "aria-hidden": "true" }, make("i", { style: place }));
    return make(
      "div",
      { class: `is-${kind}` },
      make("dt", {}, name),
      make("dd", {}, track, make("b", {}, value)),
    );
  }

  const comparison = (language) =>
    "The last bar is the range that Shannon found in 1951 for readers who had seen a hundred letters of English. " +
    (language === "toy"
      ? "Toy English is easier: much of each sentence follows from its rules."
      : "Here you saw only a few words, but a famous line can be known by heart.");

  /** The link, in a field from which it can be copied by hand too. */
  function sharing(address) {
    const field = make("input", { type: "text", readonly: "", value: address, "aria-label": "Link to this round" });
    const said = make("span", { role: "status" });
    const copy = async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(address);
        said.textContent = "Copied. A friend who opens it plays the same letters.";
      } catch {
        said.textContent = "The link is marked: copy it from here.";
      }
    };
    return make("p", { class: "game-share" }, field, button("Copy the link", copy), said);
  }

  return { sentence, show, welcome };
})();
