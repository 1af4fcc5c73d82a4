"""Draw the loss on new text against the seconds of training: ours, nanoGPT's for a CPU, and n-grams.

    python benchmarks/loss_against_seconds.py --nanogpt PATH

PATH is a checkout of https://github.com/karpathy/nanoGPT. The runs are those of nanogpt.py, and ours in bfloat16 once
more with all 1,000 updates of the preset. They take turns in one process with one thread; looking at the loss costs
them no time. An n-gram is a point: it counts once. The figure is written beside this script; the table is printed.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from matplotlib import rc_context
from nanogpt import FOR_A_CPU, Competitor, nanogpt, ours, processor, race

from course_lm import NGramLM, evaluate, load_corpus
from course_lm.data import Corpus
from course_lm.plot.style import DASHES, INK_2, MODEL, RC, RIVALS, SOURCE, Canvas, plain_ticks

FIGURE = Path(__file__).with_suffix(".svg")
LOOKS = 12  # at each run, the more often the earlier
ORDERS = (2, 3, 8)  # of the n-grams
Curve = list[tuple[float, float]]  # seconds so far, nats per character


def trained(path: str, corpus: Corpus) -> dict[str, Curve]:
    """The curve of each run by its name."""
    runs = [
        nanogpt(path, corpus, 0, FOR_A_CPU, torch.device("cpu")),
        ours(corpus, 0, 180, "float32"),
        ours(corpus, 0, 180, "bfloat16"),
        ours(corpus, 0, 1000, "bfloat16"),
    ]
    names = {id(run): f"{run.name}, {run.steps:,} updates" for run in runs}
    curves: dict[str, Curve] = {name: [] for name in names.values()}

    def look(run: Competitor) -> None:
        if run.done in {round(run.steps ** (k / LOOKS)) for k in range(LOOKS // 3, LOOKS + 1)}:
            nats = evaluate(run.model, corpus.val).nats_per_token
            curves[names[id(run)]].append((run.seconds, nats))

    race(runs, look)
    return curves


def counted(corpus: Corpus) -> dict[str, Curve]:
    """The one point of each n-gram by its name."""
    curves: dict[str, Curve] = {}
    for n in ORDERS:
        began = time.perf_counter()
        model = NGramLM(n, corpus.tokenizer.vocab_size).fit(corpus.train)
        seconds = time.perf_counter() - began
        curves[f"{n}-gram"] = [(seconds, evaluate(model, corpus.val).nats_per_token)]
    return curves


def draw(runs: dict[str, Curve], points: dict[str, Curve]) -> None:
    """Write the figure."""
    with rc_context(RC):
        canvas = Canvas()
        axes = canvas.axes("seconds of training, one thread", "loss on new text, nats per character", height=340)
        axes.set(xscale="log")
        ends = {}
        for (name, curve), dash in zip(runs.items(), DASHES, strict=True):
            color = RIVALS[0] if name.startswith("nanoGPT") else MODEL
            axes.plot(*zip(*curve, strict=True), color=color, linestyle=dash)
            ends[name] = (curve[-1][1], color)
        for name, [(seconds, nats)] in points.items():
            axes.plot(seconds, nats, "o", color=SOURCE)
            axes.annotate(name, (seconds, nats), (6, 4), textcoords="offset points", color=INK_2)
        axes.set_ylim(1.5, 3.5)
        plain_ticks(axes, x=[0.1, 1, 10, 100])
        canvas.label_ends(axes, ends)
        canvas.figure.savefig(FIGURE, metadata={"Date": None})


def main() -> None:
    """Run all, print the table, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nanogpt", required=True, help="a checkout of nanoGPT")
    path = parser.parse_args().nanogpt
    torch.set_num_threads(1)
    corpus = load_corpus("shakespeare")
    points, runs = counted(corpus), trained(path, corpus)
    print(
        f"{processor()}, torch {torch.__version__}, one thread\n\n| run | seconds | nats per character |\n|---|---|---|"
    )
    for name, curve in {**points, **runs}.items():
        for seconds, nats in curve:
            print(f"| {name} | {seconds:.2f} | {nats:.4f} |")
    draw(runs, points)


if __name__ == "__main__":
    main()
