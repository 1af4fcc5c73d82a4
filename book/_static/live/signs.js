/*
 * What a model reads of a text that a person wrote: small letters where its alphabet has no capitals, and nothing of
 * what it does not know. Needs base.js.
 */
(function () {
  "use strict";

  const courseLM = globalThis.courseLM;
  const LONGEST = 4000; // signs that a model reads of a text
  const ASCII = /^[\n -~]*$/; // and nothing that could be a part of a longer sign
  const segmenter = globalThis.Intl?.Segmenter && new Intl.Segmenter("en", { granularity: "grapheme" });

  /**
   * One sign of a text: a character, or several that are drawn as one, as in many emoji.
   * @typedef {Object} Sign
   * @property {string} text the sign as it stands there
   * @property {number} begin how many UTF-16 units stand before it, which is how a text box counts
   * @property {string|null} character what the model reads for it; null where it is skipped
   * @property {number} place how many characters the model reads before it
   */

  /**
   * @param {string} text
   * @param {Map<string, number>} ids of the characters that the model knows
   * @returns {{signs: Sign[], readable: string[], beyond: string}} beyond is what the model does not get to
   */
  function readSigns(text, ids) {
    const signs = [];
    const readable = [];
    let begin = 0;
    for (const sign of split(text)) {
      if (signs.length === LONGEST) break;
      const character = [sign, sign.toLowerCase()].find((one) => ids.has(one)) ?? null;
      signs.push({ text: sign, begin, character, place: readable.length });
      if (character !== null) readable.push(character);
      begin += sign.length;
    }
    return { signs, readable, beyond: text.slice(begin) };
  }

  /** The signs of a text, and a few more than are read. */
  function split(text) {
    if (ASCII.test(text)) return text.slice(0, LONGEST);
    const enough = text.slice(0, 8 * LONGEST); // few signs are longer than 8 units
    return segmenter ? Array.from(segmenter.segment(enough), ({ segment }) => segment) : Array.from(enough);
  }

  Object.assign(courseLM, { LONGEST, readSigns });
})();
