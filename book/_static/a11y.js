// Gaps of the theme that a keyboard, a screen reader, a printer or a page opened as a file would meet.
courseLM.a11y = (() => {
  // The search field shows "Search Ctrl+K" but is labeled "Search": what is seen should be what is read.
  for (const button of document.querySelectorAll("button.search-button-field"))
    button.removeAttribute("aria-label");

  // The book's title in the side bar belongs to no landmark.
  const sidebar = document.querySelector(".bd-sidebar-primary");
  if (sidebar) {
    sidebar.setAttribute("role", "region");
    sidebar.setAttribute("aria-label", "Book");
  }

  // Sphinx lays out a long signature as a list of definitions without terms. It is one line of code.
  for (const list of document.querySelectorAll("dt.sig dl")) list.setAttribute("role", "none");

  // An equation, a table or code wider than the screen scrolls sideways: let the keyboard reach it. The theme does
  // this too, but before formulas are typeset, when tables are still narrow, and some time after a screen turns.
  const WIDE = 'mjx-container[display="true"], .pst-scrollable-table-container, article pre';
  const widths = new ResizeObserver((entries) => {
    for (const { target: box } of entries)
      if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
  });

  function watchWideBoxes(root) {
    for (const box of root.querySelectorAll(WIDE)) widths.observe(box);
  }

  // Paper is white and cannot be unfolded: print in light mode and with all answers open, whatever the screen shows.
  const root = document.documentElement;
  let onScreen = null; // the mode and what is folded, while they are not what the screen shows

  function toPaper() {
    if (onScreen) return;
    onScreen = { mode: root.dataset.theme, folds: document.querySelectorAll("article details:not([open])") };
    root.dataset.theme = "light";
    for (const fold of onScreen.folds) fold.open = true;
  }

  function toScreen() {
    if (!onScreen) return;
    root.dataset.theme = onScreen.mode;
    for (const fold of onScreen.folds) fold.open = false;
    onScreen = null;
  }

  addEventListener("beforeprint", toPaper); // when the medium changes, the sheets have been counted
  addEventListener("afterprint", toScreen);
  matchMedia("print").addEventListener("change", ({ matches }) => (matches ? toPaper() : toScreen()));

  addEventListener("load", () => {
    if (window.MathJax && MathJax.startup) MathJax.startup.promise.then(() => watchWideBoxes(document));
  });

  return { watchWideBoxes };
})();
