// "Guess first": turns a question with a folded answer into something to do.
//
//   <div class="guess" id="guess-NAME" data-kind="share" data-by="model">
//   <p><b>Guess first.</b> A question?</p>
//   <details><summary>The answer</summary><ul><li>a space: 0.55</li><li>…</li></ul></details>
//   </div>
//
// Each kind (share, number, choice) has a file. It reads its parts and the truth from the page, and returns
//   controls  an element to guess with
//   hint      what to do, in a sentence
//   missing() what is to be done before the truth is shown, in a sentence, or ""
//   focus()   go where that can be done
//   verdict() {parts: words and elements that tell what the guess was worth, off: what the tally wants}
//   reveal(isShown) draw the truth beside the guess, or take it away
//   input     where a new guess takes the truth away, and Enter shows it, if the kind has such a place
//   onmove    is called when the guess is changed beside the truth
// The paragraphs of the answer are shown with the truth. The first guess at each question counts, and is kept on the
// reader's device alone.
(() => {
  "use strict";
  const { make, button, kept, keep } = courseLM.base;
  const KEPT = "guesses"; // {id: {kind, off}}
  const [ASK, AGAIN] = ["Show the answer", "Guess again"];

  function build(host) {
    const question = host.querySelector("p");
    question.id = `${host.id}-question`;
    const kind = courseLM.guess.kinds[host.dataset.kind](host, question.id);
    const said = make("div", { class: "guess-said", role: "status" });
    const tally = make("p", { class: "guess-tally" });
    const look = button(ASK, () => (isShown ? hide() : show()));
    let isShown = false;

    function show() {
      const missing = kind.missing();
      if (missing) {
        tell(missing);
        kind.focus();
        return;
      }
      isShown = true;
      look.textContent = AGAIN;
      kind.reveal(true);
      judge();
      const all = kept(KEPT, {});
      if (!(host.id in all)) keep(KEPT, { ...all, [host.id]: { kind: host.dataset.kind, off: kind.verdict().off } });
      count();
    }

    function judge() {
      const lesson = [...host.querySelectorAll("details > p")].map((p) => p.cloneNode(true));
      said.replaceChildren(make("p", {}, ...kind.verdict().parts), ...lesson);
    }

    function hide() {
      isShown = false;
      look.textContent = ASK;
      kind.reveal(false);
      tell(kind.hint);
      tally.replaceChildren();
    }

    const tell = (words) => said.replaceChildren(make("p", { class: "guess-hint" }, words));

    function count() {
      const guesses = Object.values(kept(KEPT, {}));
      if (guesses.length) tally.replaceChildren(`${courseLM.guess.tally(guesses)} `, button("Forget them", forget));
      else tally.replaceChildren("No guess is kept on this device.");
    }

    function forget() {
      keep(KEPT, null);
      count();
      look.focus(); // its button is gone
    }

    kind.onmove = () => isShown && judge();
    kind.input?.addEventListener("keydown", ({ key }) => key === "Enter" && show());
    kind.input?.addEventListener("input", () => isShown && hide());
    hide();
    const ask = make("p", { class: "guess-do" }, look);
    host.append(make("div", { class: "guess-live" }, kind.controls, ask, said, tally));
    host.classList.add("is-live");
  }

  document.querySelectorAll(".guess").forEach(build);
})();
