"""Figures of what a model expects next."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lm.plot.style import new_figure, token_bars


def next_token_bars(tokens: Sequence[str], probabilities: Sequence[float], truth: str, prefix: str) -> Figure:
    """How is the probability shared among the candidates for the next token?"""
    figure, axes = new_figure(f"What can come after {prefix!r}?", "next token (hatched: the true one)", "probability")
    token_bars(axes, tokens, probabilities, truth)
    return figure
