// The interval of an arithmetic coder: each character keeps its share of what the characters before it have left.
// All shares are sixteenths, and a message has at most 12 characters: every number here is exact in double precision.
(() => {
  "use strict";
  const { make, draw, button, number, fixed } = courseLM.base;
  const { WIDTH, start, drawing } = courseLM.figures;
  const LONGEST = 12;
  const HEIGHT = 150;

  /** What is left of the numbers from 0 to 1 after some characters. `shares` maps each to {begin, width}. */
  function interval(characters, shares) {
    let [low, width] = [0, 1];
    for (const character of characters) {
      low += width * shares.get(character).begin;
      width *= shares.get(character).width;
    }
    return { low, width, high: low + width, bits: -Math.log2(width) };
  }

  /** The shortest run of binary digits such that every number that begins with them lies inside. */
  function shortestDigits({ low, high }) {
    for (let n = 0; ; n++) {
      const digits = Math.ceil(low * 2 ** n);
      if ((digits + 1) / 2 ** n <= high) return n ? digits.toString(2).padStart(n, "0") : "";
    }
  }

  /** The sets of shares in the static table: a column for each, a row for each character. */
  function readShares(table) {
    const rows = [...table.tBodies[0].rows];
    return [...table.tHead.rows[0].cells].slice(1).map((cell, column) => {
      const shares = new Map();
      let begin = 0;
      for (const { cells } of rows) {
        const width = number(cells[column + 1].textContent);
        shares.set(cells[0].textContent.trim(), { begin, width });
        begin += width;
      }
      return { name: cell.textContent.trim(), shares };
    });
  }

  /** Above, all numbers from 0 to 1 with what is left of them; below, what is left, magnified and divided again. */
  function picture(left, shares, next, stripes) {
    const [ABOVE, BELOW, TALL] = [20, 84, 34];
    const text = (content, x, y, anchor) => draw("text", { x, y, "text-anchor": anchor }, content);
    const x = left.low * WIDTH;
    const width = Math.max(left.width * WIDTH, 2); // never invisible
    const parts = [
      text("0", 0, 14, "start"),
      text("all numbers", WIDTH / 2, 14, "middle"),
      text("1", WIDTH, 14, "end"),
      draw("rect", { class: "pale", x: 0, y: ABOVE, width: WIDTH, height: 20 }),
      draw("rect", { class: "kept", x: Math.min(x, WIDTH - width), y: ABOVE, width, height: 20 }),
      draw("path", { class: "guide", d: `M${x} 40L0 ${BELOW}M${left.high * WIDTH} 40L${WIDTH} ${BELOW}` }),
      text("low", 0, HEIGHT - 14, "start"),
      text("what is left, magnified", WIDTH / 2, HEIGHT - 14, "middle"),
      text("high", WIDTH, HEIGHT - 14, "end"),
    ];
    for (const [character, share] of shares) {
      const box = { x: share.begin * WIDTH, y: BELOW, width: share.width * WIDTH, height: TALL };
      const middle = box.x + box.width / 2;
      parts.push(draw("rect", { class: "share", ...box, ...(character === next && { style: `fill: ${stripes}` }) }));
      if (character === next)
        parts.push(draw("rect", { class: "label-ground", x: middle - 8, y: BELOW + 7, width: 16, height: 20 }));
      parts.push(text(character, middle, BELOW + 22, "middle"));
    }
    return parts;
  }

  start("coder", (live, fallback) => {
    const sets = readShares(fallback.querySelector("table"));
    const alphabet = [...sets[0].shares.keys()];
    const message = make("input", { type: "text", maxlength: LONGEST, size: LONGEST, spellcheck: "false" });
    message.autocapitalize = message.autocomplete = "off";
    message.value = fallback.querySelector("code").textContent;
    const choice = make("select", { onchange: show }, ...sets.map(({ name }, i) => make("option", { value: i }, name)));
    const { svg, stripes } = drawing(HEIGHT);
    const defs = svg.firstChild;
    const progress = make("p", { class: "coder-progress" });
    const said = make("p", { class: "figure-note", role: "status" });
    const numbers = make("dl", { class: "figure-numbers simple" }); // simple: the theme indents other lists;
    let done = 0; // characters coded so far
    const go = (to, refusal) => () => {
      const wanted = to();
      if (wanted < 0 || wanted > message.value.length) {
        said.textContent = refusal;
        return;
      }
      done = wanted;
      show();
    };
    const next = button("Next character", go(() => done + 1, "The message is over. Write another one, or start over."));
    const back = button("Back", go(() => done - 1, "Nothing is coded: there is no way back from here."));
    const restart = button("Start over", go(() => 0));
    message.addEventListener("input", () => {
      message.value = [...message.value].filter((character) => alphabet.includes(character)).join("");
      done = 0;
      show();
    });

    function show() {
      const { shares } = sets[choice.value];
      const coded = message.value.slice(0, done);
      const left = interval(coded, shares);
      const decimals = Math.max(4, Math.ceil(-Math.log10(left.width)) + 2);
      const digits = shortestDigits(left);
      svg.replaceChildren(defs, ...picture(left, shares, message.value[done], stripes));
      svg.setAttribute("aria-label", "What is left of the numbers from 0 to 1; the numbers are given below.");
      progress.replaceChildren("coded: ", make("code", {}, coded || "nothing"), ", to come: ");
      progress.append(make("code", {}, message.value.slice(done) || "nothing"));
      const facts = {
        low: fixed(left.low, decimals),
        high: fixed(left.high, decimals),
        width: fixed(left.width, decimals),
        "bits so far": fixed(left.bits, 2),
        "shortest name": digits ? `0.${digits} (binary digits: ${digits.length})` : "none needed",
      };
      numbers.replaceChildren(
        ...Object.entries(facts).map(([key, value]) => make("div", {}, make("dt", {}, key), make("dd", {}, value))),
      );
      said.textContent = done
        ? `After ${coded}: from ${facts.low} to ${facts.high}, ${facts["bits so far"]} bits.`
        : "Nothing is coded: every number is left.";
    }

    const labeled = (text, control) => make("label", {}, `${text} `, control);
    live.append(
      make("p", { class: "figure-controls" }, labeled(`message (${alphabet.join(", ")})`, message), labeled("shares", choice)),
      make("p", { class: "figure-buttons" }, next, back, restart),
      progress, svg, said, numbers,
    );
    show();
  });
})();
