// The causal mask: what each row may read, and what happens when a cell above the diagonal is opened.
// Row t has read the inputs up to t and must predict input t + 1, so an open cell to the right of t brings its answer
// near: at once if it is the next input, and otherwise by way of other rows, one layer of attention at a time.
(() => {
  "use strict";
  const { make, visible, button } = courseLM.base;
  const { start } = courseLM.figures;

  /**
   * In how many layers of attention does each row reach its own answer? Infinity where it never does.
   * @param {boolean[][]} open `open[t][s]`: row t reads row s in each layer
   */
  function layersToAnswer(open) {
    const n = open.length;
    const layers = Array(n).fill(Infinity);
    let reached = open; // reached[t][s]: what stands at s has come to t
    for (let depth = 1; depth <= n; depth++) {
      for (let t = 0; t + 1 < n; t++) if (reached[t][t + 1]) layers[t] = Math.min(layers[t], depth);
      reached = open.map((row) => open.map((_, s) => row.some((isOpen, via) => isOpen && reached[via][s])));
    }
    return layers;
  }

  const quoted = (characters) => characters.map((character) => `“${character}”`).join(", ");

  start("mask", (live, fallback) => {
    const text = `\n${fallback.querySelector("code").textContent}`;
    const answers = [...text].slice(1).map(visible);
    const inputs = [...text].slice(0, -1).map(visible);
    const n = inputs.length;
    const open = inputs.map((_, t) => inputs.map((_, s) => s <= t));
    let looked = n - 1; // the row that is described
    const about = make("p", { class: "figure-note", id: "mask-about" });
    const leaks = make("p", { class: "figure-note", role: "status" });
    const verdicts = inputs.map(() => make("td", { class: "mask-verdict" }));
    const cells = inputs.map((_, t) => inputs.map((_, s) => cell(t, s)));
    const rows = cells.map((row, t) =>
      make(
        "tr",
        { onpointerenter: () => look(t) },
        make("th", { scope: "row" }, inputs[t]),
        ...row.map((button) => make("td", {}, button)),
        make("td", { class: "mask-answer" }, answers[t]),
        verdicts[t],
      ),
    );

    function cell(t, s) {
      const one = button("", () => (s > t ? toggle(t, s) : look(t, " Its past stays open.")));
      one.tabIndex = -1;
      one.setAttribute("aria-describedby", about.id);
      one.addEventListener("focus", () => {
        for (const other of cells.flat()) other.tabIndex = other === one ? 0 : -1; // Tab enters the table once
        look(t);
      });
      one.addEventListener("keydown", (event) => move(event, t, s));
      return one;
    }

    function move(event, t, s) {
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const [down, right] = steps[event.key] || [0, 0];
      const target = cells[t + down]?.[s + right];
      if (!steps[event.key]) return;
      event.preventDefault();
      target?.focus();
    }

    function look(t, more = "") {
      looked = t;
      rows.forEach((row, i) => row.classList.toggle("is-looked-at", i === t));
      const ahead = inputs.filter((_, s) => s > t && open[t][s]);
      const extra = ahead.length ? ` It also reads ${quoted(ahead)}, from the future.` : "";
      const past = quoted([inputs.slice(0, t + 1).join("")]);
      about.textContent = `This row has read ${past} and must predict ${quoted([answers[t]])}.${extra}${more}`;
    }

    function toggle(t, s) {
      open[t][s] = !open[t][s];
      show();
      look(t);
    }

    function show() {
      const layers = layersToAnswer(open);
      for (let t = 0; t < n; t++) {
        for (let s = 0; s < n; s++) showCell(t, s);
        verdicts[t].textContent = layers[t] < Infinity ? layers[t] : "never";
        rows[t].classList.toggle("is-leaking", layers[t] < Infinity);
      }
      leaks.textContent = verdict(layers);
    }

    function showCell(t, s) {
      const one = cells[t][s];
      const state = s <= t ? "past" : open[t][s] ? "leak" : "future";
      one.className = `mask-${state}`;
      one.textContent = state === "future" ? "−∞" : "●";
      one.setAttribute("aria-label", `row ${t + 1}, ${inputs[t]}, reads input ${s + 1}, ${inputs[s]}`);
      if (s > t) one.setAttribute("aria-pressed", String(open[t][s]));
    }

    /** What the open cells mean, in words. */
    function verdict(layers) {
      const within = (isIn) => answers.filter((_, t) => isIn(layers[t]));
      const atOnce = within((depth) => depth === 1);
      const later = within((depth) => depth > 1 && depth < Infinity);
      if (!atOnce.length && !later.length) return "No row can read its answer.";
      const parts = [];
      if (atOnce.length) parts.push(`Read by the very row that must predict it: ${quoted(atOnce)}.`);
      if (later.length) parts.push(`Brought to its row by way of others, in a later layer: ${quoted(later)}.`);
      return `Leak. ${parts.join(" ")}`;
    }

    const head = make("tr", {}, make("td"), ...inputs.map((input) => make("th", { scope: "col" }, input)));
    for (const title of ["next", "seen in layer"]) head.append(make("th", { scope: "col", class: "mask-title" }, title));
    const close = button("Close all leaks", () => {
      for (let t = 0; t < n; t++) for (let s = t + 1; s < n; s++) open[t][s] = false;
      show();
      look(looked);
    });
    live.append(make("table", { class: "mask-table" }, make("thead", {}, head), make("tbody", {}, ...rows)));
    live.append(about, leaks, make("p", { class: "figure-buttons" }, close));
    cells[0][0].tabIndex = 0;
    show();
    look(looked);
  });
})();
