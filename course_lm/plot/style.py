"""What all figures share: sizes, colors by meaning, axes without ornament, and lines that are labeled where they end.

The colors are those of the book in light mode. The book replaces each by the variable of its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, NullFormatter

INK, INK_2, LINE, PAPER = "#25211c", "#5f584e", "#ddd5c6", "#fbf8f2"
MODEL, COST, SOURCE = "#1d5fb8", "#b5480a", "#6d6a66"
RIVALS = ("#7a5c8f", "#82688e")
COLORS = {
    "ink": INK,
    "ink-2": INK_2,
    "line": LINE,
    "paper": PAPER,
    "model": MODEL,
    "cost": COST,
    "source": SOURCE,
    "rival": RIVALS[0],
    "rival-2": RIVALS[1],
}
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
"""Rivals are told apart by their dashes too."""
TEXT = 12  # pixels, as all labels
RC: Any = {
    "figure.dpi": 72,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "font.size": TEXT,
    "text.color": INK,
    "axes.labelcolor": INK_2,
    "axes.edgecolor": INK_2,
    "axes.linewidth": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid.axis": "y",
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 1,
    "xtick.color": INK_2,
    "ytick.color": INK_2,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "xtick.major.pad": 6,
    "ytick.major.pad": 6,
    "lines.linewidth": 1.8,
    "lines.solid_joinstyle": "round",
}


class Canvas:
    """What a drawing is made on, wide or for a phone. A unit is a pixel of the page."""

    def __init__(self, narrow: bool = False) -> None:
        self.narrow = narrow
        self.width = 358 if narrow else 560
        self.height = 0
        self.figure = Figure(layout=ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03))

    def axes(self, x_label: str = "", y_label: str = "", *, height: int = 290) -> Axes:
        """The only axes of a figure. What the heights measure is said above them, not along them."""
        self.resize(height)
        return self.panel(self.figure.add_subplot(), x_label, y_label)

    def resize(self, height: int) -> None:
        """Gives the figure its height in pixels."""
        self.height = height
        self.figure.set_size_inches(self.width / 72, height / 72)

    def panel(self, axes: Axes, x_label: str, y_label: str) -> Axes:
        """One of several axes, with its labels."""
        axes.set_xlabel(x_label)
        axes.set_title(y_label, loc="left", fontsize=TEXT, color=INK_2, pad=10)
        return axes

    def panels(self, n: int, *, wide: int, narrow: int, **shared: Any) -> list[Axes]:
        """Axes beside each other, or on a phone below each other.

        Args:
            n: how many.
            wide: pixels that the figure is high.
            narrow: the same on a phone.
            shared: what matplotlib's ``subplots`` takes, such as ``sharex=True``.
        """
        self.resize(narrow if self.narrow else wide)
        rows, columns = (n, 1) if self.narrow else (1, n)
        return [*self.figure.subplots(rows, columns, squeeze=False, **shared).flat]

    def short(self, name: str) -> str:
        """The name of a model, as a phone has room for it."""
        return name.removeprefix("exact ") if self.narrow else name

    def label_ends(self, axes: Axes, ends: Mapping[str, tuple[float, str]], *, apart: float = 15) -> None:
        """Writes names beside the right edge, at the heights where lines end, and moves them apart where they meet.

        Args:
            axes: whose limits and scales are final.
            ends: for each text its height in data, and its color.
            apart: pixels from one text to the next.
        """
        to_share = axes.transScale + axes.transLimits
        step = apart / (0.78 * self.height)  # of the height of the axes
        ordered = sorted(ends.items(), key=lambda item: item[1][0])
        heights = [float(to_share.transform((axes.get_xlim()[1], y))[1]) for _, (y, _) in ordered]
        for (text, (_, color)), height in zip(ordered, spread(heights, step), strict=True):
            axes.annotate(
                text, (1, height), (6, 0), "axes fraction", "offset points", color=color, va="center", ha="left"
            )

    def letters(self, axes: Axes, tokens: Sequence[str], weights: Sequence[float] = ()) -> None:
        """Names the places 0, 1, … of a text: each letter, and on a phone where words begin that have room.

        Args:
            axes: whose horizontal axis has these places.
            tokens: the letters.
            weights: how much it matters that the word is named that begins there; without them the first ones are.
        """
        axes.set_xlim(-0.7, len(tokens) - 0.3)
        axes.grid(axis="x", visible=False)
        if not self.narrow or len(tokens) < 30:
            axes.set_xticks(range(len(tokens)), [visible(token) for token in tokens], fontfamily="monospace")
            return
        named = words_with_room("".join(tokens), weights)
        axes.set_xticks([word.start() for word in named], [word[0] for word in named], ha="left")


def words_with_room(text: str, weights: Sequence[float] = ()) -> list[re.Match[str]]:
    """The words of a text that can be named at their places on a phone.

    Args:
        text: whose letters are the places.
        weights: how much it matters that the word is named that begins there; without them the first ones are.
    """
    words = list(re.finditer(r"\w{4,}", text))
    named: list[re.Match[str]] = []
    for word in sorted(words, key=lambda word: -weights[word.start()]) if weights else words:
        if all(word.start() > other.end() + 2 or word.end() + 2 < other.start() for other in named):
            named.append(word)
    return named


def spread(heights: Sequence[float], step: float) -> list[float]:
    """Rising heights, moved as little as needed for each to be at least a step above the one below."""
    groups: list[list[float]] = []  # of neighbors that touch: their heights, each minus its rank in the group
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _top(groups[-2], step) + step > _bottom(groups[-1], step):
            above = groups.pop()
            groups[-1] += [one - step * len(groups[-1]) for one in above]
    return [sum(group) / len(group) + step * rank for group in groups for rank in range(len(group))]


def _bottom(group: Sequence[float], step: float) -> float:
    return sum(group) / len(group)


def _top(group: Sequence[float], step: float) -> float:
    return _bottom(group, step) + step * (len(group) - 1)


def number(value: float) -> str:
    """A number as it is, not as a power of ten."""
    return f"{value:,.10g}".replace("-", "−")


def plain_ticks(axes: Axes, x: Sequence[float] | None = None, y: Sequence[float] | None = None) -> None:
    """Ticks at these places, which say the numbers as they are, also where the scale is logarithmic."""
    for axis, ticks in ((axes.xaxis, x), (axes.yaxis, y)):
        if ticks is not None:
            axis.set_ticks(ticks)
            axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
            axis.set_minor_formatter(NullFormatter())


def colors_of(names: Sequence[str]) -> dict[str, str]:
    """One color for each model by what it is, up to a comma: ours, the exact source, or one they are compared with."""
    known = {"transformer": MODEL, "trained model": MODEL, "model": MODEL, "exact source": SOURCE}
    return {name: known.get(name.split(",")[0], RIVALS[0]) for name in names}


def longest_run(flags: Sequence[bool]) -> float:
    """The middle of the longest run of places that have it, where a text has room."""
    best, begin = (0, 0), 0
    for place, flag in enumerate([*flags, False]):
        if not flag:
            best, begin = max(best, (place - begin, begin)), place + 1
    length, begin = best
    return begin + (length - 1) / 2


def visible(token: str) -> str:
    """A token that can be seen on an axis."""
    return {" ": "␣", "\n": "↵"}.get(token, token)
