// Guess a positive number. The truth is the first <b> of the answer, and how far one is off counts as a factor: on the
// ruler, half is as far from the truth as twice.
courseLM.guess.kinds.number = (host, question) => {
  "use strict";
  const { make, fixed } = courseLM.base;
  const { factor, readNumber } = courseLM.guess;
  const POWERS = 3; // of two, to each side of the truth
  const shown = host.querySelector("details b").textContent;
  const truth = readNumber(shown);
  const input = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", size: 9 });
  input.setAttribute("aria-label", "Your guess, a number");
  input.setAttribute("aria-describedby", question);
  const target = make("span", { class: "guess-target" });
  const mine = make("span", { class: "guess-mine" });
  const ruler = make("div", { class: "guess-ruler", "aria-hidden": "true" }, ...ticks(), at(0, target), mine);

  /** Put an element at a factor, given as its logarithm to base 2; what is too far stands at the end. */
  function at(log2, element) {
    const inside = Math.max(-POWERS, Math.min(POWERS, log2));
    element.style.left = `${50 + (44 * inside) / POWERS}%`;
    return element;
  }

  function ticks() {
    const powers = Array.from({ length: 2 * POWERS + 1 }, (_, i) => i - POWERS);
    const label = (k) => (k ? `${k < 0 ? "÷" : "×"}${2 ** Math.abs(k)}` : "");
    return powers.map((k) => at(k, make("span", { class: "guess-tick" }, make("span", {}, label(k)))));
  }

  function verdict() {
    const guess = readNumber(input.value);
    const times = factor(guess, truth);
    const way = guess < truth ? "small" : "large";
    const percent = Math.max(1, Math.round(100 * Math.abs(guess / truth - 1)));
    const off = times < 9.95 ? fixed(times, 1) : Math.round(times).toLocaleString("en");
    const far = times < 1.1 ? `Nearly: too ${way} by ${percent} %.` : `Too ${way} by a factor of ${off}.`;
    const words = make("b", { class: "is-cost" }, times < 1.005 ? "Right." : far);
    return { off: Math.log2(times), parts: [`You said ${input.value.trim()}. `, words] };
  }

  function reveal(isShown) {
    ruler.classList.toggle("is-shown", isShown);
    target.textContent = isShown ? shown : "?";
    if (!isShown) return;
    const log2 = Math.log2(readNumber(input.value) / truth);
    at(log2, mine).textContent = Math.abs(log2) <= POWERS ? "you" : log2 < 0 ? "◂ you" : "you ▸";
  }

  return {
    controls: make("div", {}, make("label", { class: "guess-entry" }, make("span", {}, "Your guess"), input), ruler),
    input,
    hint: "Half the truth is as far off as twice the truth.",
    missing: () => (readNumber(input.value) > 0 ? "" : "Type a number above 0 first. Any will do."),
    focus: () => input.focus(),
    verdict,
    reveal,
  };
};
