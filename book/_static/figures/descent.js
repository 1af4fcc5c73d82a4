// Gradient descent on the map of a loss with two parameters: the logits of a and b, that of c being 0. The start can be
// dragged, and the learning rate η slides past its limit 2/κ.
(() => {
  "use strict";
  const { make, draw, button, fixed, softmax } = courseLM.base;
  const { WIDTH, start } = courseLM.figures;
  const N_STEPS = 100;
  const NEAR = 0.001; // nats above the lowest loss that count as arrived
  const MAP = { left: 34, top: 26, size: 344, a: -2, b: -3.5, span: 6 }; // units, and the logits at its lower left
  const HEIGHT = MAP.top + MAP.size + 36;
  const [SMALLEST, LARGEST, POSITIONS] = [0.05, 10, 100]; // of η, which grows by a ratio from position to position
  const PER_LOGIT = 10; // steps of an arrow key

  /** The loss L(z) = −Σ_i f_i log p_i of a unigram with the logits z = (a, b, 0), where f_i are the counted shares. */
  class Landscape {
    /** @param {string} text its characters, in the order of the alphabet, have the logits a, b and 0 */
    constructor(text) {
      const alphabet = [...new Set(text)].sort();
      this.shares = alphabet.map((character) => (text.split(character).length - 1) / text.length);
      const [f, g, rest] = this.shares;
      this.lowest = [Math.log(f / rest), Math.log(g / rest)]; // where p is the shares
      this.floor = this.loss(this.lowest);
      // The second derivatives there are f(1 − f), g(1 − g) and, mixed, −fg; κ is the larger of their two curvatures.
      const [mean, half] = [(f * (1 - f) + g * (1 - g)) / 2, (f * (1 - f) - g * (1 - g)) / 2];
      this.curvature = mean + Math.hypot(half, f * g);
    }

    loss([a, b]) {
      const p = softmax([a, b, 0]);
      return -this.shares.reduce((sum, share, i) => sum + share * Math.log(p[i]), 0);
    }

    /** What the model says minus what came: p − f. */
    gradient([a, b]) {
      const p = softmax([a, b, 0]);
      return [p[0] - this.shares[0], p[1] - this.shares[1]];
    }

    /** The points of a descent, the start among them. */
    walk(z, eta) {
      const path = [z];
      for (let step = 0; step < N_STEPS; step++) {
        const slope = this.gradient(z);
        z = z.map((logit, i) => logit - eta * slope[i]);
        path.push(z);
      }
      return path;
    }

    above(z) {
      return this.loss(z) - this.floor;
    }

    /** The ring of all points that lie as high: the loss is convex, so each ray from the lowest point meets it once. */
    ring(height) {
      return Array.from({ length: 120 }, (_, i) => {
        const turn = (2 * Math.PI * i) / 120;
        const at = (r) => [this.lowest[0] + r * Math.cos(turn), this.lowest[1] + r * Math.sin(turn)];
        let [near, far] = [0, 20];
        while (far - near > 0.001) {
          const middle = (near + far) / 2;
          if (this.above(at(middle)) < height) near = middle;
          else far = middle;
        }
        return at(near);
      });
    }
  }

  const x = (a) => MAP.left + ((a - MAP.a) / MAP.span) * MAP.size;
  const y = (b) => MAP.top + (1 - (b - MAP.b) / MAP.span) * MAP.size;
  const line = (points) => `M${points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("L")}`;
  const pair = ([a, b]) => `(${fixed(a, 2)}, ${fixed(b, 2)})`;

  /** The map: rings as in the figures above, whose heights are squares, and its axes. */
  function ground(land) {
    const text = (content, at, anchor = "middle") => draw("text", { ...at, "text-anchor": anchor }, content);
    const box = { x: MAP.left, y: MAP.top, width: MAP.size, height: MAP.size };
    const clip = draw("clipPath", { id: "descent-map" }, draw("rect", box));
    const rings = draw("g", { class: "rings", "clip-path": "url(#descent-map)" });
    for (let k = 1; k <= 16; k++) rings.append(draw("path", { d: `${line(land.ring((k / 10) ** 2))}Z` }));
    const parts = [draw("defs", {}, clip), draw("rect", { class: "axis", ...box }), rings];
    for (const a of [-2, 0, 2, 4]) parts.push(text(fixed(a, 0), { x: x(a), y: MAP.top + MAP.size + 15 }));
    for (const b of [-2, 0, 2]) parts.push(text(fixed(b, 0), { x: MAP.left - 6, y: y(b) + 4 }, "end"));
    parts.push(text("logit of a", { x: MAP.left + MAP.size / 2, y: HEIGHT - 4 }));
    parts.push(text("logit of b", { x: 2, y: 14 }, "start"));
    for (const k of [4, 8, 12]) {
      const height = (k / 10) ** 2;
      const [a, b] = land.ring(height)[100]; // 60 degrees below the right
      parts.push(draw("rect", { class: "label-ground", x: x(a) - 16, y: y(b) - 9, width: 32, height: 18 }));
      parts.push(text(fixed(height, 2), { class: "ring-label", x: x(a), y: y(b) + 5 }));
    }
    return parts;
  }

  /** What becomes of a descent, in words. */
  function fate(land, path, eta) {
    const above = path.map((z) => land.above(z));
    const arrived = above.findLastIndex((height) => height > NEAR) + 1;
    const limit = 2 / land.curvature;
    if (arrived === 0) return "It starts at the lowest point, where the slope is zero.";
    if (arrived <= N_STEPS) {
      const manner = eta > limit / 2 ? ", hopping from side to side along the steepest way" : "";
      return `It arrives: from step ${arrived} on it stays within ${NEAR} nats of the lowest point${manner}.`;
    }
    const still = `after ${N_STEPS} steps it is still on its way.`;
    if (eta < limit) return eta < limit / 2 ? `It crawls: ${still}` : `It hops from side to side: ${still}`;
    return "It jumps to and fro and never rests. But no step is longer than η, since no slope is steeper than 1.";
  }

  start("descent", (live, fallback) => {
    const land = new Landscape(fallback.querySelector("code").textContent);
    const limit = 2 / land.curvature;
    const place = (eta) => (Math.log(eta / SMALLEST) / Math.log(LARGEST / SMALLEST)) * POSITIONS;
    const rate = (position) => Number((SMALLEST * (LARGEST / SMALLEST) ** (position / POSITIONS)).toPrecision(2));
    const path = draw("path", { class: "walk" });
    const dots = draw("path", { class: "steps" });
    const handle = draw("g", { class: "handle", tabindex: 0, role: "application" });
    handle.setAttribute("aria-roledescription", "point on a map");
    handle.append(draw("circle", { class: "handle-ground", r: 15 }), draw("circle", { class: "point", r: 8 }));
    const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": "Map of the loss" });
    const [goalX, goalY] = [x(land.lowest[0]), y(land.lowest[1])];
    const goal = draw("path", { class: "goal", d: `M${goalX - 7} ${goalY}h14m-7 -7v14` });
    const slider = make("input", { type: "range", min: 0, max: POSITIONS, step: 1, "aria-label": "learning rate η" });
    svg.append(...ground(land), draw("g", { "clip-path": "url(#descent-map)" }, path, dots), goal, handle);
    const mark = make("span", { class: "descent-limit" }, `limit 2/κ = ${fixed(limit, 1)}`);
    mark.style.setProperty("--at", place(limit) / POSITIONS);
    const eta = make("strong");
    const numbers = make("dl", { class: "figure-numbers simple" });
    const verdict = make("p", { class: "figure-note", role: "status" });
    let [from, learningRate] = [[0, 0], 1];

    function show() {
      const walk = land.walk(from, learningRate);
      path.setAttribute("d", line(walk));
      dots.setAttribute("d", walk.map(([a, b]) => `M${x(a).toFixed(1)} ${y(b).toFixed(1)}h0`).join(""));
      handle.setAttribute("transform", `translate(${x(from[0])} ${y(from[1])})`);
      handle.setAttribute("aria-label", `start ${pair(from)}; arrow keys move it, Home brings it back`);
      eta.textContent = `η = ${learningRate}`;
      verdict.textContent = fate(land, walk, learningRate);
      slider.setAttribute("aria-valuetext", `${learningRate}, ${learningRate < limit ? "below" : "above"} the limit`);
      const facts = [0, 20, N_STEPS].map((step) => [
        step ? `after ${step} steps` : "start",
        `${pair(walk[step])}, ${fixed(land.above(walk[step]), 4)} nats above the lowest`,
      ]);
      const shown = facts.map(([key, value]) => make("div", {}, make("dt", {}, key), make("dd", {}, value)));
      numbers.replaceChildren(...shown);
    }

    function move(a, b) {
      const within = (logit, low) => Math.min(low + MAP.span, Math.max(low, Math.round(logit * PER_LOGIT) / PER_LOGIT));
      from = [within(a, MAP.a), within(b, MAP.b)];
      show();
    }

    function drag(event) {
      const box = svg.getBoundingClientRect();
      const unit = (MAP.span / MAP.size) * (WIDTH / box.width); // logits of a pixel
      const [right, down] = [event.clientX - box.left, event.clientY - box.top];
      const pixel = box.width / WIDTH;
      move(MAP.a + (right - MAP.left * pixel) * unit, MAP.b + ((MAP.top + MAP.size) * pixel - down) * unit);
    }

    function set(value) {
      learningRate = value;
      show();
    }

    handle.addEventListener("keydown", (event) => {
      const steps = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
      const step = steps[event.key];
      if (!step && event.key !== "Home") return;
      event.preventDefault();
      if (step) move(from[0] + step[0] / PER_LOGIT, from[1] + step[1] / PER_LOGIT);
      else move(0, 0);
    });
    svg.addEventListener("click", drag);
    svg.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch" && !handle.contains(event.target)) return; // a finger there scrolls the page
      svg.setPointerCapture(event.pointerId);
      drag(event);
    });
    svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && drag(event));
    slider.addEventListener("input", () => set(rate(slider.value)));
    const choose = (value) => {
      slider.value = place(value);
      set(value);
    };
    const rates = [0.1, 1, 4, 6].map((value) => button(`η = ${value}`, () => choose(value)));
    const scale = make("div", { class: "descent-rate" }, eta, make("div", {}, slider, mark));
    live.append(svg, scale, make("p", { class: "figure-buttons" }, ...rates), verdict, numbers);
    choose(learningRate);
  });
})();
