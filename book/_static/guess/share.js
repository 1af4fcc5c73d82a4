// Guess a distribution: bars that share 100 %, one for each candidate of the answer, <li>a space: 0.55</li>.
courseLM.guess.kinds.share = (host, question) => {
  "use strict";
  const { make, fixed, number } = courseLM.base;
  const { LEAST, percents, moved, bits } = courseLM.guess;
  const isOfModel = host.dataset.by === "model";
  const [author, own] = isOfModel ? ["the model", "the model’s own"] : ["the truth", "the true"];
  const rows = [...host.querySelectorAll("details li")].map(row);
  const q = rows.map(({ shown }) => number(shown));
  const legend = make("p", { class: "guess-legend", "aria-hidden": "true" });
  const controls = make("div", {}, legend, ...rows.map(({ element }) => element));
  let weights = rows.map(() => 1);

  /** A candidate: its name with its code letters, a bar to drag, and below it the bar of the truth. */
  function row(item, i) {
    const [, name, shown] = item.textContent.trim().match(/^(.*):\s+(\S+)$/s);
    const label = make("label", { for: `${host.id}-${i}` }, ...item.cloneNode(true).childNodes);
    label.lastChild.textContent = label.lastChild.textContent.replace(/:\s+\S+\s*$/, "");
    const range = { type: "range", min: 0, max: 100, step: 1, id: `${host.id}-${i}`, "aria-describedby": question };
    const slider = make("input", {
      ...range,
      oninput: () => {
        weights = moved(weights, i, slider.value);
        show();
      },
    });
    const [mine, its] = ["is-mine", "is-true"].map((who) => ({
      bar: make("span", { class: `guess-bar ${who}` }),
      figure: make("span", { class: `guess-figure ${who}` }),
    }));
    its.figure.textContent = shown;
    const bars = make("div", { class: "guess-bars" }, mine.bar, its.bar, slider);
    const figures = make("div", { class: "guess-figures" }, mine.figure, its.figure);
    return { name, shown, slider, mine, its, element: make("div", { class: "guess-row" }, label, bars, figures) };
  }

  function show() {
    percents(weights).forEach((percent, i) => {
      const { slider, mine } = rows[i];
      slider.value = percent;
      slider.setAttribute("aria-valuetext", `${percent} percent`);
      mine.bar.style.setProperty("--p", percent / 100);
      mine.figure.textContent = fixed(percent / 100, 2);
    });
    kind.onmove?.();
  }

  function verdict() {
    const [paid, floor] = [bits(q, percents(weights)), bits(q, q)];
    const off = Math.round(100 * paid) / 100 - Math.round(100 * floor) / 100; // of the numbers that are shown
    const equal = Math.log2(q.length);
    const heard = `${author}: ${rows.map(({ name, shown }) => `${name} ${shown}`).join(", ")}. `;
    const words = `On average your shares cost ${fixed(paid, 2)} bits. The least possible is ${fixed(floor, 2)}, with ${own} shares; equal shares cost ${fixed(equal, 2)}. `;
    const loss = off < 0.005 ? "You pay nothing extra." : `You pay ${fixed(off, 2)} bits too much.`;
    return { off, parts: [make("span", { class: "guess-heard" }, heard), words, make("b", { class: "is-cost" }, loss)] };
  }

  rows.forEach(({ its }, i) => its.bar.style.setProperty("--p", q[i] / q.reduce((a, b) => a + b)));
  legend.append(make("span", { class: "is-mine" }, "you"), make("span", { class: "is-true" }, author));
  const kind = {
    controls,
    hint: `Drag the bars, or use the arrow keys. Together they are always 1. None goes below ${fixed(LEAST / 100, 2)}: a share of 0 costs infinitely much if it comes.`,
    missing: () => "",
    verdict,
    reveal: (isShown) => controls.classList.toggle("is-shown", isShown),
  };
  show();
  return kind;
};
