// One control for a row of letters: the reader moves along them with the arrow keys, by pointing, or by dragging a
// finger. Letters stay as narrow as in a text, since not each of them has to be hit. Needs base.js.
(() => {
  "use strict";

  /**
   * Letters are elements inside the row with their place in data-at, counted from 0; the arrow keys go from `first` to
   * `last`. The mouse shows the letter below it, and chooses it by a click.
   */
  class Along {
    /**
     * @param {HTMLElement} row
     * @param {string} label what one chooses
     * @param {(at: number) => void} onShow is told the place to be shown
     */
    constructor(row, label, onShow) {
      Object.assign(this, { row, onShow, at: 0, first: 0, last: 0, shown: 0 });
      row.setAttribute("role", "slider");
      row.setAttribute("tabindex", "0");
      row.setAttribute("aria-label", label);
      row.setAttribute("aria-valuenow", 0); // until the text is there
      row.addEventListener("keydown", (event) => this.step(event));
      row.addEventListener("pointermove", (event) => {
        const isMoved = event.movementX !== 0 || event.movementY !== 0; // and not the page below a mouse at rest
        if (isMoved) this.point(event, event.pointerType !== "mouse");
      });
      row.addEventListener("pointerdown", (event) => this.point(event, true));
      row.addEventListener("pointerleave", () => this.show(this.at));
    }

    /** Say which places there are, and choose one. `name` says a place in words. */
    range(first, last, at, name) {
      Object.assign(this, { first, last, name });
      this.row.setAttribute("aria-valuemin", first);
      this.row.setAttribute("aria-valuemax", last);
      this.choose(at);
    }

    choose(at) {
      this.at = Math.max(this.first, Math.min(this.last, at));
      this.row.setAttribute("aria-valuenow", this.at);
      this.row.setAttribute("aria-valuetext", this.name(this.at));
      this.show(this.at, true);
    }

    show(at, isNew = at !== this.shown) {
      this.shown = at;
      if (isNew) this.onShow(at);
    }

    step(event) {
      const [back, on] = [this.at - 1, this.at + 1];
      const aims = { ArrowLeft: back, ArrowDown: back, ArrowRight: on, ArrowUp: on, Home: this.first, End: this.last };
      if (!(event.key in aims)) return;
      event.preventDefault();
      this.choose(aims[event.key]);
    }

    /** A finger that moves is held by the letter where it began, so look at what lies below it. */
    point({ clientX, clientY }, isChosen) {
      const below = document.elementFromPoint(clientX, clientY)?.closest("[data-at]");
      if (!below || !this.row.contains(below)) return;
      const at = Number(below.dataset.at);
      if (at < this.first || at > this.last) return;
      if (isChosen) this.choose(at);
      else this.show(at);
    }
  }

  Object.assign(courseLM, { Along });
})();
