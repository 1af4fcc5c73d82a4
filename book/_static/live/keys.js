/*
 * The keys: a bar for every letter that could come next, as high as its probability, and each a button that writes it.
 * Needs base.js and keys.css.
 *
 *   const keys = new courseLM.Keys(host, model.alphabet, (id, character) => write(character));
 *   keys.show(p, exact, id); // after every change of the text
 *   keys.mark(id);           // a letter was drawn
 *
 * Where there is room, every letter has a place of its own, so that only heights change. In a narrow column, and for an
 * alphabet of more than MOST_COLUMNS, the places belong to ranks instead: the likeliest comes first.
 */
(function () {
  "use strict";

  const { courseLM } = globalThis;
  const { make, visible, spoken, write } = courseLM.base;
  const ROWS = 6; // in a narrow column
  const RANKED_COLUMNS = 12; // of a large alphabet in a wide one
  const MOST_COLUMNS = 32; // letters that can have a place each
  const NARROW = 720; // pixels: below it, rows, since 29 columns would be too narrow for a finger
  const FAINT = 0.02; // a column below this says its number only when asked
  const KINDS = [/\p{L}/u, / /, /[^\n]/, /\n/]; // of characters, in the order in which they stand
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

  class Keys {
    /**
     * @param {HTMLElement} host an empty element
     * @param {Iterable<string>} alphabet the characters; the place of one is its id
     * @param {(id: number, character: string) => void} onChoose called when the reader chooses one
     */
    constructor(host, alphabet, onChoose) {
      this.host = host;
      this.alphabet = Array.from(alphabet);
      this.onChoose = onChoose;
      this.order = inReadingOrder(this.alphabet); // ids
      this.isLarge = this.alphabet.length > MOST_COLUMNS;
      this.places = Array.from({ length: this.isLarge ? RANKED_COLUMNS : this.alphabet.length }, place);
      this.ids = []; // of the letter at each place
      this.at = 0; // the place that the Tab key reaches
      host.classList.add("keys");
      host.setAttribute("role", "toolbar");
      host.setAttribute("aria-label", "What could come next. Choose a letter to write it.");
      host.replaceChildren(...this.places.map(({ button }) => button));
      host.addEventListener("click", (event) => this.choose(event.target));
      host.addEventListener("keydown", (event) => this.step(event));
      this.isNarrow = isNarrow(host);
      new ResizeObserver(() => this.resize()).observe(host);
    }

    /**
     * @param {ArrayLike<number>} p (V,) the model's probabilities
     * @param {ArrayLike<number>|null} exact (V,) those of the exact source, if there is one
     * @param {number} [id] the letter that did come here
     */
    show(p, exact, id) {
      Object.assign(this, { p, exact, came: id ?? -1 });
      this.draw();
    }

    /** Color the letter that was just drawn, until the next call of show. */
    mark(id) {
      this.came = id;
      this.draw();
    }

    resize() {
      if (this.isNarrow === isNarrow(this.host)) return;
      this.isNarrow = !this.isNarrow;
      if (this.p) this.draw();
    }

    /** Bring the page in line with the numbers and the width. */
    draw() {
      this.host.classList.toggle("is-narrow", this.isNarrow);
      this.host.setAttribute("aria-orientation", this.isNarrow ? "vertical" : "horizontal");
      this.ids = this.shown();
      this.host.style.setProperty("--places", this.ids.length);
      this.places.forEach((place, i) => {
        place.button.hidden = i >= this.ids.length;
        if (i < this.ids.length) this.fill(place, this.ids[i]);
      });
      this.reach(Math.min(this.at, this.ids.length - 1));
    }

    /** The ids at the places: all, or the likeliest and, in the last place, the one that came. */
    shown() {
      if (!this.isNarrow && !this.isLarge) return this.order;
      const n = this.isNarrow ? ROWS : RANKED_COLUMNS;
      const best = [...this.order].sort((a, b) => this.p[b] - this.p[a]).slice(0, n);
      if (this.came >= 0 && !best.includes(this.came)) best[n - 1] = this.came;
      return best;
    }

    fill({ button, name, share }, id) {
      const [p, exact, came] = [this.p[id], this.exact?.[id] ?? 0, id === this.came];
      write(name, visible(this.alphabet[id]));
      write(share, short(p));
      button.style.setProperty("--p", p.toFixed(4));
      button.style.setProperty("--exact", exact.toFixed(4));
      button.classList.toggle("is-faint", p < FAINT);
      button.classList.toggle("has-exact", exact > 0);
      button.classList.toggle("is-come", came);
      const said = [spoken(this.alphabet[id]), `probability ${long(p)}`];
      if (this.exact) said.push(`exactly ${long(exact)}`);
      if (came) said.push("which came");
      button.setAttribute("aria-label", said.join(", "));
    }

    choose(target) {
      const i = this.places.findIndex(({ button }) => button.contains(target));
      if (i < 0) return;
      this.reach(i);
      this.onChoose(this.ids[i], this.alphabet[this.ids[i]]);
    }

    step(event) {
      const by = STEPS[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.reach(Math.max(0, Math.min(this.ids.length - 1, this.at + by)));
      this.places[this.at].button.focus();
    }

    /** Let the Tab key reach one place and no other. */
    reach(i) {
      this.at = i;
      this.places.forEach(({ button }, j) => (button.tabIndex = j === i ? 0 : -1));
    }
  }

  /** A button with what changes in it; it stays hidden until there are probabilities. */
  function place() {
    const name = make("span", { class: "key-name" });
    const share = make("span", { class: "key-share" });
    const parts = [make("span", { class: "key-bar" }), make("span", { class: "key-exact" }), share];
    const well = make("span", { class: "key-well" }, ...parts);
    return { button: make("button", { type: "button", class: "key", hidden: "" }, well, name), name, share };
  }

  const isNarrow = (host) => host.clientWidth < NARROW;

  /** Ids: letters, then the space and other signs, and the line break last. */
  function inReadingOrder(alphabet) {
    const rank = (id) => KINDS.findIndex((kind) => kind.test(alphabet[id]));
    return Array.from(alphabet.keys()).sort((a, b) => rank(a) - rank(b) || a - b);
  }

  /** A probability beside its bar. */
  function short(p) {
    if (p > 0 && p < 0.005) return "< 0.01";
    return p > 0.995 && p < 1 ? "> 0.99" : p === 0 ? "0" : p.toFixed(2);
  }

  /** The same as a screen reader says it. */
  function long(p) {
    if (p > 0 && p < 0.0005) return "less than 0.001";
    return p > 0.9995 && p < 1 ? "more than 0.999" : p.toFixed(3);
  }

  Object.assign(courseLM, { Keys });
})();
