// Notes beside the text, where the window leaves room: who wrote a work that is cited, what a term means, what a name of
// the package does. Each stands beside its first mention, or beside a later one where the first has no room. Nothing
// depends on them: the same stands behind the links of the text.
courseLM.notes = (() => {
  "use strict";
  const GAP = 14; // pixels between two notes
  const DRIFT = 72; // pixels that a note may stand below its mention
  const LONGEST = 140; // characters of a definition

  /**
   * The places of notes from above: each as near below its mention as what stands there lets it.
   * @param {{id: string, top: number, height: number}[]} wishes in the order of the page; an id may wish again later
   * @param {[number, number][]} taken from where to where other things reach into the column, sorted
   * @returns {Map<string, number>} the tops of the notes that find a place
   */
  function arrange(wishes, taken) {
    const places = new Map();
    let end = -Infinity; // of the last note
    for (const { id, top, height } of wishes) {
      if (places.has(id)) continue;
      let at = Math.max(top, end + GAP);
      for (const [from, to] of taken) if (at + height + GAP > from && at < to + GAP) at = to + GAP;
      if (at - top > DRIFT) continue;
      places.set(id, at);
      end = at + height;
    }
    return places;
  }

  /** The first sentence of a definition, up to its colon if it is long; "" where it has a formula or is too long. */
  function brief(html) {
    const box = new DOMParser().parseFromString(html, "text/html").body;
    const first = box.querySelector("p") || box;
    for (const formula of first.querySelectorAll(".math")) formula.replaceWith("\u0000");
    const sentence = first.textContent.trim().split(/(?<=\.)\s/)[0];
    const text = sentence.length > LONGEST ? sentence.split(/[:;]/)[0].replace(/\.?$/, ".") : sentence;
    return text.length > LONGEST || text.includes("\u0000") ? "" : text;
  }

  if (globalThis.document) start();

  function start() {
    const { make } = courseLM.base;
    const { works = {}, names = {} } = courseLM.margin || {};
    const tips = courseLM.glossaryTips || {};
    const article = document.querySelector("article.bd-article");
    const column = make("aside", { class: "notes", "aria-label": "Notes in the margin" });
    const notes = new Map(); // id -> element
    const mentions = []; // in the order of the page: { id, element }
    const beside = matchMedia("(min-width: 80em)");
    const anchor = (link) => decodeURIComponent(link.hash.slice(1));

    function work(link) {
      const { authors, year, title, address } = works[anchor(link)];
      const linked = make("a", { href: address || link.href }, title);
      return make("div", { class: "side-note" }, `${authors}, ${year}. `, make("em", {}, linked), ".");
    }

    function definition(link) {
      const { term, html } = tips[anchor(link)];
      const text = brief(html);
      return text && make("div", { class: "side-note" }, make("b", {}, term), `: ${text[0].toLowerCase()}${text.slice(1)}`);
    }

    const summary = (name) =>
      make("div", { class: "side-note" }, make("code", {}, make("a", { href: `api.html#course_lm.${name}` }, name)), `: ${names[name]}`);

    function mention(element, id, write) {
      if (!notes.has(id)) notes.set(id, write());
      if (notes.get(id)) mentions.push({ id, element });
    }

    const IN_TEXT = ":is(p, li) :is(a[href*='references.html#'], a.glossary-term, code)";
    for (const element of article.querySelectorAll(IN_TEXT)) {
      if (element.closest("figure, details, .chapter-end, .live-model, .guess, table")) continue;
      if (element.tagName === "CODE") {
        const name = element.textContent.split("(")[0];
        if (Object.hasOwn(names, name)) mention(element, `name ${name}`, () => summary(name));
      } else if (element.matches(".glossary-term")) {
        if (tips[anchor(element)]) mention(element, anchor(element), () => definition(element));
      } else if (works[anchor(element)]) mention(element, anchor(element), () => work(element));
    }
    column.append(...[...notes.values()].filter(Boolean));
    article.append(column);

    /** From where to where figures, code, tables and formulas reach into the column of notes. */
    function obstacles(top, left) {
      const wide = "figure, pre, table, mjx-container[display='true'], .guess, .course-figure, .chapter-end, h1, h2";
      return [...article.querySelectorAll(wide)]
        .map((element) => element.getBoundingClientRect())
        .filter((box) => box.height && box.right > left - 16)
        .map((box) => [box.top - top, box.bottom - top])
        .sort((a, b) => a[0] - b[0]);
    }

    function place() {
      if (!beside.matches) return;
      const { top, height } = article.getBoundingClientRect();
      const wishes = mentions
        .filter(({ element }) => element.checkVisibility())
        .map(({ id, element }) => {
          const line = element.getClientRects()[0];
          return { id, top: line.top - top, height: notes.get(id).offsetHeight };
        });
      const places = arrange(wishes, obstacles(top, column.getBoundingClientRect().left));
      for (const [id, note] of notes) {
        if (!note) continue;
        const at = places.get(id);
        const fits = at !== undefined && at + note.offsetHeight < height;
        note.classList.toggle("is-placed", fits);
        if (fits) note.style.top = `${at}px`;
      }
    }

    let waits = 0;
    const placeSoon = () => {
      cancelAnimationFrame(waits);
      waits = requestAnimationFrame(place);
    };
    new ResizeObserver(placeSoon).observe(article); // fonts, formulas and folds change its height
    beside.addEventListener("change", placeSoon);
  }

  return { arrange, brief };
})();
