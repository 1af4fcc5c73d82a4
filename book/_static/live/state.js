/*
 * The state of a live model, and how it stands in an address: text=the+dog&model=toy&at=3. Needs signs.js.
 */
(function () {
  "use strict";

  const courseLM = globalThis.courseLM;
  const MODELS = { toy: "Toy English", shakespeare: "Shakespeare" };
  const UNITS = { bits: "bits", nats: "nats" };
  const HOTTEST = 2; // temperature

  /** at is the number of the character that is asked about, among those the model reads; 0 is the one that comes next. */
  const DEFAULTS = { text: "the brave dog", model: "toy", unit: "bits", temperature: 1, at: 0 };

  /**
   * A state from values that a person may have written.
   * @param {Object<string, string|number>} values what is missing or makes no sense is replaced
   * @param {Object} base by this
   */
  function readState(values, base = DEFAULTS) {
    const value = (name) => (Object.hasOwn(values, name) ? values[name] : base[name]);
    const choice = (name, choices) => (Object.hasOwn(choices, value(name)) ? value(name) : base[name]);
    const number = (name, isGood) => {
      const given = String(value(name)).trim() === "" ? NaN : Number(value(name));
      return isGood(given) ? given : base[name];
    };
    return {
      text: String(value("text")).replace(/\r\n?/g, "\n"), // as a text field has it
      model: choice("model", MODELS),
      unit: choice("unit", UNITS),
      temperature: Number(number("temperature", (n) => n >= 0 && n <= HOTTEST).toFixed(1)), // the steps of its control
      at: number("at", (n) => Number.isInteger(n) && n >= 0 && n <= courseLM.LONGEST),
    };
  }

  /** A state as the part of an address after #; of a text only what a model reads. */
  function writeAddress(state) {
    const shown = { ...state, text: state.text.slice(0, courseLM.LONGEST) };
    const changed = Object.entries(shown).filter(([name, value]) => name === "text" || value !== DEFAULTS[name]);
    return new URLSearchParams(changed).toString();
  }

  /** What an address of this page says, as strings. */
  const readAddress = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

  courseLM.state = { HOTTEST, MODELS, UNITS, readAddress, readState, writeAddress };
})();
