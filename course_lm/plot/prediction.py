"""Figures of what a model expects next."""

from __future__ import annotations

from collections.abc import Sequence

from course_lm.plot.figure import drawing
from course_lm.plot.style import INK, MODEL, PAPER, Canvas, visible


@drawing
def next_token_bars(
    canvas: Canvas, tokens: Sequence[str], probabilities: Sequence[float], truth: str, prefix: str, question: str = ""
) -> None:
    """How is the probability shared among the candidates for the next token?

    Args:
        tokens: the candidates.
        probabilities: what each was given.
        truth: the one that came.
        prefix: what the model has read.
        question: that the figure answers.
    """
    axes = canvas.axes("", f"probability of what comes after “{prefix}”", height=60 + 28 * len(tokens))
    names = [visible(token) for token in tokens]
    bars = axes.barh(names, probabilities, color=MODEL, height=0.62)
    for bar, token, p in zip(bars, tokens, probabilities, strict=True):
        came = token == truth
        bar.set_alpha(1 if came else 0.45)
        said = f"{p:.2f}" + ", the true one" * came
        inside = came and p > 0.6  # there is no room beside it
        axes.annotate(
            said,
            (p, bar.get_y() + bar.get_height() / 2),
            (-6 if inside else 6, 0),
            textcoords="offset points",
            va="center",
            ha="right" if inside else "left",
            color=PAPER if inside else MODEL,
        )
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.tick_params(axis="y", labelcolor=INK, labelfontfamily="monospace")
    axes.set_xlim(0, max(1.1 * max(probabilities), 0.1))
