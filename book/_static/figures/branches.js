// A tree of continuations: every branch is a character, and as wide as the probability that a text goes on by it. The
// branches out of one node share its width among them, so a width is the product of the probabilities along the path.
courseLM.branches = (() => {
  "use strict";
  const FEW = 5; // branches of a node that are drawn one by one, before someone asks for more
  const LEAST = 0.01; // of its node: what less probable branches would have to be to be among them
  const THIN = 0.005; // a rest below this share is drawn, and not named
  const SURE = 0.9; // opening a branch runs on along continuations at least as probable
  const LONGEST = 12; // characters on one run
  const [PITCH, LABEL] = [42, 24]; // pixels from one character to the next, and of a character
  const [FULL, ROW, MARGIN] = [120, 26, 12]; // pixels of a width of 1, at least of a row, and around everything

  /** A character that may come, after all those on the way to it; the trunk has none and is 1 wide. */
  class Branch {
    /**
     * @param {?Branch} parent
     * @param {string} text the whole text up to here
     * @param {string} character its last one
     * @param {number} p the probability of the character, given all before it
     */
    constructor(parent, text, character, p) {
      Object.assign(this, { parent, text, character, p });
      this.width = parent ? parent.width * p : 1;
      this.nats = parent ? parent.nats - Math.log(p) : 0; // the sum of the costs along the path
      this.depth = parent ? parent.depth + 1 : 0;
      this.isOpen = false;
      this.all = null; // all branches out of it, the widest first, once someone asked
    }

    /**
     * Find the branches out of this one.
     * @param {(text: string) => Map<string, number>} next the probabilities of what comes after a text
     */
    grow(next) {
      if (this.all) return;
      const found = [...next(this.text)].filter(([, p]) => p > 0).sort(([, p], [, q]) => q - p);
      this.all = found.map(([character, p]) => new Branch(this, this.text + character, character, p));
      const probable = this.all.filter(({ p }) => p >= LEAST).length;
      this.nShown = Math.min(Math.max(probable, 1), FEW);
    }

    /** Draw some more branches of this node one by one. */
    showMore(n = FEW) {
      this.nShown = Math.min(this.nShown + n, this.all.length);
    }

    /** What is drawn out of an open node, from top to bottom: single branches, and one for all the rest. */
    get drawn() {
      if (!this.isOpen) return [];
      const left = this.all.slice(this.nShown);
      const p = left.reduce((sum, branch) => sum + branch.p, 0);
      this.rest = Object.assign(this.rest || { isRest: true, parent: this, depth: this.depth + 1, drawn: [] }, {
        p,
        width: this.width * p,
        n: left.length,
        isThin: p < THIN,
      });
      return [...this.all.slice(0, this.nShown), ...(left.length ? [this.rest] : [])];
    }

    /** The branches from the trunk's first to this one. */
    get path() {
      return this.parent ? [...this.parent.path, this] : [];
    }
  }

  /** Open a branch, and the likeliest one out of it for as long as hardly anything else can come. */
  function open(branch, next) {
    for (let at = branch, n = 0; n < LONGEST; n++) {
      at.grow(next);
      at.isOpen = true;
      [at] = at.all;
      if (at.p < SURE || at.character === "\n") return;
    }
  }

  /**
   * Open the widest branches, one after the other, as long as there is room.
   * @param {number} height pixels
   * @param {number} depth characters
   */
  function fill(trunk, next, height, depth) {
    const tried = new Set([trunk]);
    trunk.grow(next);
    trunk.isOpen = true;
    for (;;) {
      const ends = layout(trunk).places.map(({ branch }) => branch).filter((one) => !one.isRest && !tried.has(one));
      const near = ends.filter((one) => one.depth < depth && one.character !== "\n");
      if (!near.length) return;
      const widest = near.reduce((a, b) => (b.width > a.width ? b : a));
      tried.add(widest);
      widest.grow(next);
      widest.isOpen = true;
      widest.isOpen = layout(trunk).height <= height;
    }
  }

  /**
   * Where everything is drawn. A branch that ends gets a row to itself; one that goes on stands where its branches
   * pull it, the wide ones more.
   * @param {Branch} trunk
   * @returns {{places: {branch, y, thick, begin}[], height: number}} in pixels; y: the middle; begin: where on its
   *   parent's end a branch leaves it, from the parent's middle on
   */
  function layout(trunk) {
    const places = [];
    let y = MARGIN;

    function put(branch, begin) {
      const place = { branch, begin, thick: branch.width * FULL, y: 0 };
      places.push(place);
      const top = y;
      if (branch.isThin) return (place.y = top - 4); // it takes no row
      let at = -place.thick / 2;
      let pull = 0;
      for (const child of branch.drawn) {
        pull += child.p * put(child, at);
        at += child.width * FULL;
      }
      const own = Math.max(ROW, place.thick + 10);
      place.y = branch.drawn.length ? pull : top + own / 2;
      y = Math.max(y, top + own);
      return place.y;
    }

    put(trunk, 0);
    return { places, height: y + MARGIN };
  }

  /** Where a branch begins to run straight. */
  const left = (branch) => MARGIN + branch.depth * PITCH;

  /** The outline of a branch: from its place at its parent's end, in a curve, to where its character stands. */
  function outline({ y, thick, begin, branch }, parent) {
    if (branch.isThin && thick < 0.5) return "";
    const half = Math.max(thick, 1) / 2; // a named branch is never invisible
    const x = left(branch);
    const end = x + LABEL;
    if (!parent) return `M${x} ${y - half}L${end} ${y - half}L${end} ${y + half}L${x} ${y + half}Z`;
    const from = parent.y + begin + thick / 2;
    const [away, middle] = [x - PITCH + LABEL, x - (PITCH - LABEL) / 2];
    const curve = (a, b, side) => `C${middle} ${a + side} ${middle} ${b + side} `;
    return (
      `M${away} ${from - half}${curve(from, y, -half)}${x} ${y - half}L${end} ${y - half}` +
      `L${end} ${y + half}L${x} ${y + half}${curve(y, from, half)}${away} ${from + half}Z`
    );
  }

  return { PITCH, MARGIN, ROW, Branch, open, fill, layout, outline, left };
})();
