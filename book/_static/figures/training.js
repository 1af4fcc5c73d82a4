// A run of training to go through: at each kept step what the model writes, what each character of a sentence costs it,
// what it expects after a few words, and where it stands on the loss curve. data/training.js holds the record.
(() => {
  "use strict";
  const { make, draw, button, fixed, visible, spoken, isCalm } = courseLM.base;
  const { WIDTH, start, drawing } = courseLM.figures;
  const PACE = 1100; // milliseconds from step to step while it plays
  const [LEFT, RIGHT, TOP, BOTTOM] = [24, WIDTH - 10, 12, 122]; // of the curve
  const FLOOR = 92; // where the bars stand
  const TALLEST = 0.8; // the largest probability that the bars have room for
  const MARKED = 0.05; // a character that costs the exact source as many nats has a gray line
  const SAID = 0.2; // a bar with at least this probability says it

  const perCharacter = (nats) => `${fixed(nats, 2)} nats per character`;
  const sum = (numbers) => numbers.reduce((a, b) => a + b);
  const mean = (numbers) => sum(numbers) / numbers.length;

  /** An SVG text; `anchor` says which of its ends stands at x. */
  const text = (content, x, y, anchor, more = {}) => draw("text", { x, y, "text-anchor": anchor, ...more }, content);

  /**
   * The loss curve over steps, with a disk where the model stands. The kept steps stand at equal distances, as the
   * stops of a slider do; between two of them the scale is logarithmic.
   */
  class Curve {
    constructor({ kept, curve, floor }) {
      this.steps = kept.map(({ step }) => step);
      this.highest = Math.ceil(kept[0].loss);
      this.svg = drawing(142).svg;
      this.point = draw("circle", { class: "point", r: 5 });
      this.drop = draw("path", { class: "guide" });
      const line = curve.map(([step, loss]) => `${this.x(step)} ${this.y(loss)}`);
      const level = this.y(floor);
      const parts = [draw("path", { class: "axis", d: `M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}` })];
      for (let nats = 0; nats <= this.highest; nats++) parts.push(text(nats, LEFT - 6, this.y(nats) + 4, "end"));
      parts.push(text("nats per character", LEFT + 8, TOP + 4, "start", { class: "quiet" }));
      this.steps.forEach((step, i) => {
        if (this.isNamed(i)) parts.push(text(step, this.at(i), BOTTOM + 15, "middle"));
      });
      parts.push(draw("path", { class: "floor", d: `M${LEFT} ${level}H${RIGHT}` }));
      parts.push(text(`the exact source: ${fixed(floor, 2)}`, LEFT + 8, level - 5, "start", { class: "source" }));
      this.svg.append(...parts, this.drop, draw("path", { class: "loss", d: `M${line.join("L")}` }), this.point);
    }

    at(i) {
      return LEFT + ((RIGHT - LEFT) * i) / (this.steps.length - 1);
    }

    y(nats) {
      return BOTTOM - ((BOTTOM - TOP) * nats) / this.highest;
    }

    x(step) {
      const i = Math.max(1, this.steps.findIndex((one) => one >= step));
      const [from, to] = [this.steps[i - 1], this.steps[i]];
      const share = from ? Math.log(step / from) / Math.log(to / from) : step / to;
      return this.at(i - 1 + share);
    }

    /** Every other step has a name below the axis, and so have both ends. */
    isNamed(i) {
      return i === 0 || (this.steps.length - 1 - i) % 2 === 0;
    }

    show(i, { loss }) {
      const [x, y] = [this.at(i), this.y(loss)];
      this.point.setAttribute("cx", x);
      this.point.setAttribute("cy", y);
      this.drop.setAttribute("d", `M${x} ${y}V${BOTTOM}`);
      this.svg.setAttribute("aria-label", `The loss falls over the steps; here it is ${perCharacter(loss)}.`);
    }
  }

  /** The sentence, each character under its cost; a gray line marks what the exact source pays. */
  class Sentence {
    constructor({ sentence, source }) {
      this.tiles = [...sentence].map((character, t) => {
        const tile = make("span", { class: "training-tile", style: `--source-nats: ${source.nats[t]}` });
        if (source.nats[t] >= MARKED) tile.classList.add("is-marked");
        tile.append(make("span", {}, visible(character).replace("␣", "\u00a0")));
        return tile;
      });
      this.box = make("div", { class: "training-tiles", role: "img" });
      let word = make("span");
      this.tiles.forEach((tile, t) => {
        word.append(tile);
        if (sentence[t] === " " || t === sentence.length - 1) {
          this.box.append(word);
          word = make("span");
        }
      });
      this.characters = [...sentence];
    }

    show({ nats }) {
      this.tiles.forEach((tile, t) => tile.style.setProperty("--nats", nats[t]));
      const most = nats.map((_, t) => t).sort((a, b) => nats[b] - nats[a]).slice(0, 3);
      const named = most.map((t) => `${spoken(this.characters[t])} ${fixed(nats[t], 1)}`).join(", ");
      this.box.setAttribute("aria-label", `The costliest characters, in nats: ${named}.`);
    }
  }

  /** A bar for each character that can come next, always at its place; a gray line marks the exact probability. */
  class Bars {
    constructor({ alphabet, source }) {
      this.alphabet = [...alphabet];
      this.exact = source.next;
      this.svg = drawing(FLOOR + 18).svg;
      this.svg.classList.add("training-bars");
      const width = WIDTH / this.alphabet.length;
      this.bars = this.alphabet.map((_, i) => draw("rect", { class: "kept", x: i * width + 1.5, width: width - 3 }));
      const middle = (i) => (i + 0.5) * width;
      this.numbers = this.alphabet.map((_, i) => text("", Math.max(16, middle(i)), 0, "middle", { class: "p" }));
      const names = this.alphabet.map((character, i) => text(visible(character), middle(i), FLOOR + 14, "middle"));
      const exact = source.next.map((p, i) => (p > 0.005 ? `M${i * width} ${this.y(p)}h${width}` : "")).join("");
      const axis = draw("path", { class: "axis", d: `M0 ${FLOOR}H${WIDTH}` });
      this.svg.append(...this.bars, axis, draw("path", { class: "exact", d: exact }), ...this.numbers, ...names);
    }

    y(p) {
      return FLOOR - (FLOOR - 12) * Math.min(p / TALLEST, 1);
    }

    /** The likeliest characters with their probabilities. */
    best({ next }) {
      const order = next.map((_, i) => i).sort((a, b) => next[b] - next[a]);
      return order.slice(0, 2).map((i) => `${spoken(this.alphabet[i])} ${fixed(next[i], 2)}`).join(", ");
    }

    show(state) {
      state.next.forEach((p, i) => {
        this.bars[i].setAttribute("y", this.y(p));
        this.bars[i].setAttribute("height", FLOOR - this.y(p));
        this.numbers[i].setAttribute("y", this.y(Math.max(p, this.exact[i])) - 6);
        this.numbers[i].textContent = p >= SAID ? fixed(p, 2) : "";
      });
      this.svg.setAttribute("aria-label", `The likeliest: ${this.best(state)}.`);
    }
  }

  /** What the model writes; a word that the language does not have is underlined as a checker of spelling does. */
  function written({ text: sample, known }) {
    const parts = sample.replaceAll("\n", "↵").split(/([a-z]+)/);
    return parts.map((part, i) => (i % 2 && !known[(i - 1) / 2] ? make("u", {}, part) : part));
  }

  start("training", (live) => {
    const record = courseLM.figures.data.training;
    const { kept, source } = record;
    const last = kept.length - 1;
    const [curve, sentence, bars] = [new Curve(record), new Sentence(record), new Bars(record)];
    const slider = make("input", { type: "range", min: 0, max: last, step: 1, "aria-label": "step of training" });
    const play = button("Play", () => (playing ? stop() : begin()));
    const said = make("p", { class: "visually-hidden", role: "status" });
    const [now, loss, words, cost] = [0, 1, 2, 3].map(() => make("b"));
    const sample = make("p", { class: "training-text" });
    let playing = 0; // the timer, while it plays

    function show() {
      const state = kept[slider.value];
      for (const part of [sentence, bars]) part.show(state);
      curve.show(Number(slider.value), state);
      now.textContent = state.step;
      loss.textContent = fixed(state.loss, 2);
      words.textContent = `${sum(state.known)} of ${state.known.length}`;
      cost.textContent = fixed(mean(state.nats), 2);
      sample.replaceChildren(...written(state));
      slider.setAttribute("aria-valuetext", inWords(state));
    }

    function inWords(state) {
      const writes = `writes: ${state.text.replaceAll("\n", " ")}`;
      const expects = `after “${record.prefix}” it expects ${bars.best(state)}`;
      return `step ${state.step}: ${perCharacter(state.loss)}, ${writes}; ${expects}.`;
    }

    function begin() {
      if (Number(slider.value) === last) slider.value = 0;
      play.textContent = "Pause";
      playing = setInterval(() => {
        slider.value = Number(slider.value) + 1;
        show();
        if (Number(slider.value) === last) stop();
      }, PACE);
      show();
    }

    function stop() {
      clearInterval(playing);
      playing = 0;
      play.textContent = "Play";
      said.textContent = inWords(kept[slider.value]);
    }

    slider.addEventListener("input", () => {
      if (playing) stop();
      show();
    });
    const gray = (...parts) => make("span", { class: "training-source" }, ...parts);
    const label = (left, right) => make("div", { class: "training-label" }, make("p", {}, ...left), right);
    const paid = gray(`exact source ${fixed(mean(source.nats), 2)}`);
    const title = ["Update ", now, ": ", loss, " nats per character"];
    live.append(label(title, isCalm() ? "" : play), curve.svg, make("div", { class: "training-slider" }, slider));
    live.append(label(["It writes"], make("p", {}, words, " words are real")), sample);
    live.append(label(["For this sentence it pays ", cost, " nats a character"], paid), sentence.box);
    live.append(label(["After ", make("code", {}, record.prefix), " it expects"], gray("exact source")), bars.svg);
    live.append(said);
    slider.value = 0;
    show();
  });
})();
