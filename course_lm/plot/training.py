"""Figures of a training run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from course_lm.plot.figure import drawing
from course_lm.plot.style import DASHES, MODEL, Canvas, colors_of, plain_ticks


@drawing
def training_curve(
    canvas: Canvas,
    update: Sequence[int],
    training: Sequence[float],
    looked_at: Sequence[int],
    validation: Sequence[float],
    levels: Mapping[str, float],
    question: str = "",
) -> None:
    """How does the loss fall while the model trains?

    Args:
        update: its numbers, from 1.
        training: the loss of each update's batch, in nats per token.
        looked_at: after which updates the validation split was scored.
        validation: its losses there.
        levels: what other models pay, by name, the exact source among them where it is known.
    """
    axes = canvas.axes("updates", "loss, nats per character")
    axes.plot(update, training, color=MODEL, linewidth=1, alpha=0.65)
    axes.plot(looked_at, validation, "o-", color=MODEL, markersize=5, clip_on=False)
    ends = {"training": (sum(training[-20:]) / len(training[-20:]), MODEL), "validation": (validation[-1], MODEL)}
    for name, color in colors_of([*levels]).items():
        axes.axhline(levels[name], color=color, linestyle=DASHES[1], linewidth=1.2)
        ends[canvas.short(name)] = (levels[name], color)
    highest = max([*training, *validation, *levels.values()])
    parts = 2 if canvas.narrow else 4
    plain_ticks(axes, [max(update) * i // parts for i in range(parts + 1)], range(math.ceil(highest)))
    axes.set(xlim=(0, max(update)), ylim=(0, 1.06 * highest))
    canvas.label_ends(axes, ends)
