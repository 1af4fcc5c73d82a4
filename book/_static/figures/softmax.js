// Logits and a temperature become probabilities: p_i = exp(z_i / τ) / Σ_j exp(z_j / τ).
(() => {
  "use strict";
  const { make, button, number, fixed, softmax } = courseLM.base;
  const { start } = courseLM.figures;
  const LOWEST = -2;
  const HIGHEST = 10;
  const HOTTEST = 5;

  const percent = (p) => `${fixed(100 * p, 1)} %`;

  function slider(min, max, value, label, oninput) {
    return make("input", { type: "range", min, max, step: 0.1, value, "aria-label": label, oninput });
  }

  /** One candidate: its name, a slider for its logit, and a bar for its probability. */
  function candidate(token, z, oninput) {
    const input = slider(LOWEST, HIGHEST, z, `logit of ${token}`, oninput);
    const [logit, bar, p] = [make("span"), make("span", { class: "bar" }), make("span", { class: "share" })];
    const row = make("div", { class: "softmax-row" }, make("code", {}, token), input, logit);
    row.append(make("span", { class: "bar-ground" }, bar), p);
    return {
      token,
      row,
      input,
      show(probability) {
        logit.textContent = fixed(Number(input.value), 1);
        bar.style.width = `${100 * probability}%`;
        p.textContent = percent(probability);
        input.setAttribute("aria-valuetext", `${logit.textContent}, probability ${p.textContent}`);
      },
    };
  }

  start("softmax", (live, fallback) => {
    const given = [...fallback.querySelectorAll("tbody tr")].map(({ cells }) => ({
      token: cells[0].textContent.trim(),
      z: number(cells[1].textContent),
    }));
    const rows = given.map(({ token, z }) => candidate(token, z, show));
    const temperature = slider(0, HOTTEST, 1, "temperature τ", show);
    const tau = make("span");
    const heading = make("div", { class: "softmax-row softmax-head", "aria-hidden": "true" });
    heading.append(make("span"), make("span", {}, "logit z"), make("span"), make("span", {}, "probability p"));
    const note = make("p", { class: "figure-note", role: "status" });
    const raise = button("Add 1 to every logit", () => {
      const first = rows.find(({ input }) => Number(input.value) + 1 > HIGHEST);
      if (first) return full(first.token);
      for (const { input } of rows) input.value = Number(input.value) + 1;
      show();
    });
    const reset = button("Reset", () => {
      rows.forEach(({ input }, i) => (input.value = given[i].z));
      temperature.value = 1;
      show();
    });

    function show() {
      const z = rows.map(({ input }) => Number(input.value));
      const heat = Number(temperature.value);
      const p = softmax(z, heat);
      rows.forEach((row, i) => row.show(p[i]));
      tau.textContent = fixed(heat, 1);
      const first = p.indexOf(Math.max(...p));
      temperature.setAttribute("aria-valuetext", `${tau.textContent}, ${given[first].token} has ${percent(p[first])}`);
      const isShared = p[first] < 1;
      const greedy = `At τ = 0 the largest ${isShared ? "logits share" : "logit takes"} all: greedy.`;
      note.textContent = heat > 0 ? oddsOfFirstTwo(z, heat) : greedy;
    }

    /** Why nothing is added any more. */
    function full(token) {
      note.textContent = `The slider of ${token} ends at ${HIGHEST}. Higher up, the probabilities would be the same.`;
    }

    function oddsOfFirstTwo([a, b], heat) {
      const odds = Math.exp((a - b) / heat);
      const shown = odds > 0.005 && odds < 1e4 ? fixed(odds, 2) : odds.toExponential(1).replace("-", "−");
      const power = `exp((${fixed(a, 1)} − ${b < 0 ? `(${fixed(b, 1)})` : fixed(b, 1)}) / ${fixed(heat, 1)})`;
      return `Odds of ${given[0].token} against ${given[1].token}: ${power} = ${shown}`;
    }

    live.append(heading, ...rows.map(({ row }) => row));
    live.append(make("div", { class: "softmax-row softmax-tau" }, make("span", {}, "τ"), temperature, tau));
    live.append(note, make("p", { class: "figure-buttons" }, raise, reset));
    show();
  });
})();
