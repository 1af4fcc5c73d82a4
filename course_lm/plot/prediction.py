"""Figures of what a model expects next."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lm.plot.style import BLUE, ORANGE, new_figure, visible


def next_token_bars(tokens: Sequence[str], probabilities: Sequence[float], truth: str, prefix: str) -> Figure:
    """How is the probability shared among the candidates for the next token?"""
    figure, axes = new_figure(f"What can come after {prefix!r}?", "next token (hatched: the true one)", "probability")
    for token, p in zip(tokens, probabilities, strict=True):
        is_true = token == truth
        axes.bar(
            [visible(token)],
            [p],
            color=ORANGE if is_true else BLUE,
            hatch="//" if is_true else "",
            edgecolor="white",
        )
    return figure
