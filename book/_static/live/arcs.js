// Arcs of attention: from one letter to the letters that a head reads there, each arc as wide as its weight.
// They begin at the end of the verb "dance" if the text has it, first in the head that looks most at its noun's end.
// Needs model.js, companion.js, along.js.
(() => {
  "use strict";
  const { make, draw, fixed, visible } = courseLM.base;
  const { start, inItsWord } = courseLM.companions;
  const FIRST = { verb: "dance", noun: "dogs" };
  const MEAN = "mean"; // in place of a head: of all heads of the layer
  const [NARROWEST, WIDEST] = [10.6, 15]; // pixels of a column, so that letters are readable, and stay a text
  const [ABOVE, LETTER, BELOW] = [100, 26, 20]; // pixels: room for arcs, of a line of letters, for a number
  const SHORT = 0.75; // of the room for arcs, where there is more than one line
  const WIDTH_OF_ALL = 16; // pixels: an arc that gets all of the attention
  const FAINTEST = 0.01; // of the attention; less is not drawn
  const WORTH_A_NUMBER = 0.1;
  const NUMBER = 34; // pixels: as wide as "56 %" with some room
  const NOTE =
    "Point at a letter, or use the arrow keys. An arc is as wide as its share of the attention. It shows where a " +
    "head looks. What the model makes of it is not drawn, so attention is not an explanation.";

  /**
   * What each head looks at when it reads each character of a text.
   * @param {Model} model
   * @param {string[]} characters (T − 1,), after a line break as every text
   * @returns {Float64Array[][][]} by layer, head and position t: the weights (t + 1,), which sum to 1
   */
  function attention(model, characters) {
    const session = model.session();
    const all = Array.from({ length: model.nLayers }, () => Array.from({ length: model.nHeads }, () => []));
    for (const id of [model.bosId, ...model.encode(characters.join(""))]) {
      session.append(id);
      session.looks.forEach((heads, layer) => heads.forEach((weights, head) => all[layer][head].push(weights)));
    }
    return all;
  }

  /** The weights (t + 1,) of a head, or the mean of all heads of its layer. */
  function weightsAt(looks, layer, head, t) {
    if (head !== MEAN) return looks[layer][head][t];
    const heads = looks[layer];
    return heads[0][t].map((_, s) => heads.reduce((sum, one) => sum + one[t][s], 0) / heads.length);
  }

  /** What a model can read at once: the last line of a text, or as much of its end as there is room for. */
  function readable(characters, contextLength) {
    if (characters.length < contextLength) return characters;
    const end = characters.slice(1 - contextLength);
    return end.slice(end.lastIndexOf("\n", end.length - 2) + 1);
  }

  /**
   * Where the characters stand: in lines that break after a space.
   * @returns {{x: number, y: number}[]} the middle of each on its upper edge, in pixels
   */
  function places(characters, width) {
    const column = Math.max(NARROWEST, Math.min(WIDEST, width / (characters.length + 1)));
    const most = Math.floor(width / column);
    const above = ABOVE * (characters.length > most ? SHORT : 1);
    let [line, from] = [0, 0]; // the line, and the character that begins it
    return characters.map((character, at) => {
      const begins = at > 0 && /\s/.test(characters[at - 1]);
      const rest = characters.slice(at).findIndex((c) => /\s/.test(c));
      const end = rest < 0 ? characters.length : at + rest;
      if ((begins && end - from > most) || at - from >= most) [line, from] = [line + 1, at];
      return { x: (at - from + 0.5) * column, y: line * (above + LETTER + BELOW) + above };
    });
  }

  /** An arc from one place to another: on one line a bow, as high as it is long; between lines a curve. */
  function path(from, to) {
    if (from.y !== to.y) {
      const bottom = to.y + LETTER;
      return `M${from.x} ${from.y}C${from.x} ${from.y - 60} ${to.x} ${bottom + 60} ${to.x} ${bottom}`;
    }
    const height = Math.min(ABOVE * SHORT * 1.25, 16 + Math.abs(from.x - to.x) * 0.6);
    return `M${from.x} ${from.y}C${from.x} ${from.y - height} ${to.x} ${to.y - height} ${to.x} ${to.y}`;
  }

  /** The place of the last letter of a word in a text, if it has the word. */
  function endOf(word, characters) {
    const begin = characters.join("").indexOf(word);
    return begin < 0 ? undefined : begin + word.length - 1;
  }

  /** The layer and the head that look most from one place at another. */
  function mostAttentive(looks, from, to) {
    const all = looks.flatMap((heads, layer) => heads.map((one, head) => ({ layer, head, weight: one[from][to] })));
    return all.reduce((best, one) => (one.weight > best.weight ? one : best));
  }

  start("live-arcs", (live) => {
    const svg = draw("svg", { "aria-hidden": "true" });
    const row = make("div", { class: "arcs-row companion-row" }, svg);
    const said = make("p", { class: "companion-said arcs-said", role: "status" });
    const heads = make("fieldset", { class: "arcs-heads", onchange: choose }, make("legend", {}, "What reads"));
    const note = make("p", { class: "companion-note" }, NOTE);
    const along = new courseLM.Along(row, "Letter that is being read", drawArcs);
    let [characters, looks, model, at, width, spots] = [[], null, null, 0, 0, []];
    let [layer, head] = [0, 0];
    live.append(heads, row, said, note);
    new ResizeObserver(() => looks && width !== row.clientWidth && drawLetters()).observe(row);

    function show({ characters: text, reader }) {
      const isNew = model !== reader.model;
      const isFirst = model === null;
      model = reader.model;
      const left = readable(text, model.contextLength);
      characters = ["\n", ...left];
      looks = attention(model, left);
      const [noun, verb] = [FIRST.noun, FIRST.verb].map((word) => endOf(word, characters));
      at = verb ?? left.length;
      if (isFirst && noun < verb) ({ layer, head } = mostAttentive(looks, verb, noun));
      if (isNew) heads.replaceChildren(heads.firstChild, ...choices());
      drawLetters();
    }

    /** A choice for each head, and one for the mean of each layer. */
    function choices() {
      return Array.from({ length: model.nLayers }, (_, i) => {
        const names = [...Array.from({ length: model.nHeads }, (_, j) => [j, `head ${j + 1}`]), [MEAN, "their mean"]];
        const radio = ([value, name]) => {
          const input = make("input", { type: "radio", name: "arcs-head", value: `${i} ${value}` });
          input.checked = i === layer && value === head;
          input.setAttribute("aria-label", `layer ${i + 1}, ${name}`);
          return make("label", {}, input, value === MEAN ? "mean" : `${value + 1}`);
        };
        return make("span", { class: "arcs-layer" }, make("span", {}, `layer ${i + 1}, head`), ...names.map(radio));
      });
    }

    function choose({ target }) {
      const [i, j] = target.value.split(" ");
      [layer, head] = [Number(i), j === MEAN ? MEAN : Number(j)];
      if (looks) drawArcs(along.at);
    }

    function drawLetters() {
      width = row.clientWidth;
      spots = places(characters, width);
      const height = spots[spots.length - 1].y + LETTER + BELOW;
      svg.setAttribute("width", width);
      svg.setAttribute("height", height);
      const letter = (character, i) => {
        const { x, y } = spots[i];
        const box = { x: x - column / 2, width: column };
        return draw(
          "g",
          { class: "arcs-letter", "data-at": i },
          draw("rect", { class: "arcs-target", ...box, y: y - 12, height: LETTER + 24 }), // easier to hit
          draw("rect", { class: "arcs-share", ...box, y, height: LETTER }),
          draw("text", { x, y: y + LETTER - 8, "text-anchor": "middle" }, character === " " ? "" : visible(character)),
        );
      };
      const column = spots.length > 1 && spots[1].y === spots[0].y ? spots[1].x - spots[0].x : WIDEST;
      svg.replaceChildren(draw("g", { class: "arcs-lines" }), ...characters.map(letter));
      along.range(0, characters.length - 1, Math.min(at, characters.length - 1), name);
    }

    const name = (i) => (i === 0 ? "the line break at the start" : inItsWord(characters, i));

    /** Draw what the letter t reads, and say it. */
    function drawArcs(t) {
      at = along.at;
      const weights = weightsAt(looks, layer, head, t);
      const best = Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a]);
      const seen = best.filter((s) => s !== t && weights[s] >= FAINTEST).toReversed(); // the thickest on top
      const arcs = seen.map((s) => {
        const [thickness, opacity] = [WIDTH_OF_ALL * weights[s], 0.35 + 0.65 * weights[s]].map((n) => n.toFixed(2));
        return draw("path", { d: path(spots[t], spots[s]), style: `stroke-width: ${thickness}; opacity: ${opacity}` });
      });
      const numbered = best.slice(0, 3).filter((s) => weights[s] >= WORTH_A_NUMBER);
      const numbers = apart(numbered).map((s) => number(s, t, weights[s]));
      svg.querySelector(".arcs-lines").replaceChildren(...arcs, ...numbers);
      svg.querySelectorAll(".arcs-letter").forEach((letter, s) => {
        letter.classList.toggle("is-lit", s === t);
        letter.querySelector(".arcs-share").style.opacity = s <= t ? weights[s].toFixed(3) : 0;
        letter.classList.toggle("is-later", s > t);
      });
      said.textContent = sentence(t, weights, best);
    }

    /** The share of a letter, on the side of the line where no arc ends. */
    function number(s, t, weight) {
      const { x, y } = spots[s];
      const middle = Math.max(NUMBER / 2, Math.min(width - NUMBER / 2, x));
      const free = y === spots[t].y ? y + LETTER + 14 : y - 6;
      return draw("text", { x: middle, y: free, "text-anchor": "middle" }, share(weight));
    }

    /** The letters whose numbers do not lie on one of a letter before. */
    function apart(letters) {
      const isFar = (s, other) => spots[s].y !== spots[other].y || Math.abs(spots[s].x - spots[other].x) > NUMBER;
      return letters.filter((s, i) => letters.slice(0, i).every((other) => isFar(s, other)));
    }

    const share = (weight) => `${fixed(100 * weight, 0)} %`;

    function sentence(t, weights, [first, second]) {
      const who = head === MEAN ? `The heads of layer ${layer + 1}` : `Head ${head + 1} of layer ${layer + 1}`;
      const look = head === MEAN ? "look" : "looks";
      const whom = (s) => (s === t ? "itself" : name(s));
      if (t === 0) return `${who} ${look} at the line break itself: there is nothing else yet.`;
      const back = t - first;
      const far = back > 1 ? `, ${back} characters back` : "";
      return (
        `${who}: ${name(t)} looks most at ${whom(first)} (${share(weights[first])}${far}), ` +
        `then at ${whom(second)} (${share(weights[second])}).`
      );
    }

    return show;
  });

  Object.assign(courseLM, { attention });
})();
