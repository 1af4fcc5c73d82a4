"""Figures of how many equally likely tokens a prediction is as hard as."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.offsetbox import AnnotationBbox, DrawingArea
from matplotlib.patches import Circle, FancyBboxPatch, Patch
from matplotlib.text import Text

from course_lm.plot.figure import drawing
from course_lm.plot.style import COST, DASHES, INK, INK_2, MODEL, PAPER, Canvas, longest_run, plain_ticks

PIPS = {  # of the faces of a die, on a square of 2 by 2
    1: [(0, 0)],
    3: [(-1, 1), (0, 0), (1, -1)],
    4: [(-1, 1), (1, 1), (-1, -1), (1, -1)],
    5: [(-1, 1), (1, 1), (0, 0), (-1, -1), (1, -1)],
    6: [(-1, 1), (-1, 0), (-1, -1), (1, 1), (1, 0), (1, -1)],
}


@drawing
def fair_dice(canvas: Canvas, sides: Mapping[str, int], losses: Mapping[str, float], question: str = "") -> None:
    """Which fair die is as hard to guess as the next token?

    Args:
        sides: fair dice by name, with their number of sides.
        losses: models by name, with their loss in nats per token.
        question: that the figure answers.
    """
    axes = canvas.axes(height=130 + 16 * len(losses))
    right, margin = math.log(max(sides.values())), 38
    nat = (canvas.width - 2 * margin - 6) / right  # pixels
    axes.set(xlim=(-margin / nat, right + margin / nat), ylim=(-24 - 16 * len(losses), 100))
    axes.set_axis_off()
    axes.plot([0, right], [0, 0], color=INK_2, linewidth=1, solid_capstyle="projecting")
    for nats in range(int(right) + 1):
        axes.plot([nats, nats], [0, -5], color=INK_2, linewidth=1)
        said = f"{nats} nats" if nats == int(right) else str(nats)
        axes.annotate(said, (nats, -20), color=INK_2, ha="center")
    for name, n in sides.items():
        _die(axes, math.log(n), n)
        text = f"{name}\n{n} side" + "s" * (n > 1)
        axes.annotate(text, (math.log(n), 58), ha="center", linespacing=1.25)
    for row, (name, loss) in enumerate(losses.items()):
        axes.plot([loss], [-6], "^", color=MODEL, markersize=9)
        axes.plot([loss, loss], [-10, -26 - 16 * row], color=MODEL, linewidth=1.2)
        said = f"{name}: {math.exp(loss):.2f} sides, {loss:.2f} nats"
        axes.annotate(said, (loss, -38 - 16 * row), (6, 0), textcoords="offset points", color=MODEL)


def _die(axes: Axes, x: float, n: int) -> None:
    """A die whose highest face is seen; a coin, and a ball with a number where there is no such die."""
    size = 32
    middle = size / 2
    face: dict[str, Any] = {"facecolor": PAPER, "edgecolor": INK, "linewidth": 1.2}
    area = DrawingArea(size, size)
    shape: Patch = Circle((middle, middle), middle - 1, **face)
    if n in PIPS:
        shape = FancyBboxPatch((5, 5), size - 10, size - 10, boxstyle="round,pad=3", **face)
    area.add_artist(shape)
    for right, up in PIPS.get(n, []):
        area.add_artist(Circle((middle + 8 * right, middle + 8 * up), 2.6, facecolor=INK, edgecolor="none"))
    if n not in PIPS:
        area.add_artist(Text(middle, middle, str(n), ha="center", va="center", color=INK, size=13))
    axes.plot([x, x], [0, 16], color=INK_2, linewidth=1)
    axes.add_artist(AnnotationBbox(area, (x, 34), frameon=False, pad=0))


@drawing
def sides_along_sentence(
    canvas: Canvas, tokens: Sequence[str], p: Sequence[float], begins: Sequence[bool], question: str = ""
) -> None:
    """How hard is each token to guess?

    Args:
        tokens: the true tokens.
        p: the probability that each was given; 1 / p is what it counts in the perplexity.
        begins: whether the token begins a word.
        question: that the figure answers.
    """
    sides = 1 / np.asarray(p, dtype=float)
    top = int(np.ceil(np.log2(sides.max())))
    axes = canvas.axes("", "1 / p of each letter: sides of a fair die", height=270)
    axes.set_yscale("log", base=2)
    plain_ticks(axes, y=[2**k for k in range(top + 1)])
    axes.set_ylim(1, 2 ** (top + 0.1))
    bars = axes.bar(range(len(tokens)), sides - 1, bottom=1, color=COST, width=0.8)
    for bar, is_first in zip(bars, begins, strict=True):
        bar.set_alpha(1 if is_first else 0.45)
    mean = float(np.exp(np.log(sides).mean()))
    axes.axhline(mean, color=INK_2, linewidth=1, linestyle=DASHES[1])
    middle = (longest_run([one < mean for one in sides]), mean)
    axes.annotate(f"perplexity\n{mean:.2f}", middle, (0, 5), textcoords="offset points", ha="center", color=INK_2)
    firsts = np.where(np.asarray(begins), sides, 0)
    highest = (float(firsts.argmax()), float(firsts.max()))
    left = highest[0] > len(tokens) / 2
    axes.annotate(
        "strong: first letters of words",
        highest,
        (-8 if left else 8, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
        color=COST,
    )
    canvas.letters(axes, tokens, sides.tolist())
    if len(axes.get_xticks()) == len(begins):
        for label, is_first in zip(axes.get_xticklabels(), begins, strict=True):
            label.set(fontweight="bold" if is_first else "normal", color=INK if is_first else INK_2)
