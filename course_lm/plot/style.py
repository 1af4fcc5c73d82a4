"""What all figures share: size, colors, and how a token is shown."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, GRAY = "#0b57c2", "#c2570b", "#5f6368"


def new_figure(title: str, x_label: str, y_label: str) -> tuple[Figure, Axes]:
    """A figure with one pair of axes, a title that asks or answers a question, and units on both axes."""
    figure = Figure(figsize=(7.2, 3.8), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def token_bars(axes: Axes, tokens: Sequence[str], heights: Sequence[float], truth: str) -> None:
    """One bar for each candidate, the true one hatched and in another color."""
    for token, height in zip(tokens, heights, strict=True):
        is_true = token == truth
        axes.bar(
            [visible(token)],
            [height],
            color=ORANGE if is_true else BLUE,
            hatch="//" if is_true else "",
            edgecolor="white",
        )


def visible(token: str) -> str:
    """A token that can be seen on an axis."""
    return {" ": "␣", "\n": "↵"}.get(token, token)
