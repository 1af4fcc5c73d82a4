"""Figures of a text's probability as a product of conditional probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_lm.plot.figure import drawing
from course_lm.plot.style import DASHES, INK, MODEL, PAPER, RIVALS, SOURCE, Canvas, colors_of, plain_ticks

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
THICK: dict[str, Any] = {"linewidth": 5, "alpha": 0.45, "solid_capstyle": "butt"}  # what another line lies on
LETTER = 8  # pixels that a letter in a box takes
NOTICED = 0.82  # a loss that is so much of the last one named is named on a phone too


@drawing
def probability_tree(
    canvas: Canvas,
    strings: Sequence[str],
    p: Sequence[float],
    gap_products: Sequence[float],
    marked: str,
    question: str = "",
) -> None:
    """Do the probabilities of all strings fill exactly 1?

    Args:
        strings: all strings of one length, in the order of the alphabet.
        p: their probabilities, which are divided among the boxes of a tree.
        gap_products: for each string the product of its letters' probabilities, each given all the other letters.
        marked: the string whose boxes are darker.
    """
    axes = canvas.axes("probability, laid end to end", "", height=210)
    length = len(strings[0])
    levels = [_of_beginnings(strings, p, n) for n in range(1, length + 1)]
    total = sum(gap_products)
    axes.set(xlim=(0, 1.02 * max(1, total)), ylim=(length + 1.1, -0.5))
    for row, boxes in enumerate(levels):
        _boxes(canvas, axes, row, boxes, marked, MODEL)
    _boxes(canvas, axes, length + 0.5, dict(zip(strings, gap_products, strict=True)), marked, RIVALS[0])
    axes.axvline(1, color=INK, linewidth=1.2, linestyle=DASHES[1])
    axes.text(1.02, (length - 1) / 2, "all strings\nfill 1", va="center")
    axes.text(total, length - 0.05, f"their products fill {total:.2f}", ha="right", va="bottom", color=RIVALS[0])
    names = [f"{n} letter{'s' * (n > 1)}" for n in range(1, length + 1)]
    axes.set_yticks([*range(length), length + 0.5], [*names, "gaps" if canvas.narrow else "gaps filled"])
    plain_ticks(axes, np.arange(0, max(1, total) + 0.01, 0.5).tolist())
    axes.grid(visible=False)


def _of_beginnings(strings: Sequence[str], p: Sequence[float], n: int) -> dict[str, float]:
    """How probable it is that a string begins so, for each beginning of n letters."""
    sums: dict[str, float] = {}
    for text, one in zip(strings, p, strict=True):
        sums[text[:n]] = sums.get(text[:n], 0) + one
    return sums


def _boxes(canvas: Canvas, axes: Axes, row: float, boxes: Mapping[str, float], marked: str, color: str) -> None:
    """Boxes end to end, as wide as their numbers, with their names where there is room."""
    end = 0.0
    pixels = 0.8 * canvas.width / axes.get_xlim()[1]
    for text, width in boxes.items():
        left, end = end, end + width
        axes.barh(row, width, 0.9, left, color=color, alpha=0.6 if marked.startswith(text) else 0.26, linewidth=0)
        axes.plot([end, end], [row - 0.45, row + 0.45], color=PAPER, linewidth=1, solid_capstyle="butt")
        crossed = left < 0.999 and end > 1.001  # by the line at 1
        if width * pixels >= LETTER * len(text) + 2 and not crossed:
            weight = "bold" if marked.startswith(text) else "normal"
            axes.text(left + width / 2, row, text, ha="center", va="center", family="monospace", weight=weight)


@drawing
def running_product(
    canvas: Canvas, tokens: Sequence[str], nats: Mapping[str, Sequence[float]], question: str = ""
) -> None:
    """How does the probability of the text shrink, token by token?

    Args:
        tokens: the T tokens of the text.
        nats: for each model the T costs −ln p of the tokens.
    """
    axes = canvas.axes("", "probability of the text so far")
    canvas.letters(axes, tokens)
    axes.set_yscale("log")
    ends = {}
    for name, color in colors_of([*nats]).items():
        p = np.exp(-np.cumsum([0, *nats[name]]))
        style = THICK if color == SOURCE else {}
        axes.plot(np.arange(len(p)) - 0.5, p, drawstyle="steps-post", color=color, **style)
        ends[name.split()[-1] if canvas.narrow else name] = (float(p[-1]), color)
    lowest = min(p for p, _ in ends.values())
    exponents = range(0, math.floor(math.log10(lowest)) - 1, -2)
    axes.set_ylim(lowest / 4, 2)
    axes.set_yticks([10.0**n for n in exponents], [_power(n) for n in exponents])
    axes.minorticks_off()
    canvas.label_ends(axes, ends)


def _power(exponent: int) -> str:
    return "1" if exponent == 0 else "10" + str(exponent).translate(SUPERSCRIPTS)


@drawing
def running_logarithm(
    canvas: Canvas,
    read: Sequence[int],
    log10_p: Sequence[float],
    last: Mapping[str, int],
    question: str = "",
) -> None:
    """Up to where can a computer hold the probability?

    Args:
        read: numbers of tokens, rising.
        log10_p: the logarithm of the probability of so many.
        last: for each format of numbers the last token at which the product is not yet 0.
    """
    axes = canvas.axes("characters read", "log₁₀ of the probability so far")
    axes.plot(read, log10_p, color=SOURCE, **THICK)
    for i, (name, n) in enumerate(last.items()):
        held = [*(place for place in read if place < n), n]
        height = np.interp(held, read, log10_p)
        axes.plot(held, height, color=INK, linestyle=("-", (0, (2, 1.5)))[i % 2])
        axes.plot(n, height[-1], "X", color=INK, markersize=8)
        apart = " " if n < read[-1] / 2 else "\n"
        text = f"{name}: 0 from{apart}character {n + 1:,} on"
        axes.annotate(text, (n, height[-1]), (10, 4), textcoords="offset points")
    axes.annotate("the sum goes on", (read[-1], log10_p[-1]), (0, -8), textcoords="offset points", ha="right", va="top")
    axes.set_xlim(0, read[-1])
    plain_ticks(axes, range(0, read[-1] + 1, 1000), range(0, math.floor(min(log10_p)), -100))
    axes.set_ylim(1.12 * min(log10_p), 0)


@drawing
def loss_by_order(
    canvas: Canvas, order: Sequence[int], loss: Sequence[float], levels: Mapping[str, float], question: str = ""
) -> None:
    """How much does it help to look further back?

    Args:
        order: n of each n-gram, which looks at n − 1 tokens.
        loss: what each pays, in nats per token.
        levels: what models pay, by name, that look at everything before.
    """
    label = "order n" if canvas.narrow else "order n of an n-gram, which looks n − 1 characters back"
    axes = canvas.axes(label, "loss, nats per character")
    axes.plot(order, loss, "o-", color=RIVALS[0], markersize=5)
    axes.set_yscale("log")
    axes.set(xlim=(0.7, max(order) + 0.3), ylim=(0.8 * min([*levels.values(), *loss]), 1.25 * max(loss)))
    plain_ticks(axes, order, [0.3, 0.5, 1, 2, 3])
    ends = {f"n-gram {loss[-1]:.2f}": (loss[-1], RIVALS[0])}
    for name, color in colors_of([*levels]).items():
        axes.axhline(levels[name], color=color, linestyle=DASHES[color != MODEL])
        ends[f"{canvas.short(name)} {levels[name]:.3f}"] = (levels[name], color)
    named = math.inf
    for n, one in [*zip(order, loss, strict=True)][:-1]:
        if not canvas.narrow or one < NOTICED * named:
            axes.annotate(f"{one:.2f}", (n, one), (4, 5), textcoords="offset points", color=RIVALS[0])
            named = one
    canvas.label_ends(axes, ends)
