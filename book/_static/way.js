// How far each chapter has been read, which the device keeps, and the bar on top that shows it (course_ext/way.py).
courseLM.way = (() => {
  "use strict";
  const { kept, keep } = courseLM.base;
  const NAME = "read"; // { "03_cross_entropy": 0.42, … }

  /**
   * The share of a page that has been read: 0 before it was scrolled, 1 when the end of its text came into sight.
   * @param {number} scrolled pixels above the window
   * @param {number} end where the text ends, in pixels from the top of the page
   * @param {number} height of the window, in pixels
   */
  const share = (scrolled, end, height) => (end > height ? Math.min(1, Math.max(0, scrolled / (end - height))) : 1);

  /** What is kept after another look at a chapter: the furthest that it was read, in hundredths. */
  function furthest(read, chapter, now) {
    return { ...read, [chapter]: Math.max(read[chapter] || 0, Math.floor(100 * now) / 100) };
  }

  /** The same in words, or "" where nothing was read. */
  function inWords(read, chapters) {
    const done = chapters.filter((chapter) => read[chapter] >= 0.99).length;
    const begun = chapters.filter((chapter) => read[chapter] > 0).length - done;
    if (done + begun === 0) return "";
    const unit = chapters.length === 1 ? "chapter" : "chapters";
    return `${done} of ${chapters.length} ${unit} read${begun ? `, ${begun} begun` : ""}; kept on this device alone.`;
  }

  if (globalThis.document) start();

  function start() {
    const steps = new Map([...document.querySelectorAll("[data-chapter]")].map((a) => [a.dataset.chapter, a]));
    const here = document.querySelector('[data-chapter][aria-current="page"]')?.dataset.chapter;
    const article = document.querySelector("article.bd-article");
    const note = document.querySelector(".way-kept");
    let read = kept(NAME, {});
    let waits = false;

    function show() {
      for (const [chapter, step] of steps) step.style.setProperty("--read", read[chapter] || 0);
      if (!note) return;
      const words = inWords(read, [...steps.keys()]);
      note.hidden = !words;
      note.querySelector("p").textContent = words;
    }

    function look() {
      waits = false;
      if (!here || scrollY === 0) return;
      const end = article.getBoundingClientRect().bottom + scrollY;
      const before = read[here] || 0;
      read = furthest(kept(NAME, {}), here, share(scrollY, end, innerHeight)); // another tab may have read on
      if (read[here] === before) return;
      keep(NAME, read);
      show();
    }

    function lookSoon() {
      if (!waits) requestAnimationFrame(look);
      waits = true;
    }

    function forget() {
      read = {};
      keep(NAME, null);
      show();
      document.querySelector(".bd-links a")?.focus(); // the button is gone
    }

    show();
    addEventListener("scroll", lookSoon, { passive: true });
    note?.querySelector("button").addEventListener("click", forget);
    contents();
    search();
  }

  /** The list of sections: it closes on Escape, on a click elsewhere and when followed, and says where one is. */
  function contents() {
    const fold = document.querySelector(".way-contents");
    if (!fold) return;
    const links = [...fold.querySelectorAll("nav a")];
    const heading = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const close = () => (fold.open = false);

    function mark() {
      const passed = links.filter((link) => heading(link)?.getBoundingClientRect().top < innerHeight / 3);
      for (const link of links) link.removeAttribute("aria-current");
      passed.at(-1)?.setAttribute("aria-current", "location");
    }

    fold.addEventListener("toggle", () => fold.open && mark());
    fold.addEventListener("click", (event) => event.target.closest("a") && close());
    fold.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !fold.open) return;
      close();
      fold.querySelector("summary").focus();
    });
    fold.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !fold.contains(relatedTarget) && close());
    document.addEventListener("pointerdown", ({ target }) => !fold.contains(target) && close());
  }

  /** The link to the search opens its field in place, as Ctrl+K does. */
  function search() {
    const dialog = document.getElementById("pst-search-dialog");
    if (!dialog) return;
    document.querySelector(".way-search").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      dialog.showModal();
      dialog.querySelector("input").focus();
    });
  }

  return { share, furthest, inWords };
})();
