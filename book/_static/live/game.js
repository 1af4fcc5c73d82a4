// You against the model: a hidden text, guessed letter by letter; both pay by the same rule, which stakes.js explains.
//
//   <div class="live-game"><div class="game-static">the rule in words, without scripts and on paper</div></div>
//
// An address that ends in #game:toy-57:41.2 hides sentence 57, for which somebody paid 41.2 bits. Needs base.js, the
// scripts that compute the live model (data, model, score, source, reading), stakes.js, puzzles.js, records.js,
// verdict.js and board.js.
(function () {
  "use strict";

  const { courseLM } = globalThis;
  const { puzzles, records, stakes, verdict } = courseLM;
  const NEAR = "300px"; // the model is loaded when the game is so near to the window
  const BYTE = 8; // bits

  const sum = (values) => values.reduce((a, b) => a + b, 0);

  class Game {
    /** @param {HTMLElement} host */
    constructor(host) {
      this.host = host;
      this.stake = 1;
      this.board = new courseLM.Board({
        press: (key) => this.press(key),
        choose: (stake) => this.choose(stake),
        playWord: () => this.move((round) => round.playWord()),
        show: () => this.move((round) => round.show()),
        begin: (id) => this.again(id),
        another: () => this.again(puzzles.randomId()),
      });
      host.prepend(this.board.element);
      host.classList.add("is-live"); // game.css now hides the rule in words
      this.choose(this.stake);
      this.drawRecords();
      addEventListener("hashchange", () => puzzles.readLink(location.hash) && this.follow());
    }

    /** The game is near: begin with what the address asks for, or with any sentence. */
    start() {
      if (puzzles.readLink(location.hash)) this.follow();
      else if (!this.asked) this.begin(puzzles.randomId());
    }

    /** Take what the address asks for, and go there. */
    follow() {
      const link = puzzles.readLink(location.hash);
      this.host.scrollIntoView();
      this.begin(link.id || puzzles.randomId(), link);
    }

    /** The reader wants another text. */
    async again(id) {
      await this.begin(id);
      this.board.field.focus({ preventScroll: true });
      if (this.host.getBoundingClientRect().top < 0) this.host.scrollIntoView();
    }

    /**
     * Hide a text.
     * @param {string} id
     * @param {{id: string|null, bits: number|null}|null} link the one that asks for it
     */
    async begin(id, link = null) {
      this.asked = id;
      try {
        const model = await courseLM.load(puzzles.languageOf(id));
        const source = model.name === "toy" ? await courseLM.ToySource.load() : null;
        if (this.asked === id) this.open(puzzles.puzzle(id, source), model, source, link);
      } catch (error) {
        this.board.said.textContent = error.message;
      }
    }

    open(puzzle, model, source, link) {
      const { text, start, language } = puzzle;
      const keys = puzzles.KEYS[language];
      const rows = new courseLM.Scorer(model).rows(text).slice(start);
      const p = rows.map(({ distribution }) => puzzles.fold(distribution, model.alphabet, keys));
      this.puzzle = puzzle;
      this.round = new stakes.Round([...text.slice(start).toLowerCase()], keys, p);
      this.exact = source && source.rows(text).slice(start).map(({ nats }) => courseLM.base.bits(nats)); // (T,)
      this.claim = this.sound(link);
      this.board.open(keys, source !== null);
      this.draw(verdict.welcome(link, this.claim, sum(this.round.letters.map((_, t) => this.round.modelCost(t)))));
    }

    /** What somebody says to have paid, if a round can cost that; else null. */
    sound(link) {
      const [least, most] = stakes.bounds(this.round);
      const isPossible = link && link.bits !== null && link.bits > least - 0.1 && link.bits < most + 0.1;
      return isPossible ? link.bits : null;
    }

    choose(stake) {
      this.stake = stake;
      this.board.drawStakes(stake);
    }

    /** A letter, or the number of a stake. */
    press(key) {
      if (stakes.STAKES[key - 1]) this.choose(key - 1);
      else if (this.round?.keys.includes(key)) this.move((round) => round.guess(key, this.stake));
    }

    /** Make a move, and tell what it came to. */
    move(make) {
      if (!this.round || this.round.isOver) return;
      const news = make(this.round);
      this.draw(verdict.sentence(news, this.round.nLeft));
      if (this.round.isOver) this.finish();
    }

    draw(said) {
      const { round } = this;
      this.board.draw(this.puzzle, round, said);
      this.board.drawScore({ you: round.you, model: round.model });
      if (this.exact) this.board.drawScore({ source: sum(this.exact.slice(0, round.at)) });
      this.pack();
    }

    /** The size of the same letters by gzip, unless there are more of them meanwhile; of no letters there is none. */
    async pack() {
      const { round, puzzle } = this;
      const letters = puzzle.text.slice(puzzle.start, puzzle.start + round.at);
      const packed = letters && (await courseLM.pack(letters, "deflate-raw"));
      const size = packed ? BYTE * packed.length : null;
      if (this.round === round && letters.length === round.at) this.board.drawScore({ rival: size });
      return size;
    }

    /** All letters are known. */
    async finish() {
      const { board, claim, exact, puzzle, round } = this;
      const isNew = !records.knows(puzzle.id);
      records.add(puzzle.id, round);
      this.drawRecords();
      const gzip = await this.pack();
      const source = exact && sum(exact);
      const address = location.href.split("#")[0] + puzzles.writeLink(puzzle.id, round.you);
      const hadFocus = board.element.contains(document.activeElement);
      board.end.replaceChildren(...verdict.show(puzzle, round, { source, gzip, claim, address, isNew }));
      board.show(false);
      if (hadFocus) board.end.firstChild.focus({ preventScroll: true }); // what had it is gone
    }

    drawRecords() {
      const forgotten = () => {
        this.drawRecords();
        this.board.another.focus({ preventScroll: true }); // the button is gone
      };
      this.board.records.replaceChildren(records.show(forgotten));
    }
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const { target } of entries.filter(({ isIntersecting }) => isIntersecting)) {
        near.unobserve(target);
        target.game.start();
      }
    },
    { rootMargin: NEAR },
  );
  for (const host of document.querySelectorAll(".live-game")) {
    host.game = new Game(host);
    // A link to a round comes from the top of the page, where the game is not yet near.
    if (puzzles.readLink(location.hash)) host.game.start();
    else near.observe(host);
  }
})();
