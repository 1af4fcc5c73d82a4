// What the companions of the live model share: each shows one more thing about a text, and follows the live model's.
//
//   <div class="live-tape" data-text="the dogs rest.">what is shown without scripts, and printed</div>
//
// A companion begins with its own text. From the reader's first change of the live model on, it takes the text from
// there: the widget says what it reads by the event "live-read". Needs base.js, the scripts that compute, data.js to
// reading.js.
courseLM.companions = (() => {
  "use strict";
  const { make } = courseLM.base;
  const QUIET_MS = 200; // a text is taken over once it has not changed for so long
  const NEAR = "300px"; // a companion works when it is so near to the window

  /**
   * What a companion shows.
   * @typedef {Object} Shown
   * @property {string[]} characters of the text, all in the model's alphabet
   * @property {Reader} reader which may have read the text
   */

  /**
   * Start every companion of a kind on this page.
   * @param {string} name the class of their elements
   * @param {(live: HTMLElement) => (shown: Shown) => void} build fills an element, and returns what draws a text there
   */
  function start(name, build) {
    for (const host of document.querySelectorAll(`div.${name}`)) {
      const fallback = make("div", { class: "companion-static" }, ...host.childNodes);
      const live = make("div", { class: "companion-live" });
      host.append(live, fallback);
      host.classList.add("companion");
      follow(host, build(live));
    }
  }

  /** Let a companion draw its own text when it comes near to the window, and then each that the live model reads. */
  function follow(host, show) {
    let [isNear, hasBegun] = [false, false];
    let waiting = null; // what is to be drawn
    let first = location.hash.includes("text=") ? null : undefined; // the text that the live model began with
    let quiet = 0;

    const drawIfNear = () => {
      if (!isNear || !waiting) return;
      const shown = waiting;
      waiting = null;
      show(shown);
    };
    const take = ({ detail }) => {
      const text = detail.state.model + detail.characters.join("");
      if (first === undefined) first = text;
      if (text === first || !detail.seen?.isWhole) return;
      first = null;
      waiting = { characters: detail.characters, reader: detail.reader };
      clearTimeout(quiet);
      quiet = setTimeout(drawIfNear, QUIET_MS);
    };
    document.addEventListener("live-read", take);
    const near = new IntersectionObserver(
      (entries) => {
        const wasNear = isNear;
        isNear = entries[entries.length - 1].isIntersecting;
        if (isNear && !wasNear) begin();
      },
      { rootMargin: NEAR },
    );
    near.observe(host);

    async function begin() {
      if (!hasBegun) {
        hasBegun = true;
        try {
          const reader = await ownReader();
          waiting ??= { characters: Array.from(host.dataset.text), reader };
        } catch (error) {
          host.firstElementChild.textContent = error.message;
        }
      }
      drawIfNear();
    }
  }

  /** The reader of toy English. */
  async function ownReader() {
    const [model, source] = await Promise.all([courseLM.load("toy"), courseLM.ToySource.load()]);
    return new courseLM.Reader(model, source);
  }

  /** A letter in words, with the word that it belongs to: “the s of dogs”. */
  function inItsWord(characters, at) {
    const character = characters[at];
    const isLetter = (c) => c !== undefined && /[^\s.,]/.test(c);
    let begin = at;
    if (!isLetter(character)) begin -= 1;
    let end = begin;
    while (isLetter(characters[begin - 1])) begin -= 1;
    while (isLetter(characters[end + 1])) end += 1;
    const word = characters.slice(begin, end + 1).join("");
    const name = courseLM.base.spoken(character);
    if (isLetter(character)) return word.length > 1 ? `the ${name} of “${word}”` : `the letter ${name}`;
    return isLetter(word[0]) ? `the ${name} after “${word}”` : `a ${name}`;
  }

  return { start, inItsWord };
})();
