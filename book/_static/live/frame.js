/*
 * What stays of a live model while its parts are drawn again and again: its state, and the controls that change it.
 * Needs tiles.js.
 */
(function () {
  "use strict";

  const { parts } = globalThis.courseLM;
  const MODELS = { toy: "Toy English", shakespeare: "Shakespeare" };
  const UNITS = { bits: "bits", nats: "nats" };
  const LONGEST = 600; // characters of a text
  const HOTTEST = 2; // temperature

  /** at is the number of the character that is looked at, counted from 1; 0 is the one that comes next. */
  const DEFAULTS = { text: "the dog", model: "toy", unit: "bits", temperature: 1, at: 0 };

  /**
   * A state from values that a person may have written.
   * @param {Object<string, string|number>} values what is missing or makes no sense is replaced
   * @param {Object} base by this
   */
  function readState(values, base = DEFAULTS) {
    const { text = base.text, model, unit, temperature, at } = values;
    const number = (value, largest, instead) =>
      value !== undefined && value >= 0 && value <= largest ? Number(value) : instead;
    return {
      text: text.slice(0, LONGEST),
      model: model in MODELS ? model : base.model,
      unit: unit in UNITS ? unit : base.unit,
      temperature: number(temperature, HOTTEST, base.temperature),
      at: number(at, LONGEST, base.at),
    };
  }

  /** A state as the part of an address after #, such as text=the+dog&model=toy. */
  function writeAddress(state) {
    const changed = Object.entries(state).filter(([name, value]) => name === "text" || value !== DEFAULTS[name]);
    return new URLSearchParams(changed).toString();
  }

  function radios(id, name, legend, labels) {
    const radio = ([value, label]) =>
      `<label><input type="radio" name="${id}-${name}" data-state="${name}" value="${value}"> ${label}</label>`;
    return `<fieldset><legend>${legend}</legend>${Object.entries(labels).map(radio).join("")}</fieldset>`;
  }

  const WRITE =
    `<div class="live-write" role="group" aria-label="Let the model write">` +
    `<button type="button" data-write="1">One token at a time</button>` +
    `<button type="button" data-write="10">Ten more</button>` +
    `<label>Temperature <input type="range" min="0" max="${HOTTEST}" step="0.1" data-state="temperature">` +
    `<output>1.0</output></label></div>`;

  const CURVE =
    `<figure class="live-curve" role="img"><div class="live-plot"></div>` +
    `<figcaption><span class="cost">Bars</span> are the costs of the characters, the <span class="mean">line</span> ` +
    `is their mean so far<span class="of-source">, the <span class="source">dashed line</span> that of the exact ` +
    `source</span>.</figcaption></figure>` +
    `<details class="live-ledger"><summary>All numbers in a table</summary>` +
    `<div tabindex="0" role="region" aria-label="All numbers"></div></details>`;

  /**
   * The HTML of a widget.
   * @param {string} id in front of the ids of its parts
   * @param {string[]} extras which of "models", "write" and "curve" it has
   * @param {boolean} small whether it leads on to the page of the live model
   */
  function frame(id, extras, small) {
    const ifAsked = (name, html) => (extras.includes(name) ? html : "");
    return (
      `<div class="live-choices">${ifAsked("models", radios(id, "model", "Model", MODELS))}` +
      `${radios(id, "unit", "Unit", UNITS)}</div>` +
      `<label for="${id}-text">Your text</label><textarea id="${id}-text" rows="2" maxlength="${LONGEST}" ` +
      `spellcheck="false" autocapitalize="off" autocomplete="off" ` +
      `aria-describedby="${id}-message ${id}-count"></textarea>` +
      `<div class="live-message"><span id="${id}-message" role="status"></span><span id="${id}-count"></span>` +
      `<button type="button" data-mend hidden></button></div>${ifAsked("write", WRITE)}` +
      `<div class="live-tiles" role="listbox" aria-label="The text, character by character" ` +
      `aria-describedby="${id}-hint"></div><p class="live-legend">${parts.legend()}</p>` +
      `<p class="live-hint" id="${id}-hint">Point at a character, tap it, or use the arrow keys.</p>` +
      `<div class="live-answer"><div class="live-detail" id="${id}-detail"></div>` +
      `<dl class="live-numbers simple"></dl></div>` +
      `${ifAsked("curve", CURVE)}<p class="live-unseen" role="status"></p>` +
      `${small ? '<p class="live-open"><a>Open this text on the page of the live model</a></p>' : ""}`
    );
  }

  Object.assign(parts, { LONGEST, MODELS, frame, readState, writeAddress });
})();
