"""Figures of texts that become bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from course_lm.plot.figure import drawing
from course_lm.plot.style import DASHES, INK, INK_2, MODEL, PAPER, SOURCE, Canvas, colors_of, visible

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


@drawing
def areas_are_sizes(
    canvas: Canvas,
    ends: Mapping[str, Sequence[int]],
    bits: Mapping[str, Mapping[str, Sequence[float]]],
    floors: Mapping[str, float],
    question: str = "",
) -> None:
    """What does a character cost a model that learns the text while it codes it?

    Args:
        ends: for each text after how many characters its stretches end.
        bits: for each text, by method, the bits that each stretch took; the area under the first method is filled.
        floors: what the exact source pays, in bits per character, for the texts whose source is known.
        question: that the figure answers.
    """
    for axes, text in zip(canvas.panels(len(ends), wide=290, narrow=560), ends, strict=True):
        canvas.panel(axes, "characters so far, in thousands", f"{text}: bits per character")
        edges = np.array([0, *ends[text]])
        per_character = {name: np.asarray(sums) / np.diff(edges) for name, sums in bits[text].items()}
        lines = {}
        for (name, height), dash in zip(per_character.items(), DASHES, strict=False):
            color = colors_of([name])[name]
            axes.stairs(height, edges, baseline=None, color=color, linestyle=dash, linewidth=1.6)
            lines[name] = (float(height[-1]), color)
        if text in floors:
            axes.axhline(floors[text], color=SOURCE, linestyle=DASHES[1], linewidth=1.2)
            lines["exact source"] = (floors[text], SOURCE)
        first, height = next(iter(per_character.items()))
        axes.stairs(height, edges, color=lines[first][1], alpha=0.16, fill=True, linewidth=0)
        size = f"area {sum(bits[text][first]) / 8000:.0f} kB"
        axes.annotate(size, (0.5, 0.08), xycoords="axes fraction", ha="center", color=lines[first][1])
        highest = max(sum(sums) for sums in bits[text].values()) / edges[-1]
        axes.set(xlim=(0, edges[-1]), ylim=(0, 2.4 * highest))
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:,.0f}"))
        _name_lines(axes, lines)


def _name_lines(axes: Axes, lines: Mapping[str, tuple[float, str]]) -> None:
    """Names of lines in the empty corner above them, from the highest to the lowest."""
    ordered = sorted(lines.items(), key=lambda line: -line[1][0])
    paper = {"facecolor": PAPER, "linewidth": 0, "pad": 2}  # over the lines of the grid
    for place, (name, (_, color)) in enumerate(ordered):
        where = (0.98, 0.96 - 0.09 * place)
        axes.annotate(name, where, xycoords="axes fraction", ha="right", va="top", color=color, bbox=paper)
