"""Figures of texts that become bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import MaxNLocator

from course_lm.plot.figure import drawing
from course_lm.plot.style import INK, INK_2, MODEL, PAPER, Canvas, colors_of, visible

SMALLEST_SEEN = 0.01  # a share of the interval that has a border of its own
HALF = 0.24  # the height of a bar, where rows are 1 apart


@drawing
def shrinking_interval(
    canvas: Canvas, tokens: Sequence[str], cumulative: Sequence[Sequence[int]], truth: Sequence[int], question: str = ""
) -> None:
    """What is left of the interval after each token?

    Every row shows all that the row above has left, magnified.

    Args:
        tokens: the vocabulary, V tokens.
        cumulative: for each step where the shares of the tokens begin and the last one ends, as whole numbers.
        truth: at each step, the place in the vocabulary of the token that came.
        question: that the figure answers.
    """
    axes = canvas.axes(height=50 + 62 * len(truth))
    axes.set_axis_off()
    room = 0.02 + 52 / (canvas.width - 110)  # for the numbers at both ends
    axes.set(xlim=(-room, 1 + room), ylim=(-len(truth) - 0.35, 0.75))
    for x, text, side in ((0, "from", "right"), (1, "to", "left")):
        axes.annotate(text, (x, 0.6), (-6 + 12 * x, 0), textcoords="offset points", ha=side, va="center", color=INK_2)
    axes.annotate("shares of the candidates", (0.5, 0.6), ha="center", va="center", color=INK_2)
    low, width = 0.0, 1.0
    for step, (row, true) in enumerate(zip(cumulative, truth, strict=True)):
        edges = np.asarray(row) / row[-1]
        _draw_shares(axes, tokens, edges, true, -step)
        _write_ends(axes, low, low + width, -step)
        left, right = edges[true], edges[true + 1]
        low, width = low + width * left, width * (right - left)
        below, above = -step - HALF, -step - 1 + HALF
        axes.add_patch(
            Polygon([(left, below), (right, below), (1, above), (0, above)], facecolor=MODEL, alpha=0.07, linewidth=0)
        )
    axes.add_patch(Rectangle((0, -len(truth) - HALF), 1, 2 * HALF, facecolor=MODEL, linewidth=0))
    axes.annotate("what is left", (0.5, -len(truth)), ha="center", va="center", color=PAPER)
    _write_ends(axes, low, low + width, -len(truth))


def _write_ends(axes: Axes, low: float, high: float, y: float) -> None:
    """Where the interval of a row begins and ends, beside its bar."""
    axes.annotate(f"{low:.4f}", (0, y), (-6, 0), textcoords="offset points", ha="right", va="center")
    axes.annotate(f"{high:.4f}", (1, y), (6, 0), textcoords="offset points", ha="left", va="center")


def _draw_shares(axes: Axes, tokens: Sequence[str], edges: np.ndarray, true: int, y: float) -> None:
    """One row: the whole width, divided at ``edges``, with the names of the tokens that have room for them."""
    axes.add_patch(Rectangle((0, y - HALF), 1, 2 * HALF, facecolor=MODEL, alpha=0.22, linewidth=0))
    for i, (left, right) in enumerate(pairwise(edges)):
        if i == true:
            axes.add_patch(Rectangle((left, y - HALF), right - left, 2 * HALF, facecolor=MODEL, linewidth=0))
        elif right - left < SMALLEST_SEEN:
            continue
        axes.plot([right, right], [y - HALF, y + HALF], color=PAPER, linewidth=1)
        if right - left > 0.045:
            axes.annotate(
                visible(tokens[i]),
                ((left + right) / 2, y),
                ha="center",
                va="center",
                fontfamily="monospace",
                color=PAPER if i == true else INK,
            )


@drawing
def file_sizes(canvas: Canvas, n_bytes: Mapping[str, int], uses_model: Sequence[str], question: str = "") -> None:
    """How small does each method make the same text?

    Args:
        n_bytes: sizes of the files by method.
        uses_model: the methods that ask a language model.
        question: that the figure answers.
    """
    axes = canvas.axes("size, bytes", height=90 + 28 * len(n_bytes))
    others = [name for name in n_bytes if name not in uses_model]
    places = {name: float(i) for i, name in enumerate(others)}
    places |= {name: len(others) + 1.0 + i for i, name in enumerate(uses_model)}
    colors = colors_of([*places])
    for name, place in places.items():
        axes.barh([place], [n_bytes[name]], color=colors[name], height=0.62)
        axes.annotate(
            f"{n_bytes[name]:,}",
            (n_bytes[name], place),
            (6, 0),
            textcoords="offset points",
            va="center",
            color=colors[name],
        )
    axes.annotate("these ask a language model:", (0, len(others)), va="center", color=INK_2)
    axes.set_yticks([*places.values()], [*places], color=INK)
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.set_xlim(0, max(n_bytes.values()) * (1.22 if canvas.narrow else 1.14))
    axes.xaxis.set_major_locator(MaxNLocator(4))
