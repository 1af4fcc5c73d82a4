// The bits on a tape: what an arithmetic coder writes for a text under the model, letter by letter, beside what gzip
// writes for it; and the tape read back. Needs companion.js, along.js, arithmetic_coder.js.
(() => {
  "use strict";
  const { make, button, fixed, visible, bits: inBits, softmax, isCalm } = courseLM.base;
  const { cumulativeFrequencies, Encoder, Decoder } = courseLM.coder;
  const { start, inItsWord } = courseLM.companions;
  const READ = "Read the tape"; // on the button; while it is read, a press brings it to its end
  const NOT_READ = "Nothing is read yet.";
  const DAMAGED = "What came back is not the text: the tape is damaged.";
  const [LONGEST_RUN_MS, SLOWEST_MS] = [6000, 90]; // of reading a tape: all of it, and each letter

  /**
   * The tape of a text.
   * @param {Scorer} scorer
   * @param {string[]} characters (T,)
   * @returns {{bits: string[], nats: number[], p: number[]}} for each character the bits that are settled with it, its
   *   cost and its probability (T,); `bits` has one more entry, the last bits (T + 1,)
   */
  function encode(scorer, characters) {
    const encoder = new Encoder();
    const rows = scorer.rows(characters.join(""));
    const bits = rows.map(({ id, distribution }) => encoder.encode(cumulativeFrequencies(distribution), id));
    return { bits: [...bits, encoder.finish()], nats: rows.map(({ nats }) => nats), p: rows.map(({ p }) => p) };
  }

  /**
   * Reads a tape, and knows nothing else but the model.
   * @param {Model} model
   * @param {string} bits
   * @returns {() => {character: string, nSettled: number}} gives the next character at each call, and how many bits the
   *   decoder is done with
   */
  function reading(model, bits) {
    const [decoder, scorer] = [new Decoder(bits), new courseLM.Scorer(model)];
    let text = "";
    return () => {
      const character = model.alphabet[decoder.decode(cumulativeFrequencies(softmax(scorer.next(text))))];
      text += character;
      return { character, nSettled: decoder.nSettled };
    };
  }

  const sign = (character) => (character === " " ? "\u00a0" : visible(character)); // a space keeps its width
  const count = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;
  const size = (nBits) => `${count(nBits, "bit")} = ${count(Math.ceil(nBits / 8), "byte")}`;
  const chance = (p) => (p < 0.0005 ? "below 0.001" : p > 0.9995 ? "above 0.999" : fixed(p, 3));

  /** The letters of a text in words that stay together, each with its bits hanging from it. */
  function hanging(characters, bits) {
    const column = (shown, own, at) => {
      const each = Array.from(own, (bit) => make("i", {}, bit));
      return make("span", { class: "tape-letter", "data-at": at }, make("b", {}, shown), ...each);
    };
    const words = [make("span", { class: "tape-word" })];
    characters.forEach((character, at) => {
      words[words.length - 1].append(column(sign(character), bits[at], at));
      if (/\s/.test(character)) words.push(make("span", { class: "tape-word" }));
    });
    words[words.length - 1].append(column("end", bits[characters.length], characters.length));
    return words;
  }

  /** A tape in pieces: the bits of a letter, or of a byte. */
  function pieces(groups) {
    const all = groups.map((group, at) => make("span", { class: "tape-piece", "data-piece": at }, group));
    return all.filter((piece) => piece.textContent);
  }

  /** A tape with its name and its length. */
  function tape(kind, name) {
    const length = make("span", {}, "…");
    const bits = make("p", { class: "tape-bits", "aria-hidden": "true" });
    const head = make("p", { class: "tape-name" }, make("span", {}, name), length);
    return { element: make("div", { class: `tape ${kind}` }, head, bits), length, bits };
  }

  start("live-tape", (live) => {
    const letters = make("div", { class: "tape-letters companion-row" });
    const said = make("p", { class: "companion-said tape-said", role: "status" });
    const ours = tape("is-model", "The model and an arithmetic coder");
    const theirs = tape("is-rival", "gzip");
    const note = make("p", { class: "companion-note" });
    const out = make("p", { class: "tape-out" });
    const heard = make("p", { class: "companion-said tape-heard", role: "status" }, NOT_READ);
    const run = button(READ, read);
    const along = new courseLM.Along(letters, "Letter whose bits are shown", showLetter);
    let [shown, coded, timer] = [null, null, 0];
    let finish = () => {}; // brings the reading of a tape to its end
    const buttons = make("p", { class: "companion-buttons" }, run);
    live.append(letters, said, ours.element, buttons, out, heard, theirs.element, note);

    function show(now) {
      shown = now;
      const { characters, reader } = now;
      const n = characters.length;
      coded = encode(reader.scorer.copy(), characters);
      letters.replaceChildren(...hanging(characters, coded.bits));
      ours.bits.replaceChildren(...pieces(coded.bits));
      ours.length.textContent = size(coded.bits.join("").length);
      along.range(0, n, Math.max(0, costliest(coded.nats)), (at) => (at < n ? inItsWord(characters, at) : "the end"));
      clearInterval(timer);
      empty();
      pack(characters.join(""));
    }

    const costliest = (nats) => nats.indexOf(Math.max(...nats));

    /** Light up the bits of one letter, and say what it did. */
    function showLetter(at) {
      const { characters } = shown;
      for (const lit of live.querySelectorAll(".is-lit")) lit.classList.remove("is-lit");
      letters.querySelector(`[data-at="${at}"]`).classList.add("is-lit");
      ours.bits.querySelector(`[data-piece="${at}"]`)?.classList.add("is-lit");
      const own = coded.bits[at];
      if (at === characters.length) {
        said.textContent = `At the end the last bits, ${own}, name a number inside the interval that is left.`;
        return;
      }
      const settled = coded.bits.slice(0, at + 1).join("").length;
      const cost = coded.nats.slice(0, at + 1).reduce((a, b) => a + b);
      const name = inItsWord(characters, at);
      said.textContent =
        `${name[0].toUpperCase()}${name.slice(1)} had the probability ${chance(coded.p[at])}: ` +
        `${fixed(inBits(coded.nats[at]), 2)} bits. ` +
        (own ? `With it the coder is sure of ${own}. ` : "With it the coder is sure of no new bit. ") +
        `Up to here the letters cost ${fixed(inBits(cost), 1)} bits, and ${settled} ` +
        `${settled === 1 ? "is" : "are"} written.`;
    }

    async function pack(text) {
      const [bare, file] = await Promise.all(["deflate-raw", "gzip"].map((format) => courseLM.pack(text, format)));
      if (text !== shown.characters.join("")) return; // it has changed meanwhile
      theirs.bits.replaceChildren(...pieces(Array.from(bare || [], (byte) => byte.toString(2).padStart(8, "0"))));
      theirs.length.textContent = bare ? size(8 * bare.length) : "this browser cannot pack";
      note.textContent =
        "To read the model's tape one must have the model, and know the number of letters. As it is, the text takes " +
        `${count(courseLM.utf8Bytes(text), "byte")}. ` +
        (file ? `The tape of gzip leaves out its header and checksum: with them it has ${file.length} bytes.` : "");
    }

    function empty() {
      run.textContent = READ;
      heard.textContent = NOT_READ;
      out.replaceChildren(...shown.characters.map(() => make("span", {}, "·")));
      for (const piece of ours.bits.children) piece.classList.remove("is-read");
    }

    /** Write the letters again, from nothing but the tape; a press while this goes on brings it to its end. */
    function read() {
      if (!shown) return;
      if (run.textContent !== READ) {
        finish();
        return;
      }
      empty();
      const places = [...out.children];
      const next = reading(shown.reader.model, coded.bits.join(""));
      let text = "";
      const step = () => {
        if (text.length === places.length) return end();
        const { character, nSettled } = next();
        places[text.length].textContent = sign(character);
        text += character;
        mark(nSettled);
      };
      const end = () => {
        clearInterval(timer);
        mark(Infinity);
        run.textContent = READ;
        const isSame = text === shown.characters.join("");
        const [n, from] = [count(text.length, "letter"), count(coded.bits.join("").length, "bit")];
        heard.textContent = isSame ? `All ${n} are back, from ${from}. Nothing is lost.` : DAMAGED;
      };
      finish = () => {
        while (text.length < places.length) step();
        end();
      };
      heard.textContent = "Reading …";
      run.textContent = "To the end";
      if (isCalm()) finish();
      else timer = setInterval(step, Math.min(SLOWEST_MS, LONGEST_RUN_MS / places.length));
    }

    /** Underline the bits that the decoder is done with. */
    function mark(nBits) {
      let end = 0;
      for (const piece of ours.bits.children) {
        end += piece.textContent.length;
        piece.classList.toggle("is-read", end <= nBits);
      }
    }

    return show;
  });

  Object.assign(courseLM, { tape: { encode, reading } });
})();
