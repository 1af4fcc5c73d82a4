// Definitions that open next to a glossary term: on hover, on keyboard focus, and on the first tap.
// Escape, a click elsewhere, or moving on closes them. The second tap, or a click, follows the link.
// The texts are in glossary-tips.js; the links carry the class `glossary-term` (see course_ext/glossary.py).
courseLM.glossary = (() => {
  const CLOSE_AFTER_MS = 250; // time for the mouse to travel from the term into the definition
  const MARGIN_PX = 8;
  const tips = courseLM.glossaryTips || {};
  const drawn = new Map(); // anchor -> element, so that formulas are typeset once
  let link = null; // the term whose definition is open
  let tip = null;
  let closing = 0;
  let lastPointer = "mouse";

  const anchorOf = (a) => decodeURIComponent(a.hash.slice(1));

  function draw(a) {
    const { term, html } = tips[anchorOf(a)];
    const box = document.createElement("div");
    box.className = "glossary-tip";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `Definition of ${term}`);
    box.innerHTML =
      `<p class="glossary-tip-term"></p><div id="glossary-definition">${html}</div>` +
      `<p class="glossary-tip-more"><a>See in glossary</a></p>`;
    box.querySelector(".glossary-tip-term").textContent = term;
    box.querySelector(".glossary-tip-more a").href = a.href;
    // Links inside a definition were written for the glossary page: resolve them from there.
    for (const inner of box.querySelectorAll("#glossary-definition a[href]"))
      inner.href = new URL(inner.getAttribute("href"), a.href).href;
    box.addEventListener("pointerenter", () => clearTimeout(closing));
    box.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && closeSoon());
    return box;
  }

  function place() {
    const term = link.getClientRects()[0];
    const { offsetWidth: width, offsetHeight: height } = tip;
    const fitsBelow = term.bottom + height + MARGIN_PX <= innerHeight;
    const left = Math.min(term.left, document.documentElement.clientWidth - width - MARGIN_PX);
    tip.style.left = `${Math.max(MARGIN_PX, left)}px`;
    tip.style.top = `${fitsBelow || term.top < height ? term.bottom : term.top - height}px`;
  }

  function open(a) {
    clearTimeout(closing);
    if (a === link) return;
    close();
    const anchor = anchorOf(a);
    const isNew = !drawn.has(anchor);
    if (isNew) drawn.set(anchor, draw(a));
    link = a;
    tip = drawn.get(anchor);
    a.after(tip); // next in reading order and in the order of the Tab key
    a.setAttribute("aria-describedby", "glossary-definition");
    a.setAttribute("aria-expanded", "true");
    place();
    if (isNew && window.MathJax && MathJax.typesetPromise && tip.querySelector(".math"))
      MathJax.typesetPromise([tip]).then(() => {
        if (a === link) place();
        courseLM.a11y.watchWideBoxes(drawn.get(anchor));
      });
  }

  function close() {
    clearTimeout(closing);
    if (!link) return;
    tip.remove();
    link.removeAttribute("aria-describedby");
    link.setAttribute("aria-expanded", "false");
    link = tip = null;
  }

  function closeSoon() {
    clearTimeout(closing);
    closing = setTimeout(close, CLOSE_AFTER_MS);
  }

  const isInside = (node) => link && (link.contains(node) || tip.contains(node));

  function watch(a) {
    a.setAttribute("aria-expanded", "false");
    a.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && open(a));
    a.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && closeSoon());
    a.addEventListener("focus", () => a.matches(":focus-visible") && open(a));
    a.addEventListener("click", (event) => {
      if (lastPointer === "mouse" || a === link) return;
      event.preventDefault(); // the first tap only opens
      open(a);
    });
  }

  function closeOnEscape(event) {
    if (event.key !== "Escape" || !link) return;
    if (tip.contains(document.activeElement)) link.focus();
    close();
  }

  for (const a of document.querySelectorAll("a.glossary-term")) if (tips[anchorOf(a)]) watch(a);
  document.addEventListener("pointerdown", (event) => {
    lastPointer = event.pointerType;
    if (!isInside(event.target)) close();
  });
  document.addEventListener("focusin", (event) => !isInside(event.target) && close());
  document.addEventListener("keydown", closeOnEscape);
  for (const name of ["scroll", "resize"]) addEventListener(name, () => link && place(), { passive: true });

  return { open, close };
})();
