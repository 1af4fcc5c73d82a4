// The drawn model, made to answer: each part says what it computes, what goes in and out, and how many weights it has.
// The drawing is the page's own, which marks its parts with data-part; all numbers come from the data of the drawing.
(() => {
  "use strict";
  const { make, draw, visible } = courseLM.base;
  const FIRST = "attention"; // what is told before the reader chooses
  const AT = 2; // the place in the row of the character whose way is told

  const idOf = (name) => `part-${name.replace(" ", "-")}`; // of what is told of a part
  const thousands = (n) => n.toLocaleString("en-US");

  /**
   * What there is to say of each part, from the bottom of the drawing to its top.
   * @param {string} row the characters that are drawn at the bottom
   * @param {string} next what comes after each of them
   * @returns {Object[]} name; what it does; formula of what it computes for position t; shapes in and out, which may
   *   name B, T, C and V; size: of its weights in each block or in the model; story: of one character of the row
   */
  function parts(row, next) {
    const [before, it, came] = [row[AT - 1], row[AT], next[AT]].map(visible);
    const read = Array.from(row.slice(0, AT + 1), visible);
    return [
      {
        name: "inputs",
        does: "The batch: B rows of T characters, as ids from 0 to V − 1.",
        out: "B T",
        story: `One row begins ${[...row].map(visible).join(" ")} …`,
      },
      {
        name: "embedding",
        does: "Looks up a vector for each character.",
        formula: "eₜ = E[xₜ], a row of a table",
        into: "B T",
        out: "B T C",
        size: "V C",
        story: `Every ${it} gets the same C numbers, wherever it stands.`,
      },
      {
        name: "previous token",
        does: "Adds a share of the vector of the character before, with a factor for each number.",
        formula: "eₜ + m · eₜ₋₁, number by number",
        into: "B T C",
        out: "B T C",
        size: "C",
        story: `The ${it} gets a share of the ${before}, which stands before it.`,
      },
      {
        name: "norm",
        does: "Brings each vector to one length.",
        formula: "x / √(mean of x²)",
        into: "B T C",
        out: "B T C",
        story: `The numbers of the ${it} then have a mean square of 1.`,
      },
      {
        name: "stream",
        does: "A vector for each position. Each part reads it and adds to it; its shape never changes.",
        formula: "x + what the part found",
        into: "B T C",
        out: "B T C",
        story: `The vector of the ${it} begins as a letter and ends as a guess at what follows it.`,
      },
      {
        name: "attention",
        does: "Takes a mean of what this position and earlier ones offer, weighted by how well they fit.",
        formula: "O · Σₛ aₜₛ vₛ for s ≤ t, with aₜ = softmax(qₜ · kₛ / 4)",
        into: "B T C",
        out: "B T C",
        size: "4 C C",
        story: `The ${it} may read ${read.slice(0, -1).join(", ")} and itself, never the ${came} to come.`,
      },
      {
        name: "MLP",
        does: "Reworks each position by itself: widens the vector, sets what is negative to 0, squares, and narrows it.",
        formula: "W₂ · ReLU(W₁ · x)²",
        into: "B T C",
        out: "B T C",
        size: "8 C C",
        story: `The ${it} looks at no other character here.`,
      },
      {
        name: "head",
        does: "Turns each vector into a score for each candidate.",
        formula: "zₜ = H · xₜ",
        into: "B T C",
        out: "B T V",
        size: "V C",
        story: `The vector of the ${it} becomes V scores for what comes next.`,
      },
      {
        name: "logits",
        does: "The scores, V for each position. A softmax makes them probabilities.",
        formula: "p = softmax(z)",
        out: "B T V",
        story: `After ${read.join(" ")} the score of ${came} should be high.`,
      },
      {
        name: "targets",
        does: "What really came: the row, moved by one. The model never sees it; the loss does.",
        formula: "loss = mean of −ln p[yₜ]",
        out: "B T",
        story: `After ${read.join(" ")} came ${came}.`,
      },
    ];
  }

  /** "B T C" with the numbers of this model. */
  function shape(names, sizes) {
    return names && `(${names.split(" ").join(", ")}) = ${names.split(" ").map((name) => sizes[name]).join(" × ")}`;
  }

  /**
   * The weights of a part, as a product: "4 C C" in each of two blocks.
   * @returns {{product: string, each: number}} the product in letters, and what it is
   */
  function weights(size, sizes) {
    const factors = size.split(" ");
    const product = factors.join(" × ").replace("C × C", "C²");
    return { product, each: factors.map((one) => sizes[one] ?? Number(one)).reduce((a, b) => a * b) };
  }

  /** The words and numbers of a part. */
  function told(part, { sizes, parameters, n_blocks: nBlocks }) {
    const all = Object.values(parameters).reduce((a, b) => a + b);
    const facts = { computes: part.formula, in: shape(part.into, sizes), out: shape(part.out, sizes) };
    if (part.size) {
      const { product, each } = weights(part.size, sizes);
      const times = parameters[part.name] / each; // nBlocks, or 1
      const blocks = times > 1 ? `, in ${nBlocks} blocks ${thousands(parameters[part.name])}` : "";
      const share = Math.round((100 * parameters[part.name]) / all);
      facts.weights = `${product} = ${thousands(each)}${blocks}: ${share || "less than 1"}% of ${thousands(all)}`;
    } else facts.weights = "none";
    const list = Object.entries(facts).filter(([, said]) => said);
    const rows = list.map(([key, said]) => make("div", {}, make("dt", {}, key), make("dd", {}, said)));
    const box = make("div", { class: "part-told", id: idOf(part.name) });
    box.append(make("p", { class: "part-name" }, part.name), make("p", {}, part.does));
    box.append(make("dl", { class: "simple" }, ...rows), make("p", {}, part.story));
    return box;
  }

  /** The places of the drawing as radio buttons in a group, the upper ones first. */
  function buttons(svg, all) {
    const group = draw("g", { role: "radiogroup", "aria-label": "Parts of the model, from the targets down" });
    const found = all.map(({ name, size }) => {
      const label = size ? name : `${name}, no weights`;
      const one = draw("g", { role: "radio", "aria-label": label, "aria-describedby": idOf(name) });
      for (const place of svg.querySelectorAll(`[data-part="${name}"]`)) one.append(...place.children);
      one.querySelectorAll("path").forEach((path) => path.removeAttribute("style"));
      return one;
    });
    for (const drawn of svg.children) drawn.setAttribute("aria-hidden", "true"); // the buttons say it
    const stream = all.findIndex(({ name }) => name === "stream");
    group.append(...found.toReversed());
    group.prepend(found[stream]); // it goes through others, which lie above it
    svg.append(group);
    svg.setAttribute("role", "group");
    return found;
  }

  courseLM.figures.start("transformer", (live, _, figure) => {
    const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const drawing = figure.querySelector(".plot-narrow");
    const all = parts(data.inputs, data.targets);
    const places = buttons(drawing.querySelector("svg"), all);
    const answers = all.map((part) => told(part, data));
    const share = ([name, n]) => make("i", { style: `flex-grow: ${n}`, "data-of": name });
    const shares = Object.entries(data.parameters).map(share);
    let chosen = all.findIndex(({ name }) => name === FIRST);

    function show(i) {
      answers.forEach((box, k) => box.classList.toggle("is-shown", k === i));
      places.forEach((place, k) => place.classList.toggle("is-shown", k === i));
      for (const one of shares) one.classList.toggle("is-shown", one.dataset.of === all[i].name);
    }

    function choose(i) {
      chosen = i;
      places.forEach((place, k) => {
        place.setAttribute("aria-checked", String(k === i));
        place.setAttribute("tabindex", k === i ? 0 : -1);
      });
      show(i);
    }

    places.forEach((place, i) => {
      place.addEventListener("click", () => choose(i));
      place.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(i));
      place.addEventListener("pointerleave", () => show(chosen));
      place.addEventListener("keydown", (event) => {
        const last = all.length - 1; // the uppermost
        const [up, down] = [Math.min(i + 1, last), Math.max(i - 1, 0)];
        const aims = { ArrowUp: up, ArrowRight: up, ArrowDown: down, ArrowLeft: down, Home: last, End: 0 };
        if (!(event.key in aims)) return;
        event.preventDefault();
        const to = aims[event.key];
        choose(to);
        places[to].focus();
      });
    });
    const panel = make("div", { class: "part-panel" }, make("div", { class: "part-answers" }, ...answers));
    panel.append(make("div", { class: "part-shares", "aria-hidden": "true" }, ...shares));
    panel.append(make("p", { class: "part-hint" }, "The bar holds all weights. Choose any part of the drawing."));
    live.classList.add("part-live");
    live.append(drawing, panel);
    choose(chosen);
  });
})();
