// What a token costs that was given probability p: −ln p nats, −log2 p bits. Drag the point, or use the slider.
(() => {
  "use strict";
  const { make, draw, button, number, fixed } = courseLM.base;
  const { WIDTH, start, drawing } = courseLM.figures;
  const HEIGHT = 260;
  const [LEFT, RIGHT, TOP, BOTTOM] = [42, WIDTH - 46, 26, HEIGHT - 40]; // of the plot, in the drawing's units
  const MOST = 7.5; // nats at the top of the plot
  const x = (p) => LEFT + p * (RIGHT - LEFT);
  const y = (nats) => BOTTOM - (Math.min(nats, MOST) / MOST) * (BOTTOM - TOP);

  function axes() {
    const parts = [draw("path", { class: "axis", d: `M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}V${TOP}` })];
    const text = (content, at, anchor) => draw("text", { ...at, "text-anchor": anchor }, content);
    for (const nats of [0, 2, 4, 6]) parts.push(text(`${nats}`, { x: LEFT - 6, y: y(nats) + 5 }, "end"));
    for (const bits of [0, 2, 4, 6, 8, 10])
      parts.push(text(`${bits}`, { x: RIGHT + 6, y: y(bits * Math.LN2) + 5 }, "start"));
    for (const p of [0, 0.25, 0.5, 0.75, 1]) parts.push(text(`${p}`, { x: x(p), y: BOTTOM + 16 }, "middle"));
    parts.push(text("nats", { x: LEFT - 12, y: 14 }, "end"), text("bits", { x: RIGHT + 6, y: 14 }, "start"));
    parts.push(text("probability p that the true token was given", { x: WIDTH / 2, y: HEIGHT - 5 }, "middle"));
    return parts;
  }

  function curve() {
    const points = [];
    for (let nats = MOST; nats > 0; nats -= 0.05) points.push(`${x(Math.exp(-nats))} ${y(nats)}`);
    return draw("path", { class: "curve", d: `M${points.join("L")}L${x(1)} ${y(0)}` });
  }

  /** The cost in words; both ends have their own. */
  function cost(p) {
    if (p === 0) return "∞ nats = ∞ bits. It was called impossible, and it came.";
    if (p === 1) return "0 nats = 0 bits. Certain and right costs nothing.";
    const bits = fixed(-Math.log2(p), 2);
    return `${fixed(-Math.log(p), 2)} nats = ${bits} bits, like guessing ${bits} flips of a fair coin.`;
  }

  start("surprisal", (live, fallback) => {
    const { svg } = drawing(HEIGHT);
    const guide = draw("path", { class: "guide" });
    const point = draw("path", { class: "point" });
    const slider = make("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": "probability p, percent" });
    const said = make("p", { class: "figure-note" });
    const [name, price] = [make("strong"), make("span")];
    said.append(name, " costs ", price);

    function show(p, label = `p = ${fixed(100 * p, 0)} %`) {
      const nats = -Math.log(p);
      slider.value = Math.round(100 * p);
      name.textContent = label;
      price.textContent = cost(p);
      slider.setAttribute("aria-valuetext", `${label} costs ${price.textContent}`);
      svg.setAttribute("aria-label", `The curve −ln p falls from ∞ at p = 0 to 0 at p = 1. ${said.textContent}`);
      guide.setAttribute("d", nats > MOST ? "" : `M${LEFT} ${y(nats)}H${RIGHT}M${x(p)} ${y(nats)}V${BOTTOM}`);
      // A disk on the curve; an arrow where the cost lies above the plot.
      const disk = `M${x(p) - 8} ${y(nats)}a8 8 0 1 0 16 0a8 8 0 1 0 -16 0`;
      point.setAttribute("d", nats > MOST ? `M${x(p)} ${TOP - 12}l8 14h-16z` : disk);
    }

    function drag(event) {
      const box = svg.getBoundingClientRect();
      const p = (((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (RIGHT - LEFT);
      show(Math.round(100 * Math.min(1, Math.max(0, p))) / 100);
    }

    svg.addEventListener("pointerdown", (event) => {
      svg.setPointerCapture(event.pointerId);
      drag(event);
    });
    svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && drag(event));
    slider.addEventListener("input", () => show(slider.value / 100));
    const examples = [...fallback.querySelectorAll("tbody tr")].map(({ cells }) => cells[0].textContent.trim());
    const buttons = examples.map((text) => button(`p = ${text}`, () => show(number(text), `p = ${text}`)));

    // The handle of the slider, 16 pixels wide, stands under the point.
    const [left, right] = [LEFT, WIDTH - RIGHT].map((part) => `calc(${(100 * part) / WIDTH}% - 8px)`);
    slider.style.margin = `0 ${right} 0 ${left}`;
    svg.classList.add("draggable");
    svg.append(...axes(), guide, curve(), point);
    live.append(svg, make("div", { class: "figure-slider" }, make("span", {}, "p"), slider), said);
    live.append(make("p", { class: "figure-buttons" }, ...buttons));
    show(number(examples[0]), `p = ${examples[0]}`);
  });
})();
