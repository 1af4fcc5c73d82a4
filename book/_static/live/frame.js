/*
 * The parts of a live model that stay while what they show changes. Needs tiles.js, numbers.js and more.js.
 */
(function () {
  "use strict";

  const { base, parts } = globalThis.courseLM;
  const { make } = base;

  /**
   * Fill a widget.
   * @param {HTMLElement} host
   * @param {{id: string, extras: string[], isLinked: boolean, told: Object}} options `told` is for the tiles
   * @returns {Object} its parts by name
   */
  function frame(host, { id, extras, isLinked, told }) {
    const box = (look, ...children) => make("div", { class: look }, ...children);
    const answer = make("p", { class: "live-answer", id: `${id}-answer` });
    const note = make("p", { class: "live-note" });
    const said = make("p", { class: "live-said", role: "status" });
    const count = make("p", { class: "live-count" });
    const [editor, keys, tools] = [box("live-editor"), box("live-keys"), box("live-tools", count)];
    const fallback = box("live-static", ...host.childNodes); // for paper, if the model was not loaded
    const all = { answer, note, said, count, keys, tools };
    if (isLinked) {
      all.more = new parts.More(id);
      host.replaceChildren(tries(), editor, answer, note, keys, tools, all.more.details, said, fallback);
    } else {
      all.link = make("a", {}, "Open this text on the page of the live model");
      host.replaceChildren(editor, answer, note, keys, tools, said, fallback);
      if (extras.includes("write")) tools.append(parts.heat());
      if (extras.includes("sizes")) {
        const list = make("dl", { class: "live-numbers simple" });
        all.numbers = new parts.Numbers(list);
        host.append(list);
      }
      host.append(make("p", { class: "live-open" }, all.link));
    }
    return { ...all, tiles: new parts.Tiles(editor, answer.id, told) };
  }

  /** The texts to try, which stand in the page as a list with questions, once more as a row of links. */
  function tries() {
    const links = Array.from(document.querySelectorAll(".live-try li a"), (link) => {
      const { textContent: text, href } = link;
      return make("a", { href, "data-question": question(link) }, text);
    });
    return make("nav", { class: "live-chips", "aria-label": "Things to try" }, ...links);
  }

  /** What the list asks about a text. */
  const question = (link) => link.closest("li").textContent.replace(link.textContent, "").replace(/^[:\s]+/, "").trim();

  Object.assign(parts, { frame });
})();
