// The board of the game "you against the model": what stands on the page while a text is guessed. It draws a round and
// passes on what the reader presses; game.js decides. Needs base.js, stakes.js and puzzles.js.
(function () {
  "use strict";

  const { courseLM } = globalThis;
  const { button, fixed, make, spoken, visible } = courseLM.base;
  const PAYERS = { you: "you", model: "the model", source: "exact source", rival: "gzip" };

  class Board {
    /**
     * @param {Object} does what happens: press(key), choose(stake), playWord(), show(), begin(id), another()
     */
    constructor(does) {
      this.does = does;
      this.score = make("dl", { class: "game-score simple" }, ...Object.entries(PAYERS).map(score));
      this.known = make("p", { class: "game-known", id: "game-known" });
      this.said = make("p", { class: "game-said", role: "status" });
      this.field = make("input", {
        type: "text",
        placeholder: "?",
        inputmode: "none", // the letters are below: a phone need not bring its keyboard
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        "aria-label": "Your guess: type a letter, or 1, 2 or 3 for the stake",
        "aria-describedby": "game-known",
      });
      this.words = make("span", { class: "game-words", "aria-hidden": "true" });
      this.word = make("span", { class: "game-words", "aria-hidden": "true" }); // the last one, beside the field
      this.stakes = courseLM.stakes.STAKES.map((stake, i) => stakeButton(stake, () => does.choose(i)));
      this.keys = make("div", { class: "game-keys", role: "group", "aria-label": "Letters" });
      this.panel = make(
        "div",
        { class: "game-panel" },
        make(
          "fieldset",
          {},
          make("legend", {}, "How sure are you? (bits if right, or if wrong)"),
          make("div", { class: "game-stakes" }, ...this.stakes),
        ),
        this.keys,
        make(
          "p",
          { class: "game-helps" },
          button("Let the model play this word", does.playWord),
          button("No idea, show it", does.show),
        ),
      );
      this.end = make("div", { class: "game-end", hidden: "" });
      this.another = button("Another sentence", does.another);
      this.records = make("div");
      this.element = make(
        "section",
        { class: "game-board", "aria-label": "You against the model" },
        make("p", { class: "game-quiet" }, "Bits paid so far; the fewest win"),
        this.score,
        this.known,
        make("div", { class: "game-line" }, this.words, make("span", { class: "game-word" }, this.word, this.field)),
        this.said,
        make("div", { class: "game-below" }, this.panel, this.end),
        make(
          "div",
          { class: "game-others" },
          this.another,
          lines(does.begin),
          this.records,
        ),
      );
      this.listen();
    }

    listen() {
      this.field.addEventListener("input", () => {
        const typed = this.field.value.toLowerCase();
        this.field.value = "";
        this.does.press(typed.slice(-1));
      });
      // Letters can also be typed while a button of the game has the focus. A space presses that button.
      this.panel.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1 || event.key === " ") return;
        event.preventDefault();
        this.field.focus({ preventScroll: true });
        this.does.press(event.key.toLowerCase());
      });
      this.keys.addEventListener("click", (event) => {
        const key = event.target.closest("button");
        if (!key) return;
        if (event.pointerType === "mouse") this.field.focus({ preventScroll: true }); // so that a space can be typed
        this.does.press(key.dataset.letter);
      });
      this.keys.addEventListener("keydown", (event) => this.move(event));
    }

    /** The arrows go from key to key, of which one alone can be reached with Tab. */
    move(event) {
      const keys = [...this.keys.children];
      const nColumns = getComputedStyle(this.keys).gridTemplateColumns.split(" ").length;
      const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -nColumns, ArrowDown: nColumns };
      const to = keys[keys.indexOf(event.target) + steps[event.key]];
      if (event.key in steps) event.preventDefault();
      if (!to) return;
      keys.forEach((key) => key.setAttribute("tabindex", key === to ? 0 : -1));
      to.focus();
    }

    /** A new round: its letters, and whether there is an exact source. */
    open(letters, hasSource) {
      this.keys.replaceChildren(...letters.map(letterKey));
      this.score.classList.toggle("has-source", hasSource);
      this.show(true);
    }

    /** Show what is needed while a round is played, or else what stands at its end. */
    show(isPlaying) {
      this.panel.hidden = this.field.hidden = !isPlaying;
      this.end.hidden = isPlaying;
    }

    /**
     * @param {Object} puzzle
     * @param {Round} round
     * @param {(string|Node)[]} said
     */
    draw({ text, start }, round, said) {
      const seen = text.slice(0, start + round.at);
      const tiles = [...seen].map((character, i) => tile(character, round, i - start));
      // The field must not move in the document, or it would lose the focus: words that are over go before it.
      const split = round.isOver ? tiles.length : seen.lastIndexOf(" ") + 1;
      this.words.replaceChildren(...inWords(tiles.slice(0, split), seen));
      this.word.replaceChildren(...tiles.slice(split));
      this.known.textContent = `So far: ${seen}`;
      this.said.replaceChildren(...said);
      for (const key of this.keys.children) key.classList.toggle("is-tried", round.tried.includes(key.dataset.letter));
    }

    drawStakes(chosen) {
      this.stakes.forEach((element, i) => element.setAttribute("aria-pressed", i === chosen));
    }

    /** Bits, by who pays them, null where there are none; who is left out is not drawn again. */
    drawScore(bits) {
      for (const [kind, total] of Object.entries(bits)) {
        this.score.querySelector(`.is-${kind} dd`).textContent =
          total === null ? "–" : fixed(total, kind === "rival" ? 0 : 1);
      }
    }
  }

  function score([kind, name]) {
    return make("div", { class: `is-${kind}` }, make("dt", {}, name), make("dd", {}, "–"));
  }

  function stakeButton({ share, written, name }, onclick) {
    const { rightCost, wrongCost } = courseLM.stakes;
    const [right, wrong] = [rightCost(share), wrongCost(share)].map((bits) => String(Number(bits.toFixed(2))));
    const element = button("", onclick);
    element.setAttribute("aria-label", `${name}, ${written}: costs ${right} bits if right, ${wrong} bits if wrong`);
    element.append(make("span", {}, `${name} `, make("b", {}, written)));
    element.append(make("small", {}, `${right} or ${wrong}`));
    return element;
  }

  function letterKey(letter, i) {
    const tabindex = i === 0 ? 0 : -1;
    const attributes = { type: "button", "data-letter": letter, "aria-label": spoken(letter), tabindex };
    return make("button", attributes, visible(letter));
  }

  /** A letter that is known, and above it what both paid for it; t counts from the first that is paid for. */
  function tile(character, round, t) {
    const bar = (kind, bits) => make("i", { class: `is-${kind}`, style: `--bits: ${bits}` });
    const bars = t < 0 ? [] : [bar("you", round.paid[t]), bar("model", round.modelCost(t))];
    const letter = make("span", { class: t < 0 ? "is-free" : "" }, character);
    return make("span", { class: "game-tile" }, make("span", { class: "game-pair" }, ...bars), letter);
  }

  /** Tiles in words, so that lines break between them. */
  function inWords(tiles, seen) {
    const words = [];
    tiles.forEach((element, i) => {
      if (i === 0 || seen[i - 1] === " ") words.push(make("span", { class: "game-word" }));
      words[words.length - 1].append(element);
    });
    return words;
  }

  /** Lines of Shakespeare to choose from. */
  function lines(begin) {
    const line = ({ from }, i) => make("li", {}, button(from, () => begin(`shakespeare-${i + 1}`)));
    const summary = make("summary", {}, "A line of Shakespeare instead");
    return make("details", {}, summary, make("ol", {}, ...courseLM.puzzles.LINES.map(line)));
  }

  Object.assign(courseLM, { Board });
})();
