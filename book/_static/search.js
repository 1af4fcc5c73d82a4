// Under each result of a search, the line of the page that has most of the words, and the place where it stands.
// The lines are in search-lines.js; Sphinx finds the pages. See course_ext/search_lines.py.
(() => {
  "use strict";
  const { make } = courseLM.base;
  const LONGEST = 200; // characters of a line
  const BEFORE = 70; // of them before the first word that was found

  const CHAPTER = /^book\/\d/;
  const HEAD_START = 8; // of a chapter, in the points of Sphinx: more than a part of a name, less than a whole one

  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; // Sphinx would show the first words of the page
  Scorer.score = ([page, title, , , points]) => {
    if (!CHAPTER.test(page)) return points;
    return points + (hasAll(title.split(":")[0]) ? 2 * HEAD_START : HEAD_START);
  };
  const query = new URLSearchParams(location.search).get("q") || "";
  const stemmer = new Stemmer();
  const stems = splitQuery(query.toLowerCase()).map((word) => [...new Set([word, stemmer.stemWord(word)])]);
  const words = stems.map((forms) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${forms.join("|")})[\\p{L}\\p{N}]*`, "giu"));

  /** How many of the words a text has. */
  const nFound = (text) => words.filter((word) => text.search(word) >= 0).length;

  const hasAll = (text) => nFound(text) === words.length;

  /** The place and the text with most of the words; of several, the first. */
  function bestLine(lines) {
    return lines.reduce((best, line) => (nFound(line[2]) > nFound(best[2]) ? line : best), lines[0]);
  }

  /** A piece of a text, from its beginning or around the first word that was found, with all of them marked. */
  function excerpt(text, fromBeginning) {
    const first = Math.min(...words.map((word) => text.search(word)).filter((place) => place >= 0), text.length);
    const from = fromBeginning || first === text.length || first <= BEFORE ? 0 : text.indexOf(" ", first - BEFORE) + 1;
    let piece = text.slice(from, from + LONGEST);
    if (from + LONGEST < text.length) piece = `${piece.slice(0, piece.lastIndexOf(" "))} …`;
    const line = make("p", { class: "search-line" }, from > 0 ? "… " : "");
    let end = 0;
    const places = words.flatMap((word) => [...piece.matchAll(word)]).sort((a, b) => a.index - b.index);
    for (const { 0: word, index } of places) {
      if (index < end) continue; // two words of the query found the same one
      line.append(piece.slice(end, index), make("mark", {}, word));
      end = index + word.length;
    }
    line.append(piece.slice(end));
    return line;
  }

  function explain(result) {
    const link = result.querySelector("a");
    const [page, anchor] = link.getAttribute("href").split("#");
    const lines = courseLM.searchLines[page.replace(/\.html$/, "")] || [];
    const here = lines.filter(([id]) => id === anchor);
    if (lines.length === 0) return;
    const [id, title, text] = bestLine(here.length > 0 ? here : lines);
    const line = excerpt(text, id === anchor && hasAll(title));
    if (!link.textContent.endsWith(title)) line.prepend(make("a", { href: `${page}#${id}` }, title), ": ");
    result.append(line);
  }

  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node.matches?.("ul.search > li")) explain(node);
  }).observe(document.getElementById("search-results"), { childList: true, subtree: true });
})();
