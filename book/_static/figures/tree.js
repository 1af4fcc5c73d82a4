// A tree of continuations that can be opened anywhere: by a click, the keys of a tree, or typing along its branches.
(() => {
  "use strict";
  const { make, draw, button, fixed, visible, spoken, bits, softmax, isCalm } = courseLM.base;
  const { PITCH, MARGIN, ROW, Branch, open, fill, layout, outline, left } = courseLM.branches;

  const IMPOSSIBLE = "No sentence of the source begins like this, so it has nothing to say: all characters get the same share.";

  /** The probabilities of what comes after a text, by character: of the model, and of the exact source. */
  async function loadReaders() {
    const [model, source] = await Promise.all([courseLM.load("toy"), courseLM.ToySource.load()]);
    const scorer = new courseLM.Scorer(model);
    const named = (p) => new Map(model.alphabet.map((character, id) => [character, p[id]]));
    return {
      alphabet: model.alphabet,
      model: (text) => named(softmax(scorer.next(text))),
      source: (text) => named(source.next(text)),
      isPossible: (text) => source.rows(text).at(-1)?.possible ?? true,
    };
  }

  /** A probability with two digits that say something. */
  function short(p) {
    if (p === 1) return "1";
    if (p > 0 && p < 0.0005) return `1 in ${Number((1 / p).toPrecision(2)).toLocaleString("en-US")}`;
    return fixed(p, p < 0.001 ? 4 : p < 0.0995 ? 3 : 2);
  }

  /** How a width, and a cost, come about: all factors or terms that are not next to nothing, and the result. */
  function worked(path, [name, value, sign, nothing], total) {
    const telling = path.filter((branch) => !branch.isRest && branch.p < 0.995);
    const parts = telling.slice(-6).map((branch) => value(branch));
    if (telling.length > 6) parts.unshift("…");
    if (telling.length < path.length) parts.push(`${path.length - telling.length} × ${nothing}`);
    return `${name} = ${path.length > 1 || telling.length < path.length ? `${parts.join(sign)} = ` : ""}${total}`;
  }

  /** One sentence about a branch, for a screen reader. */
  function sentence(branch) {
    if (branch.isRest) return `${branch.n} others together, probability ${short(branch.p)}. Enter names more of them.`;
    if (!branch.parent) return `after ${branch.text.trim() ? `“${branch.text}”` : "the start of a sentence"}, width 1`;
    const sum = `width ${short(branch.width)}, ${fixed(bits(branch.nats), 2)} bits`;
    return `${spoken(branch.character)}, probability ${short(branch.p)}, ${sum}`;
  }

  function build(live, fallback, readers) {
    const beginnings = [...fallback.querySelectorAll(".beginnings code")].map((code) => code.textContent);
    const svg = draw("svg", { "aria-hidden": "true" });
    const items = make("div", { role: "tree", "aria-label": "What may come next" });
    const ground = make("div", { class: "tree-ground" }, svg, items);
    const view = make("div", { class: "tree-view" }, ground);
    const [read, width, cost] = [make("p", { class: "tree-text" }), make("p"), make("p")];
    const said = make("p", { class: "figure-note", role: "status" });
    const text = make("input", { type: "text", maxlength: 60, spellcheck: "false", autocapitalize: "off" });
    text.autocomplete = "off";
    const who = make("select", {}, make("option", { value: "model" }, "the model"));
    who.append(make("option", { value: "source" }, "the exact source"));
    const elements = new Map(); // of each branch that was drawn: its item and its outline
    let trunk, current, places;

    const next = (beginning) => readers[who.value](beginning);

    function plant(beginning) {
      const readable = [...beginning.toLowerCase()].filter((c) => readers.alphabet.includes(c)).join("");
      said.textContent =
        readable === beginning
          ? "Click the end of a branch to open it, or type along the branches."
          : "Read in small letters, without what this model cannot read.";
      if (who.value === "source" && !readers.isPossible(readable)) said.textContent = IMPOSSIBLE;
      trunk = current = new Branch(null, readable, "", 1);
      elements.clear();
      fill(trunk, next, view.clientHeight, Math.floor((view.clientWidth - 2 * PITCH) / PITCH));
      while (current.isOpen && current.depth < 3) [current] = current.all;
      show();
      view.scrollTo(0, 0);
    }

    /** Open or close a branch; of the rest, name some more. */
    function toggle(branch) {
      said.textContent = "";
      if (branch.isRest) {
        const { nShown } = branch.parent;
        branch.parent.showMore();
        current = branch.parent.all[nShown];
      } else {
        current = branch;
        if (branch.isOpen) branch.isOpen = false;
        else open(branch, next);
      }
      show();
      look();
    }

    function go(branch) {
      if (!branch) return;
      current = branch;
      look();
    }

    /** Walk on to a character that may come after the current one. */
    function type(character) {
      if (current.isRest) current = current.parent;
      current.grow(next);
      const place = current.all.findIndex((branch) => branch.character === character);
      if (place < 0) {
        said.textContent = `“${character}” cannot come here.`;
        return;
      }
      current.isOpen = true;
      current.showMore(Math.max(0, place + 1 - current.nShown));
      current = current.all[place];
      show();
      look();
    }

    function onkeydown(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const shown = places.map(({ branch }) => branch).filter(({ isThin }) => !isThin);
      const at = shown.indexOf(current);
      const keys = {
        ArrowDown: () => go(shown[at + 1]),
        ArrowUp: () => go(shown[at - 1]),
        ArrowRight: () => (current.isOpen ? go(current.drawn[0]) : toggle(current)),
        ArrowLeft: () => (current.isOpen && current.parent ? toggle(current) : go(current.parent)),
        Home: () => go(shown[0]),
        End: () => go(shown.at(-1)),
        Enter: () => toggle(current),
      };
      const act = keys[event.key] || (readers.alphabet.includes(event.key) && (() => type(event.key)));
      if (!act) return;
      event.preventDefault();
      act();
    }

    /** The item and the outline of a branch, made when it is first drawn. */
    function element(branch) {
      if (!elements.has(branch)) {
        const onclick = () => toggle(branch);
        const onfocus = () => {
          current = branch;
          mark();
        };
        const item = make("div", { role: "treeitem", tabindex: "-1", onclick, onfocus }, make("b"), make("span"));
        elements.set(branch, { item, shape: draw("path", { onclick }) });
      }
      return elements.get(branch);
    }

    function show() {
      const found = layout(trunk);
      places = found.places;
      const byBranch = new Map(places.map((place) => [place.branch, place]));
      const deepest = Math.max(...places.map(({ branch }) => branch.depth));
      const size = { width: 2 * MARGIN + (deepest + 1) * PITCH + 60, height: found.height };
      for (const name of Object.keys(size)) {
        svg.setAttribute(name, size[name]);
        ground.style[name] = `${size[name]}px`;
      }
      for (const place of places) drawBranch(place, byBranch.get(place.branch.parent));
      const named = places.filter(({ branch }) => !branch.isThin);
      svg.replaceChildren(...places.map(({ branch }) => element(branch).shape));
      const hadFocus = items.contains(document.activeElement);
      items.replaceChildren(...named.map(({ branch }) => element(branch).item));
      mark();
      if (hadFocus) element(current).item.focus({ preventScroll: true });
    }

    function drawBranch(place, parent) {
      const { branch } = place;
      const { item, shape } = element(branch);
      const siblings = (branch.parent?.drawn || [branch]).filter(({ isThin }) => !isThin);
      const [character, number] = item.children;
      shape.setAttribute("d", outline(place, parent));
      item.style.transform = `translate(${left(branch)}px, ${place.y - ROW / 2}px)`;
      item.classList.toggle("is-on-wide", place.thick > 16);
      shape.classList.toggle("is-thin", place.thick < 8);
      character.textContent = branch.isRest ? "…" : branch.parent ? visible(branch.character) : "1";
      number.textContent = branch.isOpen ? "" : short(branch.width);
      const facts = { label: sentence(branch), level: branch.depth + 1, setsize: siblings.length };
      facts.posinset = siblings.indexOf(branch) + 1;
      if (!branch.isRest) facts.expanded = branch.isOpen;
      for (const [key, value] of Object.entries(facts)) item.setAttribute(`aria-${key}`, value);
    }

    /** Show which branch is looked at, and what its path multiplies and adds up to. */
    function mark() {
      const path = current.isRest ? [...current.parent.path, current] : current.path;
      for (const { branch } of places) {
        const { item, shape } = element(branch);
        item.tabIndex = branch === current ? 0 : -1;
        item.setAttribute("aria-selected", branch === current);
        const isOnPath = branch === trunk || path.includes(branch);
        shape.classList.toggle("path", isOnPath);
        shape.classList.toggle("rest", Boolean(branch.isRest));
        item.classList.toggle("is-on-path", isOnPath);
      }
      ground.classList.toggle("is-source", who.value === "source");
      const added = path.map(({ character }) => character || `(${current.n} others)`).join("");
      const shown = (characters) => [...characters].map(visible).join("");
      read.replaceChildren(shown(trunk.text), make("strong", {}, shown(added)));
      const nats = current.isRest ? current.parent.nats - Math.log(current.p) : current.nats;
      const factors = path.map((branch) => ({ ...branch, isRest: false, p: branch.p }));
      const total = `${fixed(bits(nats), 2)} bits`;
      width.textContent = worked(factors, ["width", ({ p }) => short(p), " · ", "about 1"], short(current.width));
      cost.textContent = worked(factors, ["cost", ({ p }) => fixed(-Math.log2(p), 2), " + ", "about 0"], total);
    }

    /** Bring the current branch into view, and give it the focus. */
    function look() {
      const { item } = element(current);
      item.focus({ preventScroll: true });
      const place = places.find(({ branch }) => branch === current);
      const x = left(current);
      const atLeast = x - view.clientWidth + 4 * PITCH; // so far that what comes next can be seen
      const to = { left: Math.max(atLeast, Math.min(view.scrollLeft, x - PITCH)), top: place.y - view.clientHeight / 2 };
      view.scrollTo({ ...to, behavior: isCalm() ? "auto" : "smooth" });
    }

    items.addEventListener("keydown", onkeydown);
    text.addEventListener("input", () => plant(text.value.replaceAll(visible("\n"), "\n")));
    who.addEventListener("change", () => plant(trunk.text));
    const begin = (beginning) => {
      text.value = beginning.replaceAll("\n", visible("\n")); // it has one line
      plant(beginning);
    };
    const chips = beginnings.map((beginning) => button(beginning, () => begin(beginning)));
    const here = button("Begin here", () => {
      if (current === trunk) said.textContent = "The tree begins here already. Choose a branch first.";
      else begin(current.isRest ? current.parent.text : current.text);
    });
    const labeled = (name, control) => make("label", {}, `${name} `, control);
    live.append(
      make("p", { class: "figure-controls" }, labeled("beginning", text), labeled("according to", who)),
      make("p", { class: "figure-buttons" }, ...chips),
      view, read, width, cost,
      make("p", { class: "figure-buttons" }, here), said,
    );
    begin(beginnings[0]);
  }

  courseLM.figures.start("tree", (live, fallback) => {
    const figure = fallback.closest("figure");
    const seen = new IntersectionObserver(async ([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      try {
        build(live, fallback, await loadReaders());
      } catch (error) {
        if (!(error instanceof courseLM.CourseLMError)) throw error;
        live.remove();
        figure.classList.remove("is-live"); // the static part says it without the model
      }
    }, { rootMargin: "800px" });
    seen.observe(figure);
  });
})();
