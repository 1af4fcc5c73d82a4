/*
 * What stands behind "More" on the page of the live model: the choice of the model, the unit and the temperature, the
 * numbers of the whole text, its curve, and a table of all that was computed. Needs numbers.js, curve.js and state.js.
 */
(function () {
  "use strict";

  const { base, parts, state } = globalThis.courseLM;
  const { make } = base;
  const LONG = 300; // characters
  const PAUSE_MS = 300;

  class More {
    /** @param {string} id in front of the names of its controls */
    constructor(id) {
      const list = make("dl", { class: "live-numbers simple" });
      this.numbers = new parts.Numbers(list);
      this.plot = make("div", { class: "live-plot", role: "img" });
      this.ofSource = make("span", {}, ", the ", shade("source", "dashed line"), " that of the exact source");
      this.table = make("div", { tabindex: 0, role: "region", "aria-label": "All numbers" });
      this.ledger = details("live-ledger", "All numbers in a table", this.table);
      const figure = make("figure", { class: "live-curve" }, this.plot, caption(this.ofSource));
      const title = "More: model, unit, temperature, sizes, the exact source";
      this.details = details("live-more", title, this.choices(id), list, figure, this.ledger);
      for (const one of [this.details, this.ledger]) one.addEventListener("toggle", () => this.fill());
    }

    choices(id) {
      return make(
        "div",
        { class: "live-choices" },
        radios(id, "model", "Model", state.MODELS),
        radios(id, "unit", "Unit", state.UNITS),
        parts.heat(),
      );
    }

    /**
     * Draw what is open; of a long text only after a pause, since that takes longer than a keystroke may.
     * @param {Object} seen what the reader returned
     * @param {string} unit
     * @param {string} text what was read
     */
    draw(seen, unit, text) {
      this.shown = [seen, unit, text];
      clearTimeout(this.pause);
      if (seen.rows.length > LONG) this.pause = setTimeout(() => this.fill(), PAUSE_MS);
      else this.fill();
    }

    fill() {
      if (!this.shown || !this.details.open) return;
      const [seen, unit, text] = this.shown;
      this.numbers.draw(seen, unit, text);
      this.plot.replaceChildren(...parts.curve(seen.rows, unit));
      this.plot.setAttribute("aria-label", parts.curveInWords(seen.rows, unit));
      this.ofSource.hidden = seen.exactNats === null;
      this.table.replaceChildren(...(this.ledger.open ? [parts.table(seen.rows, unit)] : []));
    }
  }

  /** Let the controls of a widget show its state. */
  function setControls(host, shown) {
    for (const input of host.querySelectorAll("input")) {
      const value = String(shown[input.dataset.state]);
      if (input.type === "radio") input.checked = input.value === value;
      else input.value = value;
    }
    const degree = host.querySelector("output");
    if (degree) degree.value = shown.temperature.toFixed(1);
  }

  const shade = (kind, text) => make("span", { class: kind }, text);

  const details = (look, title, ...inside) =>
    make("details", { class: look }, make("summary", {}, title), ...inside);

  function caption(ofSource) {
    const [bars, line] = [shade("cost", "Bars"), shade("mean", "line")];
    return make("figcaption", {}, bars, " are costs, the ", line, " is their mean so far", ofSource, ".");
  }

  /** The control of the temperature. */
  function heat() {
    const range = { type: "range", min: 0, max: state.HOTTEST, step: 0.1, "data-state": "temperature" };
    return make("label", { class: "live-heat" }, "Temperature ", make("input", range), make("output", {}, "1.0"));
  }

  function radios(id, name, legend, labels) {
    const radio = ([value, label]) => {
      const input = make("input", { type: "radio", name: `${id}-${name}`, "data-state": name, value });
      return make("label", {}, input, ` ${label}`);
    };
    return make("fieldset", {}, make("legend", {}, legend), ...Object.entries(labels).map(radio));
  }

  Object.assign(parts, { More, heat, setControls });
})();
