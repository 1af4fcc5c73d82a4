/*
 * A text as a row of tiles, one a character, in the color of its cost; the reader moves along it with the mouse, the
 * finger or the arrow keys. The last tile stands for the character that comes next. Needs parts.js.
 */
(function () {
  "use strict";

  const { parts } = globalThis.courseLM;
  const STRONGEST_BITS = 8; // a character that cost this much has the strongest color and the thickest line
  const LEGEND = [["0", 0], ["½", 0.5], ["1", 1], ["2", 2], ["4", 4], ["8 or more", 8]]; // in bits
  const WORD_END = '</span><span class="live-word" role="none">';
  const LINE_END = `</span><span class="live-line-end" role="none">${WORD_END}`;

  /** The color and the line of a cost in bits, for the rule of `.live-tile` in live.css. */
  function shade(bits) {
    const shown = Math.min(bits, STRONGEST_BITS);
    return `--bits: ${shown.toFixed(2)}; --strength: ${Math.sqrt(shown / STRONGEST_BITS).toFixed(2)}`;
  }

  /** Which shade is which cost, as HTML. */
  function legend() {
    const sample = ([label, bits]) => `<span><i class="live-tile" style="${shade(bits)}"></i>${label}</span>`;
    return `<span>Cost in bits:</span>${LEGEND.map(sample).join("")}`;
  }

  function tile(at, label, look, shown, style = "") {
    return (
      `<span class="live-tile ${look}" role="option" aria-selected="false" tabindex="-1" data-at="${at}"` +
      ` aria-label="${label}" style="${style}">${shown}</span>`
    );
  }

  /** The tile of a character; its row is missing before the model is there. */
  function characterTile(character, row, at) {
    const name = parts.escaped(parts.spoken(character));
    const shown = character === " " ? "&nbsp;" : parts.visible(character);
    if (!row) {
      return tile(at, name, "", shown);
    }
    const bits = parts.inUnit(row.nats, "bits");
    const label = `${name}, probability ${parts.probability(row.p)}, ${bits.toFixed(2)} bits`;
    const look = `${row.impossible ? "impossible" : ""} ${row.opensWindow ? "window" : ""}`;
    return tile(at, label, look, shown, shade(bits));
  }

  /** All tiles of a text, as HTML; those of a word stay together, and a line break ends a line. */
  function html(characters, rows) {
    const all = characters.map((character, t) => {
      const end = { " ": WORD_END, "\n": LINE_END }[character] || "";
      return characterTile(character, rows[t], t + 1) + end;
    });
    const next = tile(characters.length + 1, "what comes next", "next", "?");
    return `<span class="live-word" role="none">${all.join("")}${next}</span>`;
  }

  /** The tiles in their box. One is always selected: it is the one that the Tab key reaches. */
  class Tiles {
    /**
     * @param {HTMLElement} box
     * @param {string} detail the id of the element that describes the selected tile
     * @param {function(number)} onSelect is told the number of a tile, from 1, when the reader selects it
     * @param {function(number)} onPoint the same when the mouse points at one; 0 when it leaves
     */
    constructor(box, detail, onSelect, onPoint) {
      Object.assign(this, { box, detail, onSelect });
      const place = (event) => Number(event.target.dataset.at || 0);
      box.addEventListener("pointerover", (event) => event.pointerType === "mouse" && onPoint(place(event)));
      box.addEventListener("pointerleave", () => onPoint(0));
      box.addEventListener("click", (event) => place(event) && this.choose(place(event)));
      box.addEventListener("keydown", (event) => this.step(event));
    }

    /** Draw a text with the tile `at` selected; if a tile had the focus, the selected one has it now. */
    draw(characters, rows, at) {
      const hadFocus = this.box.contains(document.activeElement);
      this.box.innerHTML = html(characters, rows);
      this.last = characters.length + 1;
      this.mark(at);
      if (hadFocus) {
        this.focus();
      }
    }

    /** Select a tile without telling. */
    mark(at) {
      this.selected?.setAttribute("aria-selected", "false");
      this.selected?.removeAttribute("aria-describedby");
      this.selected?.setAttribute("tabindex", "-1");
      this.at = at;
      this.selected = this.box.querySelector(`[data-at="${at}"]`);
      this.selected.setAttribute("aria-selected", "true");
      this.selected.setAttribute("aria-describedby", this.detail);
      this.selected.setAttribute("tabindex", "0");
    }

    focus() {
      this.selected.focus({ preventScroll: true });
    }

    /** The reader selects a tile; its detail is there before the focus, so that a screen reader finds it. */
    choose(at) {
      this.mark(at);
      this.onSelect(at);
      this.selected.focus();
    }

    step(event) {
      const back = Math.max(1, this.at - 1);
      const on = Math.min(this.last, this.at + 1);
      const aims = { ArrowLeft: back, ArrowUp: back, ArrowRight: on, ArrowDown: on, Home: 1, End: this.last };
      if (event.key in aims) {
        event.preventDefault();
        this.choose(aims[event.key]);
      }
    }
  }

  Object.assign(parts, { Tiles, legend });
})();
