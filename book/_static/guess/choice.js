// Guess one of several. They are a list in the question, and the right one stands again as the first <b> of the answer.
courseLM.guess.kinds.choice = (host, question) => {
  "use strict";
  const { make } = courseLM.base;
  const truth = host.querySelector("details b").textContent.trim();
  const options = [...host.querySelectorAll(":scope > ul > li")].map((item) => {
    const radio = make("input", { type: "radio", name: `${host.id}-option` });
    const tag = make("span", { class: "guess-tag" });
    const words = make("span", {}, ...item.cloneNode(true).childNodes);
    const element = make("label", { class: "guess-option" }, radio, words, tag);
    return { radio, tag, element, isTrue: item.textContent.trim() === truth };
  });
  const chosen = () => options.find(({ radio }) => radio.checked);

  function verdict() {
    const { isTrue } = chosen();
    return { off: isTrue ? 0 : 1, parts: [make("b", {}, isTrue ? "Right." : "Not this time.")] };
  }

  /** Mark the answer and the guess, or neither. */
  function reveal(isShown) {
    for (const { radio, tag, element, isTrue } of options) {
      element.classList.toggle("is-true", isShown && isTrue);
      tag.textContent = !isShown ? "" : isTrue ? "✓ the answer" : radio.checked ? "your guess" : "";
    }
  }

  const rows = options.map(({ element }) => element);
  const controls = make("div", { role: "radiogroup", "aria-labelledby": question }, ...rows);
  return {
    controls,
    input: controls,
    hint: "Choose one. A wrong guess teaches as much as a right one.",
    missing: () => (chosen() ? "" : "Choose one first. Any will do."),
    focus: () => options[0].radio.focus(),
    verdict,
    reveal,
  };
};
