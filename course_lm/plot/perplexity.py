"""Figures of how many equally likely tokens a prediction is as hard as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from course_lm.plot.style import BLUE, GRAY, ORANGE, new_figure, visible


def fair_dice(sides: Mapping[str, int], losses: Mapping[str, float]) -> Figure:
    """Which fair die is as hard to guess as the next token?

    Args:
        sides: fair dice by name, with their number of sides.
        losses: models by name, with their loss in nats per token.
    """
    figure, axes = new_figure(
        "Which fair die is as hard to guess as the next token?",
        "loss, nats per token",
        "perplexity: sides of the die",
    )
    right = np.log(max(sides.values())) * 1.12
    nats = np.linspace(0, right, 200)
    axes.plot(nats, np.exp(nats), color=GRAY, linewidth=1, label="e to the loss")
    axes.plot(np.log(list(sides.values())), list(sides.values()), "o", color=BLUE, label="fair dice")
    axes.plot(list(losses.values()), np.exp(list(losses.values())), "D", color=ORANGE, label="models")
    for name, n in sides.items():
        axes.annotate(name, (np.log(n), n), xytext=(-8, 3), textcoords="offset points", ha="right")
    for name, loss in losses.items():
        axes.annotate(name, (loss, np.exp(loss)), xytext=(6, -12), textcoords="offset points")
    axes.set_yscale("log", base=2)
    ticks = [2**k for k in range(int(np.log2(max(sides.values()))) + 2)]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.set_xlim(-right / 5, right)
    axes.set_ylim(0.75, ticks[-1] * 1.1)
    axes.legend(loc="lower right")
    return figure


def sides_along_sentence(tokens: Sequence[str], p: Sequence[float], begins: Sequence[bool]) -> Figure:
    """How many sides does the die have at each token of a sentence?

    Args:
        tokens: the true tokens.
        p: the probability that each was given; 1 / p is what it counts in the perplexity.
        begins: whether the token begins a word.
    """
    figure, axes = new_figure("How hard is each token to guess?", "true next token", "1 / p: sides of a fair die")
    sides = 1 / np.asarray(p, dtype=float)
    places = range(len(tokens))
    bars = axes.bar(places, sides - 1, bottom=1, color=BLUE)
    for bar, is_first in zip(bars, begins, strict=True):
        if is_first:
            bar.set(facecolor=ORANGE, hatch="//", edgecolor="white")
    mean = axes.axhline(
        float(np.exp(np.log(sides).mean())), color=GRAY, linestyle="--", label="perplexity: their geometric mean"
    )
    axes.set_xticks(places, [visible(token) for token in tokens], fontfamily="monospace")
    for label, is_first in zip(axes.get_xticklabels(), begins, strict=True):
        label.set_fontweight("bold" if is_first else "normal")
    axes.set_yscale("log", base=2)
    ticks = [2**k for k in range(int(np.ceil(np.log2(sides.max()))) + 1)]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.set_ylim(0.95, ticks[-1])
    first, inside = Patch(facecolor=ORANGE, hatch="//", edgecolor="white"), Patch(facecolor=BLUE)
    axes.legend([first, inside, mean], ["first letter of a word", "all others", str(mean.get_label())])
    figure.set_size_inches(9.5, 3.6)
    return figure
