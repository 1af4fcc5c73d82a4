/*
 * The live model: type a text and see what a model, running in the page, expected at every letter.
 *
 *   <div class="live-model" data-text="the dog" data-extras="write sizes">what a page without scripts shows</div>
 *
 * data-extras names what a small one has besides its text and the answer: write, sizes. data-model, data-unit and
 * data-at set other parts of the state, which state.js describes. With data-linked the state stands in the address of
 * the page, so that it can be sent to somebody, and more can be set. After every change that was read the host sends a
 * `live-read` event, whose detail holds {state, characters, seen, reader}. Needs frame.js, pen.js and keys.js.
 */
(function () {
  "use strict";

  const { courseLM } = globalThis;
  const { parts, state } = courseLM;
  const QUIET_MS = 700; // after so long without a change, the address and a screen reader hear of the last one
  const SLICE_MS = 8; // a long text is read in slices, between which the page can answer
  const NEAR = "300px"; // a model is loaded when its widget is so near to the window
  const UNREAD = { has: () => true }; // before the model is here, nobody knows what it cannot read
  let nWidgets = 0;

  courseLM.random = Math.random; // tests put their own numbers here

  class Widget {
    /** @param {HTMLElement} host */
    constructor(host) {
      this.host = host;
      this.page = host.querySelector('a[href*="live.html"]')?.href; // of a small widget, from its fallback
      this.isLinked = "linked" in host.dataset;
      this.own = state.readState(host.dataset); // what the page asks for
      this.readers = {}; // by the name of the model
      this.written = ""; // by the model, since a screen reader was told
      const extras = (host.dataset.extras || "").split(" ");
      const told = {
        onEdit: (text) => this.interrupt({ text }),
        onAsk: (sign) => this.ask(sign),
        onPoint: (sign) => this.point(sign),
      };
      Object.assign(this, parts.frame(host, { id: `live-${++nWidgets}`, extras, isLinked: this.isLinked, told }));
      if (this.isLinked || extras.includes("write")) {
        const hand = { ready: () => this.ready(), draw: () => this.drawLetter(), write: (id) => this.write(id) };
        this.pen = new parts.Pen(this.tools, hand);
      }
      host.addEventListener("input", ({ target }) => {
        if (target.dataset.state) this.interrupt({ [target.dataset.state]: target.value });
      });
      this.begin();
      if (this.isLinked) this.followLinks();
    }

    /** Take the state from the links of the page, whenever one is followed. */
    followLinks() {
      this.host.querySelector(".live-chips").addEventListener("click", (event) => {
        const chip = event.target.closest("a");
        if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.tell(); // so that the browser's way back leads to what was written
        history.pushState(null, "", chip.hash);
        this.follow(chip.dataset.question);
      });
      addEventListener("hashchange", () => /^$|=/.test(location.hash) && this.follow());
    }

    /** Take the state of the address, and go up to the widget if it is out of sight. */
    follow(question = "") {
      this.pen.stop();
      this.begin(question);
      const { top } = this.host.getBoundingClientRect();
      if (top < 0 || top > innerHeight / 2) this.host.scrollIntoView();
    }

    /** Take the state from the page and, if it is linked, from the address. */
    begin(question = "") {
      const address = this.isLinked ? state.readAddress() : {};
      this.state = state.readState(address, this.own);
      this.question = question;
      this.tiles.write(this.state.text);
      this.draw();
    }

    /** The reader changes something, and whatever the model was writing ends. */
    interrupt(values) {
      this.pen?.stop();
      this.change(values);
    }

    change(values) {
      const isEdit = "text" in values;
      this.state = state.readState({ ...this.state, ...values });
      if (isEdit) this.question = "";
      this.draw(isEdit);
      this.tellSoon();
    }

    /** The model writes a character. */
    write(id) {
      this.written += this.reader.model.alphabet[id];
      this.append(id);
    }

    append(id) {
      const character = this.reader.model.alphabet[id];
      this.tiles.write(this.state.text + character);
      this.change({ text: this.state.text + character });
    }

    /** Wait until the text has been read. */
    async ready() {
      if (!this.reader) this.load();
      while (!this.seen?.isWhole) await new Promise((go) => this.host.addEventListener("live-read", go, { once: true }));
    }

    /** Draw the character that comes after the text: its id, or null if there is no room for it or nobody sees it. */
    drawLetter() {
      if (!this.host.checkVisibility()) return null;
      if (this.text.signs.length >= courseLM.LONGEST) {
        this.note.textContent = `These are ${parts.count(courseLM.LONGEST)} characters, and the model reads no more.`;
        this.noted = null;
        return null;
      }
      this.ask(this.text.signs.length);
      const p = courseLM.base.atTemperature(this.seen.next.distribution, this.state.temperature);
      const id = courseLM.base.drawFrom(p, courseLM.random());
      this.keyboard.mark(id);
      return id;
    }

    /** Ask about a sign: its number, or that of the end. */
    ask(sign) {
      if (sign === this.asked && sign === this.tiles.asked) return; // the caret follows each letter that is typed
      this.setAsked(sign);
      this.show(sign);
      this.send();
      this.tellSoon();
    }

    /** Show a sign under the pointer, or with -1, where there is none, the one that was asked about. */
    point(sign) {
      this.show(sign < 0 ? this.asked : sign);
      this.tellSoon(); // what is said then is what is shown
    }

    setAsked(sign) {
      const { place } = this.text.signs[sign] ?? {};
      this.asked = sign;
      this.state.at = place < this.text.readable.length ? place + 1 : 0;
    }

    /** The number of the sign that the state asks about. */
    signInState() {
      const { signs } = this.text;
      const sign = signs.findIndex(({ character, place }) => character !== null && place === this.state.at - 1);
      return sign < 0 ? signs.length : sign;
    }

    /** Load the state's model, if this was not done before, and draw again. */
    async load() {
      const name = this.state.model;
      try {
        const source = name === "toy" ? await courseLM.ToySource.load() : null;
        this.host.classList.add("is-ready");
        this.readers[name] ??= new courseLM.Reader(await courseLM.load(name), source);
        this.draw();
      } catch (error) {
        this.note.textContent = error.message;
      }
    }

    /** Draw everything from the state; after an edit, the caret asks. */
    draw(isEdit = false) {
      const reader = this.readers[this.state.model];
      if (reader && reader !== this.reader) this.setKeys(reader.model.alphabet);
      this.reader = reader;
      this.text = courseLM.readSigns(this.state.text, reader?.model.ids ?? UNREAD);
      this.tiles.draw(this.text);
      this.setAsked(isEdit ? this.tiles.atCaret : this.signInState());
      parts.setControls(this.host, this.state);
      if (this.link) this.link.href = `${this.page}#${state.writeAddress(this.state)}`;
      this.read();
      this.tiles.reveal();
      if (!reader && this.isNear) this.load();
    }

    /** A bar for each letter of an alphabet. */
    setKeys(alphabet) {
      const keys = courseLM.base.make("div");
      this.keys.replaceChildren(keys);
      this.keyboard = new courseLM.Keys(keys, alphabet, (id) => {
        this.pen?.stop();
        this.append(id);
      });
    }

    /** Read the text or, if it is long, a part of it, and soon the rest. */
    read(isFirst = true) {
      clearTimeout(this.slice);
      this.seen = this.reader?.read(this.text.readable.join(""), performance.now() + SLICE_MS);
      if (this.seen) this.tiles.price(this.seen.rows);
      const isDone = !this.seen || this.seen.isWhole;
      if (isFirst || isDone) this.show(this.asked);
      this.drawNote();
      if (!isDone) {
        this.slice = setTimeout(() => this.read(false));
        return;
      }
      this.send();
      if (this.seen) (this.more ?? this.numbers)?.draw(this.seen, this.state.unit, this.text.readable.join(""));
    }

    /** Tell the other figures of the page. */
    send() {
      const detail = { state: { ...this.state }, characters: this.text.readable, seen: this.seen, reader: this.reader };
      this.host.dispatchEvent(new CustomEvent("live-read", { bubbles: true, detail }));
    }

    /** Show what was expected at a sign, and what came. */
    show(sign) {
      const { text, place = this.text.readable.length, character } = this.text.signs[sign] ?? {};
      const row = this.seen?.rows[place] ?? (this.seen?.isWhole ? this.seen.next : null);
      this.tiles.mark(sign);
      if (!row) {
        this.answer.textContent = this.reader ? "Reading …" : "The model is on its way.";
        return;
      }
      const heat = row.character === "" ? this.state.temperature : 1;
      const p = courseLM.base.atTemperature(row.distribution, heat);
      this.keyboard.show(p, row.exact, row.id);
      const said = character === null ? parts.skipped(text) : parts.answer(row, this.reader.model, this.state);
      this.answer.replaceChildren(...said);
    }

    /** The question of a link, what there is to remark about the text, and its cost so far. */
    drawNote() {
      const { readable } = this.text;
      const { unit } = this.state;
      const said = [this.question, this.reader ? parts.remarks(this.text) : ""].filter(Boolean).join(" ");
      const [why, other] = this.otherModel();
      if (this.noted !== said + why) {
        const hadFocus = this.note.querySelector(":focus-visible");
        this.note.replaceChildren(said, ...(other ? [why, this.offer(other)] : []));
        if (hadFocus) this.tiles.area.focus({ preventScroll: true }); // what had it is gone
      }
      this.noted = said + why; // a button stays while somebody is about to press it
      this.count.replaceChildren(...(this.seen ? parts.account(this.seen, unit, readable.length) : []));
    }

    /** Why another model is offered, and which: for what is not toy English, and to come back where none can be chosen. */
    otherModel() {
      const [{ model }, own] = [this.state, this.own.model];
      if (model === "toy" && this.seen && parts.isForeign(this.text, this.seen)) {
        return [" This does not look like toy English. ", "shakespeare"];
      }
      return this.isLinked || model === own ? ["", null] : [` The model of ${state.MODELS[model]} reads it. `, own];
    }

    /** A button that changes the model. */
    offer(model) {
      return courseLM.base.button(`Try ${state.MODELS[model]}`, () => this.interrupt({ model }));
    }

    /** Say what the changes came to, once there are no more of them, and put it into the address. */
    tellSoon() {
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => this.tell(), QUIET_MS);
    }

    tell() {
      const wrote = this.written ? `The model wrote “${this.written}”. ` : "";
      this.written = "";
      const [answer, note] = [this.answer, this.note].map((one) => one.textContent);
      this.said.textContent = this.seen ? wrote + parts.inWords(this.seen, this.state.unit) + answer + note : "";
      if (this.isLinked) history.replaceState(null, "", `#${state.writeAddress(this.state)}`);
    }
  }

  const approach = (entries) => {
    for (const { target } of entries.filter(({ isIntersecting }) => isIntersecting)) {
      near.unobserve(target);
      target.widget.isNear = true;
      target.widget.load();
    }
  };
  const near = new IntersectionObserver(approach, { rootMargin: NEAR });
  for (const host of document.querySelectorAll(".live-model")) {
    host.widget = new Widget(host);
    near.observe(host);
  }
})();
