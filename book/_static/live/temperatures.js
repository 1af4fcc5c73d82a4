// Temperatures side by side: one beginning, continued at three temperatures from the same random numbers. Needs
// companion.js, reading.js, source.js.
(() => {
  "use strict";
  const { make, button, fixed, visible, bits, softmax, atTemperature, drawFrom, isCalm } = courseLM.base;
  const { start, inItsWord } = courseLM.companions;
  const TEMPERATURES = [[0, "always the likeliest"], [1, "as the model says"], [2, "odds flattened"]];
  const N = 44; // characters that are written
  const SHOWN_BEFORE = 24; // characters of the beginning that are shown
  const LETTER_MS = 60;
  const THICKEST = 8; // pixels of the line below a character: one for each bit, up to so many
  const sign = (character) => (character === "\n" ? visible(character) : character);

  /**
   * Continue a text: the character at each place is the one whose piece of p^(1/τ) holds the random number there.
   * @param {{scorer: Scorer, source: ToySource|null}} reader
   * @param {string} text
   * @param {number} temperature τ
   * @param {number[]} numbers uniform in [0, 1), one for each character to write
   * @returns {{written: string, nats: number[], isLost: boolean, wrong: number}} what each character cost at
   *   temperature 1; whether no sentence of the exact source begins like the text, and otherwise the place of the first
   *   character that the source cannot write, −1 if there is none
   */
  function write({ scorer, source }, text, temperature, numbers) {
    const { alphabet } = scorer.model;
    let written = "";
    const nats = numbers.map((u) => {
      const p = softmax(scorer.next(text + written));
      const id = drawFrom(atTemperature(p, temperature), u);
      written += alphabet[id];
      return -Math.log(p[id]);
    });
    const possible = source?.rows(text + written).map((row) => row.possible) || [];
    const n = Array.from(text).length;
    const isLost = possible[n - 1] === false;
    return { written, nats, isLost, wrong: isLost ? -1 : possible.slice(n).indexOf(false) };
  }

  start("live-temperatures", (live) => {
    const rows = TEMPERATURES.map(([temperature, name]) => row(temperature, name));
    const heard = make("p", { class: "visually-hidden", role: "status" });
    const again = button("Again, with new random numbers", () => shown && next(true));
    let [shown, numbers, timer] = [null, draws(), 0];
    live.append(
      make("div", { class: "heat-rows" }, ...rows.map(({ element }) => element)),
      make("p", { class: "companion-buttons" }, again),
      heard,
    );

    function draws() {
      return Array.from({ length: N }, () => (courseLM.random || Math.random)());
    }

    function row(temperature, name) {
      const head = make("p", { class: "heat-name" }, make("b", {}, `Temperature ${temperature}`), ` ${name}`);
      const letters = make("span", { "aria-hidden": "true" }); // a screen reader would say them one by one
      const read = make("span", { class: "visually-hidden" });
      const facts = make("p", { class: "heat-facts" }, "…");
      const element = make("div", { class: "heat-row" }, head, make("p", { class: "heat-text" }, letters, read), facts);
      return { temperature, letters, read, facts, element };
    }

    function show(now) {
      const { scorer, source } = now.reader;
      shown = { text: now.characters.join(""), reader: { scorer: scorer.copy(), source } };
      next(false);
    }

    /** Write all three, letter by letter. */
    function next(isAsked) {
      if (isAsked) numbers = draws();
      const { text, reader } = shown;
      const results = rows.map(({ temperature }) => write(reader, text, temperature, numbers));
      rows.forEach((one, i) => fill(one, text, results[i]));
      clearInterval(timer);
      let n = 0;
      const step = () => {
        for (const { letters } of rows) letters.children[1 + n]?.classList.remove("is-to-come");
        n += 1;
        if (n === N) end();
      };
      const end = () => {
        clearInterval(timer);
        rows.forEach(({ facts }, i) => facts.replaceChildren(...inFacts(results[i])));
        if (isAsked) heard.textContent = rows.map(inWords).join(" ");
      };
      if (isCalm()) while (n < N) step();
      else timer = setInterval(step, LETTER_MS);
    }

    function inWords({ temperature, read, facts }) {
      const said = [...facts.children].map((fact) => fact.textContent);
      return [`Temperature ${temperature}: ${read.textContent}`, ...said].join(". ");
    }

    /** Put the letters in their places, where they wait to be seen. */
    function fill({ letters, read, facts }, text, { written, nats, wrong }) {
      const before = Array.from(text, sign);
      const cut = before.length > SHOWN_BEFORE ? "…" : "";
      const letter = (character, i) => {
        const style = `--bits: ${Math.min(bits(nats[i]), THICKEST).toFixed(2)}`;
        const look = i === wrong ? "heat-letter is-to-come is-wrong" : "heat-letter is-to-come";
        return make("span", { class: look, style }, sign(character));
      };
      letters.replaceChildren(
        make("span", { class: "heat-before" }, cut + before.slice(-SHOWN_BEFORE).join("")),
        ...Array.from(written, letter),
      );
      read.textContent = written.replaceAll("\n", " line break ");
      facts.textContent = "…";
    }

    function inFacts({ written, nats, isLost, wrong }) {
      const cost = bits(nats.reduce((a, b) => a + b) / nats.length);
      const parts = [make("span", { class: "heat-cost" }, `${fixed(cost, 2)} bits per character`)];
      if (shown.reader.source) parts.push(make("span", {}, verdict(written, isLost, wrong)));
      return parts;
    }

    function verdict(written, isLost, wrong) {
      if (isLost) return "No sentence of the source begins like this.";
      if (wrong < 0) return "The exact source can write this.";
      const name = inItsWord(Array.from(shown.text + written), Array.from(shown.text).length + wrong);
      return `Not a sentence of this language: the source never writes ${name} here.`;
    }

    return show;
  });

  Object.assign(courseLM, { continueAt: write });
})();
