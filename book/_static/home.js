// The home page that plays: the model of the book writes a sentence letter by letter, until the reader takes over.
//
// The page holds <section data-home data-text="the brave d"> with its line, its buttons and the empty keys. Of what a
// reader has not asked for, nothing moves while it is out of sight, after "Pause", or for one who wants less motion.
(() => {
  "use strict";
  const { courseLM } = globalThis;
  const { make, visible, spoken, bits, fixed, softmax, drawFrom, isCalm } = courseLM.base;
  const LONGEST = 71; // letters: with the line break before them, all that the model can read
  const FIRST = 500; // milliseconds before the first letter
  const LOOK = 450; // while the drawn letter is shown among the others
  const REST = 550; // before the next one
  const END = 2500; // after a sentence

  class Home {
    /**
     * @param {HTMLElement} host
     * @param {Model} model
     */
    constructor(host, model) {
      this.host = host;
      this.model = model;
      this.scorer = new courseLM.Scorer(model);
      this.opening = this.text = host.dataset.text;
      this.isPlaying = false;
      this.isTyping = false; // after a letter was typed, the space bar writes a space and presses no button
      this.isSeen = true;
      this.keys = new courseLM.Keys(this.part("keys"), model.alphabet, (id) => this.take(id));
      this.listen();
      this.draw();
      this.name();
    }

    part(name) {
      return this.host.querySelector(`[data-part="${name}"]`);
    }

    listen() {
      this.part("toggle").addEventListener("click", () => (this.isPlaying ? this.stop() : this.play(0)));
      this.part("draw").addEventListener("click", () => this.take(this.drawn()));
      this.part("back").addEventListener("click", () => this.back());
      this.host.addEventListener("pointerdown", ({ target }) => {
        this.isTyping = false;
        if (!target.closest("button, a")) this.stop();
      });
      document.addEventListener("keydown", (event) => this.type(event));
      document.addEventListener("keyup", (event) => {
        if (event.key === " " && this.isTyping) event.preventDefault(); // a button acts when the space bar comes up
      });
      new IntersectionObserver(([entry]) => (this.isSeen = entry.isIntersecting)).observe(this.part("line"));
      matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change", () => this.stop());
    }

    /** Begin to write after some milliseconds. */
    play(wait) {
      this.isPlaying = true;
      this.name();
      this.later(wait, () => this.draft());
    }

    stop() {
      this.isPlaying = false;
      clearTimeout(this.timer);
      this.name();
    }

    later(wait, then) {
      clearTimeout(this.timer);
      this.timer = setTimeout(then, wait);
    }

    /** Show which letter was drawn, and then write it. */
    draft() {
      if (!this.isSeen || document.hidden) {
        this.later(REST, () => this.draft());
        return;
      }
      if (this.isOver) this.clear();
      const id = this.drawn();
      this.keys.mark(id);
      this.later(LOOK, () => {
        this.write(id);
        this.later(this.isOver ? END : REST, () => this.draft());
      });
    }

    get isOver() {
      return this.text.endsWith("\n") || this.text.length >= LONGEST;
    }

    drawn() {
      return drawFrom(this.p, Math.random());
    }

    /** The reader writes a letter. */
    take(id) {
      this.stop();
      if (this.isOver) this.clear();
      const nats = -Math.log(this.p[id]);
      this.write(id);
      this.say(`${spoken(this.model.alphabet[id])}, ${fixed(bits(nats), 1)} bits.`);
    }

    write(id) {
      this.text += this.model.alphabet[id];
      this.draw();
    }

    clear() {
      this.text = "";
      this.draw();
    }

    /** Take the last letter back; where there is none, the opening returns. */
    back() {
      this.stop();
      this.text = this.text ? this.text.slice(0, -1) : this.opening;
      this.draw();
      this.say(this.text ? `“${this.text}”` : "Nothing is written.");
    }

    /** Write what is typed, where no other part of the page asks for it. */
    type(event) {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || !(this.host.contains(target) || this.isAlone(target))) return;
      const id = this.model.ids.get(key === "Enter" ? "\n" : key.toLowerCase());
      if (/^(Tab|Arrow.*|Home|End)$/.test(key)) this.isTyping = false;
      const acts = key !== " " && key !== "Enter"; // those two press buttons and scroll, unless a letter came before
      if (key === "Backspace") this.back();
      else if (id !== undefined && (acts || this.isTyping)) this.take(id);
      else return;
      this.isTyping = true;
      event.preventDefault();
    }

    /** Whether nothing has the focus, while this is in sight. */
    isAlone(target) {
      return target === document.body && this.isSeen;
    }

    /** Bring the page in line with the text. */
    draw() {
      const rows = this.scorer.rows(this.text);
      this.p = softmax(this.scorer.next(this.text));
      this.keys.show(this.p, null);
      const caret = make("span", { class: "home-caret" });
      const seen = make("span", { "aria-hidden": "true" }, ...rows.map(letter), caret);
      this.part("line").replaceChildren(seen, make("span", { class: "visually-hidden" }, this.text));
      const V = this.model.alphabet.length;
      const numbers = {
        bits: fixed(rows.reduce((sum, row) => sum + bits(row.nats), 0), 1),
        count: rows.length === 1 ? "1 character" : `${rows.length} characters`,
        flat: fixed(rows.length * Math.log2(V), 0),
        signs: V,
      };
      for (const [name, value] of Object.entries(numbers)) this.part(name).textContent = value;
    }

    /** Say on the buttons what they do now. */
    name() {
      this.part("toggle").textContent = this.isPlaying ? "Pause" : "Let it write";
      this.part("toggle").hidden = isCalm();
    }

    say(words) {
      this.part("say").textContent = words;
    }
  }

  /** A letter with a bar for its cost below it. */
  function letter({ character, nats }) {
    const shown = character === "\n" ? visible(character) : character;
    return make("span", { class: "home-letter", style: `--bits: ${bits(nats).toFixed(2)}` }, shown);
  }

  for (const host of document.querySelectorAll("[data-home]"))
    courseLM.load("toy").then((model) => {
      const home = new Home(host, model);
      if (!isCalm()) home.play(FIRST);
    });
})();
