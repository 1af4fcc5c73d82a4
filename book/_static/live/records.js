// What the game "you against the model" keeps on the device, and what it shows of that: the best rounds, and how often
// the reader was right at each stake. Needs base.js, stakes.js and puzzles.js.
courseLM.records = (() => {
  "use strict";
  const { button, draw, fixed, keep, kept, make } = courseLM.base;
  const { STAKES } = courseLM.stakes;
  const NAME = "game";
  const MOST_ROUNDS = 500; // kept
  const N_BEST = 3; // shown
  const ENOUGH_GUESSES = 20; // before a picture of them says something
  const SIDE = 200; // pixels of that picture
  const EDGE = { left: 44, below: 40, above: 28, right: 16 };

  const nothing = () => ({ rounds: [], guesses: STAKES.map(() => [0, 0]) });
  const isCount = (value) => Number.isInteger(value) && value >= 0;
  const isPair = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount) && pair[0] <= pair[1];
  const isRound = (round) =>
    round &&
    courseLM.puzzles.languageOf(String(round.id)) &&
    ["you", "model"].every((name) => Number.isFinite(round[name]));

  /**
   * What was kept; nothing, if it is not what this script keeps.
   * @returns {{rounds: {id: string, you: number, model: number}[], guesses: number[][]}} costs in bits; for each
   *   stake how many guesses were right, of how many
   */
  function read() {
    const { rounds, guesses } = kept(NAME, {});
    const isSound = [rounds, guesses].every(Array.isArray) && rounds.every(isRound) && guesses.every(isPair);
    return isSound && guesses.length === STAKES.length ? { rounds, guesses } : nothing();
  }

  /** Whether a puzzle was played here before. */
  const knows = (id) => read().rounds.some((round) => round.id === id);

  /** Keep a round. A puzzle counts when it is played for the first time, since the second time it is known. */
  function add(id, round) {
    if (knows(id)) return;
    const { rounds, guesses } = read();
    rounds.push({ id, you: round.you, model: round.model });
    keep(NAME, {
      rounds: rounds.slice(-MOST_ROUNDS),
      guesses: guesses.map(([right, all], i) => [right + round.guesses[i][0], all + round.guesses[i][1]]),
    });
  }

  /** The rounds in which the reader paid least beside the model. */
  const best = (rounds) => [...rounds].sort((a, b) => a.you - a.model - (b.you - b.model)).slice(0, N_BEST);

  const nameOf = (id) => courseLM.puzzles.title(id);

  /** Show all that is kept. `onForget` is called once it is gone. */
  function show(onForget) {
    const { rounds, guesses } = read();
    if (rounds.length === 0) return make("div");
    const row = ({ id, you, model }) =>
      make("li", {}, `${nameOf(id)}: you ${fixed(you, 1)} bits, the model ${fixed(model, 1)}`);
    const forget = () => {
      keep(NAME, null);
      onForget();
    };
    const summary = `Your rounds: ${rounds.length}, won: ${rounds.filter(({ you, model }) => you < model).length}`;
    return make(
      "details",
      { class: "game-records" },
      make("summary", {}, summary),
      make("p", {}, "The best, by what you paid beside the model:"),
      make("ol", {}, ...best(rounds).map(row)),
      calibration(guesses),
      make("p", {}, "Kept in this browser alone. ", button("Forget my rounds", forget)),
    );
  }

  /** How often the reader was right at each stake: a picture once there are enough guesses, else a sentence. */
  function calibration(guesses) {
    const n = guesses.reduce((sum, [, all]) => sum + all, 0);
    if (n < ENOUGH_GUESSES) {
      const promise = `After ${ENOUGH_GUESSES} guesses a picture shows how often you were right at each stake`;
      return make("p", {}, `${promise}; so far ${n}.`);
    }
    const told = guesses.map(([right, all], i) => `${right} of ${all} at ${STAKES[i].written}`).join(", ");
    return make(
      "figure",
      { class: "game-calibration" },
      picture(guesses),
      make(
        "figcaption",
        {},
        `You were right in ${told}. On the line, you are right as often as you stake; below it you are too sure.`,
      ),
    );
  }

  function picture(guesses) {
    const [width, height] = [EDGE.left + SIDE + EDGE.right, EDGE.above + SIDE + EDGE.below];
    const x = (share) => EDGE.left + SIDE * (2 * share - 1); // from 1/2 to 1
    const y = (share) => EDGE.above + SIDE * (1 - share); // from 0 to 1
    const text = (content, place, anchor) => draw("text", { ...place, "text-anchor": anchor }, content);
    const most = Math.max(...guesses.map(([, all]) => all));
    const dots = guesses.flatMap(([right, all], i) =>
      all === 0
        ? []
        : [
            draw("circle", {
              cx: x(STAKES[i].share),
              cy: y(right / all),
              r: 3 + 7 * Math.sqrt(all / most), // the area tells how many
            }),
          ],
    );
    return draw(
      "svg",
      { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "How often you were right" },
      draw("path", { class: "axis", d: `M${x(0.5)} ${y(1)}V${y(0)}H${x(1)}` }),
      draw("path", { class: "ideal", d: `M${x(0.5)} ${y(0.5)}L${x(1)} ${y(1)}` }),
      ...[0, 0.5, 1].map((share) => text(`${100 * share} %`, { x: x(0.5) - 6, y: y(share) + 4 }, "end")),
      ...STAKES.map(({ share, written }) => text(written, { x: x(share), y: y(0) + 16 }, "middle")),
      text("how often right", { x: 4, y: 14 }, "start"),
      text("your stake", { x: x(0.75), y: y(0) + 34 }, "middle"),
      ...dots,
    );
  }

  return { add, knows, read, show };
})();
