/*
 * The live model: type a text and see what a model, running in the page, expected at every character.
 *
 *   <div class="live-model" data-text="the dog" data-extras="write sizes">what a page without scripts shows</div>
 *
 * data-extras names what it has besides the text and its main numbers: models, write, sizes, curve. data-model,
 * data-unit and data-at set other parts of the state, which frame.js describes. With data-linked the state stands in
 * the address of the page, so that it can be sent to somebody. Needs reading.js, tiles.js and frame.js.
 */
(function () {
  "use strict";

  const courseLM = globalThis.courseLM;
  const { parts } = courseLM;
  const QUIET_MS = 700; // after so long without a change, the address and a screen reader hear of the last one
  const NEAR = "300px"; // a model is loaded when its widget is so near to the window
  let nWidgets = 0;

  courseLM.random = Math.random; // tests put their own numbers here

  class Widget {
    /** @param {HTMLElement} host */
    constructor(host) {
      this.host = host;
      this.id = `live-${++nWidgets}`;
      this.page = host.querySelector('a[href*="live.html"]')?.href; // of a small widget, from its fallback
      this.isLinked = "linked" in host.dataset;
      this.extras = (host.dataset.extras || "").split(" ");
      this.readers = {}; // by the name of the model
      host.innerHTML = parts.frame(this.id, this.extras, !this.isLinked);
      this.find = (selector) => host.querySelector(selector);
      this.tiles = new parts.Tiles(
        this.find(".live-tiles"),
        `${this.id}-detail`,
        (at) => this.select(at),
        (at) => this.show(at || this.tiles.at),
      );
      this.listen();
      this.begin();
    }

    /** Take the state from the page and, if it is linked, from the address; then draw. */
    begin() {
      const { dataset } = this.host;
      const address = this.isLinked ? Object.fromEntries(new URLSearchParams(location.hash.slice(1))) : {};
      this.state = parts.readState(address, parts.readState(dataset));
      this.find("textarea").value = this.state.text;
      for (const input of this.host.querySelectorAll("input[data-state]")) {
        const value = String(this.state[input.dataset.state]);
        if (input.type === "radio") {
          input.checked = input.value === value;
        } else {
          input.value = value;
        }
      }
      this.draw();
    }

    listen() {
      const { host } = this;
      host.addEventListener("input", ({ target }) => {
        const name = target.tagName === "TEXTAREA" ? "text" : target.dataset.state;
        this.change(name === "text" ? { text: target.value, at: 0 } : { [name]: target.value });
      });
      host.addEventListener("click", ({ target }) => {
        if (target.dataset.write) {
          this.write(Number(target.dataset.write));
        } else if ("mend" in target.dataset) {
          this.replaceText(this.stranger.mended);
          this.find("textarea").focus(); // the button is gone
        }
      });
      this.find("details")?.addEventListener("toggle", () => this.drawTable());
      if (this.isLinked) {
        addEventListener("hashchange", () => location.hash.includes("=") && this.follow());
      }
    }

    /** A link of the page was followed: take its state, and go up to the widget. */
    follow() {
      this.begin();
      this.tiles.focus();
      this.host.scrollIntoView();
    }

    /** Load the state's model, if this was not done before, and draw again. */
    async load() {
      const name = this.state.model;
      try {
        const source = name === "toy" ? await courseLM.ToySource.load() : null;
        this.readers[name] ??= new courseLM.Reader(await courseLM.load(name), source);
        this.draw();
      } catch (error) {
        this.find(".live-message span").textContent = error.message;
      }
    }

    change(values) {
      this.state = parts.readState({ ...this.state, ...values });
      this.draw();
      this.tellSoon();
    }

    replaceText(text) {
      this.find("textarea").value = text;
      this.change({ text, at: 0 });
    }

    /** Let the model append characters: draw one, read it, draw the next. */
    write(n) {
      const { model } = this.reader;
      let { text } = this.state;
      for (let i = 0; i < n && text.length < parts.LONGEST; i++) {
        const p = courseLM.base.atTemperature(this.reader.expected(text), this.state.temperature);
        text += model.alphabet[courseLM.base.drawFrom(p, courseLM.random())];
      }
      this.written = text.slice(this.state.text.length);
      this.replaceText(text);
    }

    /** Draw everything from the state. */
    draw() {
      const { at, model, temperature, text } = this.state;
      this.reader = this.readers[model];
      this.stranger = this.reader ? courseLM.findStranger(text, this.reader.model.alphabet) : null;
      this.characters = Array.from(this.stranger ? this.stranger.readable : text);
      this.seen = this.reader?.read(this.characters.join(""));
      const last = this.characters.length + 1; // the tile of what comes next
      this.tiles.draw(this.characters, this.seen?.rows || [], at > 0 ? Math.min(at, last) : last);
      for (const button of this.host.querySelectorAll("[data-write]")) {
        button.disabled = !this.reader || this.stranger !== null || text.length >= parts.LONGEST;
      }
      if (this.find("output")) {
        this.find("output").value = temperature.toFixed(1);
      }
      if (this.find(".live-open a")) {
        this.find(".live-open a").href = `${this.page}#${parts.writeAddress(this.state)}`;
      }
      this.drawMessage();
      this.drawNumbers();
      this.drawCurve();
      this.show(this.tiles.at);
      if (!this.reader && this.isNear) {
        this.load();
      }
    }

    drawMessage() {
      const button = this.find("[data-mend]");
      button.hidden = !this.stranger;
      button.textContent =
        this.stranger?.mended === this.state.text.toLowerCase() ? "Use small letters" : "Take out what it cannot read";
      const message = parts.message(this.characters, this.seen, this.stranger, this.state.model);
      const [said, count] = this.host.querySelectorAll(".live-message span");
      if (this.said !== message) {
        said.innerHTML = this.said = message; // a screen reader reads it aloud, so only when it is new
      }
      count.textContent = message ? "" : `${this.characters.length} of at most ${parts.LONGEST} characters.`;
    }

    drawNumbers() {
      const text = this.characters.join("");
      const pairs = parts.totals(this.seen, this.state);
      if (this.extras.includes("sizes")) {
        pairs.push(["As it is, in UTF-8", `${courseLM.utf8Bytes(text)} bytes`], ["gzip", "…"], ["gzip, bare", "…"]);
        this.pack(text);
      }
      this.find(".live-numbers").innerHTML = parts.numbers(pairs);
    }

    /** Fill in the sizes of a text that the browser packs, unless the text has changed meanwhile. */
    async pack(text) {
      const formats = ["gzip", "deflate-raw"];
      const sizes = await Promise.all(formats.map((format) => courseLM.packedBytes(text, format)));
      if (text === this.characters.join("")) {
        const values = [...this.host.querySelectorAll("dd")].slice(-formats.length);
        values.forEach((value, i) => {
          value.textContent = sizes[i] === null ? "this browser cannot pack" : `${sizes[i]} bytes`;
        });
      }
    }

    drawCurve() {
      const figure = this.find(".live-curve");
      if (figure) {
        this.find(".live-plot").innerHTML = parts.curve(this.seen?.rows || [], this.state.unit);
        figure.setAttribute("aria-label", parts.curveInWords(this.seen?.rows || [], this.state.unit));
        this.find(".of-source").hidden = this.state.model !== "toy";
        this.drawTable();
      }
    }

    drawTable() {
      const { open, lastElementChild } = this.find("details");
      lastElementChild.innerHTML = open && this.seen ? parts.table(this.seen.rows, this.state.unit) : "";
    }

    select(at) {
      this.state.at = at > this.characters.length ? 0 : at;
      this.show(at);
      this.tellSoon();
    }

    /** Show what was expected at a place, counted from 1. */
    show(at) {
      if (!this.seen) {
        return;
      }
      const row = this.seen.rows[at - 1] || this.seen.next;
      const before = this.characters.slice(0, at - 1).join("");
      const { model } = this.reader;
      this.find(".live-detail").innerHTML = parts.detail(row, { before, model, temperature: this.state.temperature });
      this.find(".shown")?.setAttribute("d", `M${at - 0.5} 100V0`);
    }

    /** Say what the changes came to, once there are no more of them, and put it into the address. */
    tellSoon() {
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => this.tell(), QUIET_MS);
    }

    tell() {
      const wrote = this.written ? `The model wrote “${this.written}”. ` : "";
      const news = this.seen ? wrote + parts.inWords(this.seen, this.state) : "";
      if (this.find(".live-unseen").textContent !== news) {
        this.find(".live-unseen").textContent = news;
      }
      this.written = "";
      if (this.isLinked) {
        history.replaceState(null, "", `#${parts.writeAddress(this.state)}`);
      }
    }
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) {
          near.unobserve(target);
          target.widget.isNear = true;
          target.widget.load();
        }
      }
    },
    { rootMargin: NEAR },
  );
  for (const host of document.querySelectorAll(".live-model")) {
    host.widget = new Widget(host);
    near.observe(host);
  }
})();
