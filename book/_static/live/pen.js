/*
 * The buttons that let the model write: one letter, or letter after letter until somebody interferes. Needs base.js.
 */
(function () {
  "use strict";

  const { base, parts } = globalThis.courseLM;
  const CHOOSING_MS = 220; // the bar that was drawn is marked for so long before it is written
  const READING_MS = 280; // and then there is so much time to look at what comes next
  const AT_ONCE = 400; // characters that it writes without being asked again

  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  class Pen {
    /**
     * @param {HTMLElement} tools where the buttons are put, in front
     * @param {{ready: function(): Promise, draw: function(): number|null, write: function(number)}} hand ready waits
     *   until the text has been read; draw finds the id of the next character, or null where none can be written, and
     *   marks it; write appends it
     */
    constructor(tools, hand) {
      this.hand = hand;
      this.turn = 0; // grows when the writing is interrupted
      this.keep = base.button("", () => (this.isWriting ? this.stop() : this.start()));
      this.stop();
      tools.prepend(base.button("Write a letter", () => this.one()), this.keep);
    }

    async one() {
      this.stop();
      const turn = this.turn;
      await this.hand.ready();
      if (turn !== this.turn) return;
      const id = this.hand.draw();
      if (id !== null) this.hand.write(id);
    }

    async start() {
      this.show(true);
      const turn = ++this.turn;
      for (let n = 0; n < AT_ONCE; n++) {
        await this.hand.ready();
        if (turn !== this.turn) return;
        const id = this.hand.draw();
        if (id === null) break;
        await wait(CHOOSING_MS);
        if (turn !== this.turn) return;
        this.hand.write(id);
        await wait(READING_MS);
        if (turn !== this.turn) return;
      }
      this.stop();
    }

    /** The reader does something else. */
    stop() {
      this.turn += 1;
      this.show(false);
    }

    show(isWriting) {
      this.isWriting = isWriting;
      this.keep.textContent = isWriting ? "Pause ⏸\ufe0e" : "Keep writing ▶\ufe0e";
    }
  }

  Object.assign(parts, { Pen });
})();
