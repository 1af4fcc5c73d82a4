/*
 * Two ways to meet the model, of which the page shows one: write with it, or guess against it. Without scripts the page
 * shows both, one below the other. Needs base.js.
 */
(function () {
  "use strict";

  const { make } = globalThis.courseLM.base;
  const TITLES = ["Write with it", "You against it"];
  const ROUND = "#game:"; // an address that names a round of the game begins so
  const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

  const bar = document.querySelector(".live-modes");
  const game = document.querySelector(".live-game")?.closest("section");
  if (!bar || !game) return;
  const panels = [document.querySelector(".live-writing"), game];
  panels.forEach((panel, i) => {
    panel.id ||= `live-mode-${i}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-label", TITLES[i]);
  });
  const tabs = TITLES.map((title, i) =>
    make("button", { type: "button", role: "tab", "aria-controls": panels[i].id, onclick: () => choose(i) }, title),
  );

  /** A reader who chooses a way to meet the model sees all of it, also on a small screen. */
  function choose(i) {
    open(i);
    bar.scrollIntoView();
  }

  function open(chosen) {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", i === chosen);
      tab.tabIndex = i === chosen ? 0 : -1;
      panels[i].classList.toggle("is-open", i === chosen);
      panels[i].classList.toggle("is-closed", i !== chosen);
    });
  }

  /** The contents of the page, and its links, lead to either. */
  function followAddress() {
    if (location.hash === `#${game.id}` || location.hash.startsWith(ROUND)) open(1);
    else if (location.hash.includes("=")) open(0);
  }

  bar.setAttribute("role", "tablist");
  bar.setAttribute("aria-label", "What to do");
  bar.append(...tabs);
  bar.addEventListener("keydown", (event) => {
    const i = tabs.indexOf(document.activeElement) + (STEPS[event.key] ?? NaN);
    if (!tabs[i]) return;
    open(i);
    tabs[i].focus();
  });
  addEventListener("hashchange", followAddress);
  open(0);
  followAddress();
})();
