"""Figures of texts that become bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lm.plot.style import BLUE, GRAY, ORANGE, new_figure, visible

PALE = "#d9e4f7"
SMALLEST_NAMED = 0.05  # a share of the interval in which a letter has room


def shrinking_interval(tokens: Sequence[str], p: Sequence[Sequence[float]], truth: Sequence[int]) -> Figure:
    """What is left of the interval after each token? Every row shows all that the row above has left, magnified.

    Args:
        tokens: the vocabulary, V tokens.
        p: a row of V probabilities for each step.
        truth: at each step, the place in the vocabulary of the token that came.
    """
    figure, axes = new_figure(
        "What is left of the interval after each token?",
        "shares: probabilities (hatched: the true token); left and right: where the interval begins and ends",
        "",
    )
    low, width = 0.0, 1.0
    for step, (row, true) in enumerate(zip(p, truth, strict=True)):
        edges = np.concatenate([[0.0], np.cumsum(row)])
        _draw_shares(axes, tokens, edges, true, -step)
        axes.text(-0.01, -step, f"{low:.4f}", ha="right", va="center", fontsize=9)
        axes.text(1.01, -step, f"{low + width:.4f}", ha="left", va="center", fontsize=9)
        low, width = low + width * edges[true], width * row[true]
        if step < len(truth) - 1:
            for old, new in ((edges[true], 0), (edges[true + 1], 1)):
                axes.plot([old, new], [-step - 0.2, -step - 0.8], color=GRAY, linewidth=1, label="magnified")
    axes.text(0, -len(truth) + 0.6, f"in the end: from {low:.4f} to {low + width:.4f}", va="center", fontsize=9)
    axes.set_xlim(-0.1, 1.1)
    axes.set_ylim(-len(truth) + 0.5, 0.35)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    figure.set_size_inches(8, 1 + 0.8 * len(truth))
    return figure


def _draw_shares(axes: Axes, tokens: Sequence[str], edges: np.ndarray, true: int, y: float) -> None:
    """One row: the whole width, divided at ``edges``, with the names of the tokens that have room for them."""
    for i, (left, right) in enumerate(pairwise(edges)):
        color, hatch = (ORANGE, "//") if i == true else (PALE, "")
        bar = Rectangle((left, y - 0.2), right - left, 0.4, facecolor=color, hatch=hatch, edgecolor="white")
        axes.add_patch(bar)
        if right - left > SMALLEST_NAMED:
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5} if i == true else None
            middle = (left + right) / 2
            axes.text(middle, y, visible(tokens[i]), ha="center", va="center", fontfamily="monospace", bbox=box)


def file_sizes(n_bytes: Mapping[str, int], uses_model: Sequence[str]) -> Figure:
    """How small does each method make the same text? Those in ``uses_model`` ask a language model, and are hatched."""
    figure, axes = new_figure(
        "How small does each method make the same text?", "size, bytes (hatched: asks a language model)", ""
    )
    bars = axes.barh(list(n_bytes), list(n_bytes.values()), color=BLUE)
    for bar, (name, size) in zip(bars, n_bytes.items(), strict=True):
        if name in uses_model:
            bar.set(facecolor=ORANGE, hatch="//", edgecolor="white")
        axes.annotate(f"{size:,}", (size, name), xytext=(4, 0), textcoords="offset points", va="center")
    axes.invert_yaxis()
    axes.set_xlim(0, max(n_bytes.values()) * 1.12)
    return figure


def bits_along_training(steps: Sequence[int], bits: Sequence[float], ignorance: float, floor: float) -> Figure:
    """How does training make a text shorter? All in bits per character; ``ignorance`` is log2 V."""
    figure, axes = new_figure("How does training make a text shorter?", "updates", "bits per character")
    axes.axhline(ignorance, color=GRAY, linestyle=":", label="log₂ V: knows nothing")
    axes.plot(steps, bits, color=BLUE, linewidth=0.8, label="training batch")
    axes.axhline(floor, color=ORANGE, linestyle="--", label="entropy of the source")
    axes.set_ylim(0, ignorance * 1.08)
    axes.legend(loc="center right")
    return figure
