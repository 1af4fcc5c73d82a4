"""Figures of a training run."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lm.plot.style import BLUE, GRAY, ORANGE, new_figure


def training_curve(
    steps: Sequence[int],
    nats: Sequence[float],
    val_steps: Sequence[int],
    val_nats: Sequence[float],
    floor: float | None = None,
    title: str = "How does the loss fall while the model trains?",
) -> Figure:
    """How does the loss fall while the model trains?"""
    figure, axes = new_figure(title, "updates", "loss, nats per token")
    axes.plot(steps, nats, color=BLUE, linewidth=0.8, label="training batch")
    axes.plot(val_steps, val_nats, "o", color=ORANGE, label="validation split")
    if floor is not None:
        axes.axhline(floor, color=GRAY, linestyle="--", label="entropy of the source")
    axes.legend()
    return figure
