"""Figures of probabilities over a vocabulary: all positions at once, several models at one, and a draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from course_lm.plot.style import BLUE, ORANGE, new_figure, visible

LOOKS = (("#d0d4da", ""), (ORANGE, "//"), (BLUE, ""), ("white", ".."))  # told apart without color
NARROWEST = 0.025  # a shorter piece of the stick has no room for its name


def probability_map(alphabet: Sequence[str], read: str, came: str, p: Sequence[Sequence[float]] | np.ndarray) -> Figure:
    """What does a model say at every position of a text?

    Args:
        alphabet: the V tokens of the vocabulary, one character each.
        read: the T tokens that were read.
        came: the T tokens that came next.
        p: ``(T, V)`` probabilities; row t was said after ``read[t]``.
    """
    figure, axes = new_figure("What does the model expect at every position?", "token read last", "next token")
    shades = axes.imshow(np.asarray(p).T, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    places = range(len(read))
    true_ids = [alphabet.index(token) for token in came]
    axes.plot(places, true_ids, "o", markersize=4, color=ORANGE, fillstyle="none", label="the token that came next")
    axes.set_xticks(places, [visible(token) for token in read], fontfamily="monospace", fontsize=8)
    axes.set_yticks(range(len(alphabet)), [visible(token) for token in alphabet], fontfamily="monospace", fontsize=8)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), frameon=False)
    figure.colorbar(shades, ax=axes, label="probability", pad=0.01)
    figure.set_size_inches(10, 5.2)
    return figure


def side_by_side(tokens: Sequence[str], p_of: Mapping[str, Sequence[float]], title: str) -> Figure:
    """How do several distributions over the same candidates differ?

    Args:
        tokens: the candidates that are shown.
        p_of: for each name the probabilities of these candidates.
        title: the question that the figure answers.
    """
    figure, axes = new_figure(title, "next token", "probability")
    width = 0.8 / len(p_of)
    for i, ((name, p), (color, hatch)) in enumerate(zip(p_of.items(), cycle(LOOKS), strict=False)):
        left = np.arange(len(tokens)) - 0.4 + (i + 0.5) * width
        axes.bar(left, p, width, label=name, color=color, hatch=hatch, edgecolor="black", linewidth=0.6)
    axes.set_xticks(range(len(tokens)), [visible(token) for token in tokens], fontfamily="monospace")
    axes.legend(frameon=False)
    return figure


def stick(tokens: Sequence[str], p: Sequence[float], draws: Sequence[float]) -> Figure:
    """Which token does a uniform number between 0 and 1 choose?

    Args:
        tokens: the V tokens, in the order in which their pieces are laid end to end.
        p: their probabilities, the lengths of the pieces.
        draws: the uniform numbers, which are marked.
    """
    figure, axes = new_figure("Which token does the number u choose?", "cumulative probability", "")
    ends = np.cumsum(p)
    for i, (token, end, length) in enumerate(zip(tokens, ends, p, strict=True)):
        axes.barh([0], [length], left=end - length, height=0.5, color=("white", "#d5e3f7")[i % 2], edgecolor="black")
        if length >= NARROWEST:
            axes.text(end - length / 2, -0.1, visible(token), ha="center", va="center", fontfamily="monospace")
    for u in draws:
        axes.plot([u, u], [0.02, 0.45], color=ORANGE, linewidth=1.5, label=f"u = {u:.2f}")
        axes.text(u, 0.48, f"u = {u:.2f}", ha="center", va="bottom", color=ORANGE)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.35, 0.7)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    figure.set_size_inches(8, 2.2)
    return figure
