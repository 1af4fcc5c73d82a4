/*
 * The text of the live model as its reader edits it: a text box whose letters stand in a mirror below it, each under a
 * bar as high as its cost. The caret asks about the letter that follows it; a click or the mouse asks about a letter.
 * Needs base.js and parts.js.
 */
(function () {
  "use strict";

  const { courseLM } = globalThis;
  const { bits, make } = courseLM.base;
  const LONG = 150; // signs; a longer text stands in smaller letters
  const RUN = 50; // signs that stand together: a new one makes the browser style those anew that stand beside it

  class Tiles {
    /**
     * @param {HTMLElement} box
     * @param {string} answer the id of the element that answers what is asked
     * @param {{onEdit: function(string), onAsk: function(number), onPoint: function(number)}} told about a new text, the
     *   number of a sign that is asked about (that of the end, after the last one), and one that the mouse points at
     *   (-1 for none)
     */
    constructor(box, answer, told) {
      Object.assign(this, { box, told, signs: [], tiles: [], asked: 0, hit: -1 });
      this.area = make("textarea", {
        "aria-label": "Your text",
        "aria-describedby": answer,
        autocapitalize: "off",
        autocomplete: "off",
        autocorrect: "off",
        placeholder: "Type something",
        rows: 1,
        spellcheck: "false",
      });
      this.end = make("span", { class: "live-end" });
      this.beyond = make("span", { class: "is-beyond" });
      this.mirror = make("div", { class: "live-mirror", "aria-hidden": "true" }, this.end, this.beyond);
      box.append(this.mirror, this.area);
      this.listen();
    }

    listen() {
      const { area } = this;
      area.addEventListener("input", () => this.told.onEdit(area.value));
      area.addEventListener("click", (event) => this.click(event));
      area.addEventListener("pointermove", (event) => this.point(event));
      area.addEventListener("pointerleave", () => this.told.onPoint(-1));
      document.addEventListener("selectionchange", () => document.activeElement === area && this.followCaret());
    }

    /** Put another text into the box, with the caret at its end. */
    write(text) {
      this.area.value = text;
      this.area.setSelectionRange(text.length, text.length);
    }

    /** The number of the sign after the caret. */
    get atCaret() {
      const caret = this.area.selectionStart;
      const i = this.signs.findIndex((sign) => sign.begin >= caret);
      return i < 0 ? this.signs.length : i;
    }

    /** A click on the right half of a letter puts the caret behind it, and yet it asks about this letter. */
    click(event) {
      const i = this.area.selectionStart === this.area.selectionEnd ? this.tileAt(event) : -1;
      this.hit = i < 0 ? -1 : this.area.selectionStart;
      this.told.onAsk(i < 0 ? this.atCaret : i);
    }

    followCaret() {
      if (this.area.selectionStart === this.hit) return;
      this.hit = -1;
      this.told.onAsk(this.atCaret);
    }

    point(event) {
      if (event.pointerType === "mouse" && event.buttons === 0) this.told.onPoint(this.tileAt(event));
    }

    /** The number of the sign below the mouse, or -1. */
    tileAt({ clientX, clientY }) {
      return this.tiles.indexOf(document.elementsFromPoint(clientX, clientY).find((one) => one.matches(".live-tile")));
    }

    /**
     * Draw a text. What stays of the one before keeps its tiles, also until it is read anew.
     * @param {{signs: Sign[], beyond: string}} text
     */
    draw({ signs, beyond }) {
      const isSame = (old, now) => old.text === now.text && (old.character === null) === (now.character === null);
      const [before, now] = [this.signs, signs];
      const shorter = Math.min(before.length, now.length);
      let head = 0;
      while (head < shorter && isSame(before[head], now[head])) head += 1;
      let tail = 0;
      while (tail < shorter - head && isSame(before.at(-1 - tail), now.at(-1 - tail))) tail += 1;
      const fresh = now.slice(head, now.length - tail).map(tile);
      const gone = this.tiles.splice(head, before.length - tail - head, ...fresh);
      gone.forEach((one) => one.remove());
      const next = this.tiles[head + fresh.length];
      if (next) next.before(...fresh);
      else fresh.forEach((one) => this.lastRun().append(one));
      const isOnNewLine = now.length === 0 || now.at(-1).text === "\n";
      this.end.textContent = isOnNewLine && !beyond ? "\u200b" : ""; // something that makes the line high
      this.beyond.textContent = beyond;
      this.signs = signs;
      this.box.classList.toggle("is-long", signs.length > LONG);
    }

    /** Where the next sign at the end is put. */
    lastRun() {
      let run = this.end.previousElementSibling;
      if (!run || run.childElementCount >= RUN) this.end.before((run = make("span")));
      return run;
    }

    /** Put what was read above the letters. */
    price(rows) {
      this.signs.forEach(({ character, place }, i) => {
        const row = character === null ? undefined : rows[place];
        const one = this.tiles[i];
        if (!row || one.nats === row.nats && one.impossible === row.impossible) return;
        Object.assign(one, { nats: row.nats, impossible: row.impossible });
        one.style.setProperty("--bits", bits(row.nats).toFixed(2));
        one.classList.toggle("is-impossible", row.impossible);
      });
    }

    /** Mark the sign that is asked about. */
    mark(i) {
      this.mirror.querySelector(".is-at")?.classList.remove("is-at");
      this.asked = i;
      (this.tiles[i] ?? this.end).classList.add("is-at");
    }

    /** Bring the marked sign into the box, if the text is so long that it scrolls. */
    reveal() {
      const { box } = this;
      if (box.scrollHeight <= box.clientHeight) return;
      const [outer, inner] = [box, this.tiles[this.asked] ?? this.end].map((one) => one.getBoundingClientRect());
      if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
      if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
    }
  }

  function tile({ text, character }) {
    if (text === "\n") return make("span", { class: "live-tile is-break" }, text);
    return make("span", { class: `live-tile${character === null ? " is-skipped" : ""}` }, text);
  }

  Object.assign(courseLM.parts, { Tiles });
})();
