// What is hidden in the game "you against the model", by an id that a link can hold: a sentence that the exact source
// of toy English writes, or a line of Shakespeare. And the links themselves. Needs base.js.
courseLM.puzzles = (() => {
  "use strict";
  const { drawFrom } = courseLM.base;
  const SMALL = "abcdefghijklmnopqrstuvwxyz";
  const N_SENTENCES = 9999;
  const SHORTEST = 24; // characters of a sentence: a round should take less than two minutes
  const LONGEST = 40;
  const FREE_WORDS = 2; // they stand there from the start, and nobody pays for them
  const LINK = "#game:";

  /** Lines that many know. All of them are in the public domain; isRead: the model was trained on the play. */
  const LINES = [
    { text: "To be, or not to be: that is the question:", from: "Hamlet, act 3", isRead: false },
    { text: "Now is the winter of our discontent", from: "Richard III, act 1", isRead: true },
    { text: "A horse! a horse! my kingdom for a horse!", from: "Richard III, act 5", isRead: true },
    { text: "But, soft! what light through yonder window breaks?", from: "Romeo and Juliet, act 2", isRead: true },
    { text: "By any other name would smell as sweet;", from: "Romeo and Juliet, act 2", isRead: true },
    { text: "A plague o' both your houses!", from: "Romeo and Juliet, act 3", isRead: true },
    { text: "Friends, Romans, countrymen, lend me your ears;", from: "Julius Caesar, act 3", isRead: false },
    { text: "All the world's a stage,", from: "As You Like It, act 2", isRead: false },
    { text: "If music be the food of love, play on;", from: "Twelfth Night, act 1", isRead: false },
    { text: "Double, double toil and trouble;", from: "Macbeth, act 4", isRead: false },
    { text: "The course of true love never did run smooth;", from: "A Midsummer Night's Dream, act 1", isRead: false },
    { text: "Once more unto the breach, dear friends, once more;", from: "Henry V, act 3", isRead: false },
  ];

  /** What can be guessed. Nobody guesses capitals: they are as good as their small letters. */
  const KEYS = {
    toy: [...SMALL.replace("x", ""), " ", ",", "."],
    shakespeare: [...SMALL, " ", ",", ".", ";", ":", "!", "?", "'", "-"],
  };

  /**
   * Random numbers that every browser repeats (the generator is Mulberry32, by T. Ettinger).
   * @param {number} seed an integer
   * @returns {() => number} uniform in [0, 1), in steps of 2⁻³²
   */
  function uniform(seed) {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** The first sentence of fitting length among those that the source writes with these random numbers. */
  function sentence(seed, source) {
    const random = uniform(seed);
    for (;;) {
      const text = line(source, random);
      if (text.length >= SHORTEST && text.length <= LONGEST) return text;
    }
  }

  function line(source, random) {
    const session = source.session();
    let text = "";
    for (let id = source.bosId; ; ) {
      id = drawFrom(session.append(id), random());
      if (id === source.bosId) return text;
      text += source.alphabet[id];
    }
  }

  /** The model or language of an id such as "toy-57" or "shakespeare-3"; undefined if there is no such puzzle. */
  function languageOf(id) {
    const [, language, number] = /^(toy|shakespeare)-([1-9]\d{0,3})$/.exec(id) || [];
    return language === "shakespeare" && number > LINES.length ? undefined : language;
  }

  /**
   * @param {string} id
   * @param {ToySource|null} source for a sentence of toy English
   * @returns {{id: string, language: string, text: string, start: number, from: string, isRead: boolean}} start is
   *   where the hidden part begins
   */
  function puzzle(id, source) {
    const language = languageOf(id);
    const number = Number(id.split("-")[1]);
    const found =
      language === "toy"
        ? { text: sentence(number, source), from: "", isRead: false }
        : LINES[number - 1];
    const start = found.text.split(" ", FREE_WORDS).join(" ").length + 1;
    return { id, language, start, ...found };
  }

  /** A puzzle's name, which tells nothing of what is hidden but where it is from. */
  function title(id) {
    const number = Number(id.split("-")[1]);
    return languageOf(id) === "toy" ? `Sentence ${number} of toy English` : `Line ${number}, ${LINES[number - 1].from}`;
  }

  const randomId = (random = Math.random) => `toy-${1 + Math.floor(N_SENTENCES * random())}`;

  /**
   * A distribution over the keys: a capital's share goes to its small letter.
   * @param {ArrayLike<number>} p (V,) over an alphabet
   * @param {string[]} alphabet
   * @param {string[]} keys
   * @returns {Float64Array} what is missing to 1 is on what no line has, such as a line break
   */
  function fold(p, alphabet, keys) {
    const folded = new Float64Array(keys.length);
    alphabet.forEach((character, id) => {
      const key = keys.indexOf(character.toLowerCase());
      if (key >= 0) folded[key] += p[id];
    });
    return folded;
  }

  /** The part of an address after which another reader plays the same puzzle against a result in bits. */
  const writeLink = (id, bits) => `${LINK}${id}:${bits.toFixed(1)}`;

  /**
   * What such a part of an address holds.
   * @param {string} hash
   * @returns {{id: string|null, bits: number|null}|null} null where a part makes no sense, or where all is another's
   */
  function readLink(hash) {
    if (!hash.startsWith(LINK)) return null;
    const [id, bits = "", ...more] = hash.slice(LINK.length).split(":");
    if (!languageOf(id)) return { id: null, bits: null };
    return { id, bits: /^\d{1,4}(\.\d)?$/.test(bits) && more.length === 0 ? Number(bits) : null };
  }

  return { KEYS, LINES, fold, languageOf, puzzle, randomId, readLink, sentence, title, uniform, writeLink };
})();
