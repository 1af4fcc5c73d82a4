"""Figures that read a training run closely: how far it came, in which unit, and where the rest of the loss sits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from course_lm.loss import nats_to_bits, perplexity
from course_lm.plot.figure import drawing
from course_lm.plot.style import COST, DASHES, INK, INK_2, MODEL, SOURCE, Canvas, colors_of, plain_ticks


@drawing
def curve_through_levels(
    canvas: Canvas,
    update: Sequence[float],
    loss: Sequence[float],
    levels: Mapping[str, float],
    written: Mapping[str, str],
    question: str = "",
) -> None:
    """Which models does the curve pass on its way down?

    Args:
        update: where the losses were taken.
        loss: of the training batches, in nats per token.
        levels: what other models pay, by name.
        written: what they write, by name.
    """
    axes = canvas.axes("updates", "loss, nats per character", height=340)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set(xlim=(min(update), max(update)), ylim=(0.85 * min(levels.values()), 1.3 * max(levels.values())))
    plain_ticks(axes, [10, 30, 100, 300, 600], [0.5, 1, 2, 3])
    axes.grid(visible=False)
    ends = {}
    for name, color in colors_of([*levels]).items():
        axes.axhline(levels[name], color=color, linestyle=DASHES[1], linewidth=1.2)
        said = canvas.short(name) if canvas.narrow else f"{name} {levels[name]:.2f}"
        ends[said] = (levels[name], color)
        met = (at for at, nats in zip(update, loss, strict=True) if nats < 1.25 * levels[name] < 1.25 * loss[0])
        free = math.log(next(met, max(update)) / min(update)) / math.log(max(update) / min(update))
        text = written[name][: int(free * (32 if canvas.narrow else 56))].replace("\n", "↵")  # up to the curve
        place = (0.01, levels[name])
        axes.annotate(
            text,
            place,
            (0, 1),
            axes.get_yaxis_transform(),
            "offset points",
            color=color,
            family="monospace",
            va="bottom",
        )
    axes.plot(update, loss, color=MODEL, linewidth=2.4)
    axes.annotate("the transformer", (update[8], loss[8]), (8, 2), textcoords="offset points", color=MODEL)
    canvas.label_ends(axes, ends)


@drawing
def curve_in_three_units(canvas: Canvas, update: Sequence[float], nats: Sequence[float], question: str = "") -> None:
    """How does one curve look in three units?

    Args:
        update: where the losses were taken.
        nats: the losses per token.
    """
    units = {
        "nats per character": list(nats),
        "bits per character": [nats_to_bits(cost) for cost in nats],
        "perplexity": [perplexity(cost) for cost in nats],
    }
    panels = canvas.panels(3, wide=200, narrow=450, sharex=canvas.narrow)
    for axes, (unit, values) in zip(panels, units.items(), strict=True):
        canvas.panel(axes, "updates" if axes is panels[-1] or not canvas.narrow else "", unit)
        axes.plot(update, values, color=MODEL)
        axes.set(xlim=(0, max(update)), ylim=(0, 1.05 * max(values)))


@drawing
def schedule(canvas: Canvas, update: Sequence[int], share: Sequence[float], question: str = "") -> None:
    """How large is the learning rate at each update?

    Args:
        update: its number.
        share: of the peak, from 0 to 1.
    """
    axes = canvas.axes("updates", "learning rate, as a share of its peak", height=160)
    axes.plot(update, share, color=INK)
    axes.set(xlim=(0, max(update)), ylim=(0, 1.1))
    plain_ticks(axes, y=[0, 0.5, 1])


@drawing
def costs_above_floor(
    canvas: Canvas, group: Sequence[str], source: Sequence[float], extra: Sequence[float], question: str = ""
) -> None:
    """Where does the loss sit, and what is left to learn?

    Args:
        group: of tokens.
        source: what each costs under the exact source, in nats per token of the whole text, so that they add up to
            its loss.
        extra: what the model pays on top of that, in the same unit.
    """
    height = 28 * len(group) + 56
    panels = canvas.panels(2, wide=height, narrow=2 * height, sharey=not canvas.narrow)
    kinds = (
        ("the exact source", source, SOURCE, ".3f"),
        ("the model on top of it", extra, COST, "+.4f"),
    )
    for axes, (title, nats, color, digits) in zip(panels, kinds, strict=True):
        canvas.panel(axes, "nats per character", title)
        axes.barh(range(len(group)), nats, color=color, height=0.62)
        for i, one in enumerate(nats):
            text = format(one, digits).replace("-", "−")
            axes.annotate(text, (max(one, 0), i), (5, 0), textcoords="offset points", va="center", color=color)
        axes.set_yticks(range(len(group)), group)
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set(xlim=(min(0, *nats), 1.3 * max(nats)), xticks=[])
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
    for axes in panels if canvas.narrow else panels[:1]:
        axes.invert_yaxis()


@drawing
def first_updates(
    canvas: Canvas,
    healthy: Sequence[float],
    mistakes: Mapping[str, Sequence[float]],
    levels: Mapping[str, float],
    question: str = "",
) -> None:
    """What does a wrong loss look like?

    Args:
        healthy: the losses of the first updates without a mistake, in nats per token.
        mistakes: for each mistake its losses.
        levels: what a model that knows nothing and the exact source pay, by name.
    """
    n = len(mistakes)
    grid = canvas.panels(n, wide=250, narrow=180 * n + 20, sharex=True, sharey=True)
    largest = max(max(nats) for nats in mistakes.values())
    smallest = min(min(nats) for nats in mistakes.values())
    in_order = sorted(mistakes.items(), key=lambda item: item[1][-1])  # the loss that is too good first
    for axes, (name, nats) in zip(grid, in_order, strict=True):
        canvas.panel(axes, "updates" if axes is grid[-1] or not canvas.narrow else "", name)
        axes.set_yscale("log")
        quarter = len(healthy) // 4
        plain_ticks(axes, [quarter, 2 * quarter, 3 * quarter], [0.03, 0.1, 0.3, 1, 3, 10, 30])
        axes.set(xlim=(0, len(healthy)), ylim=(0.8 * smallest, 1.3 * largest))
        axes.grid(visible=False)
        for level in levels.values():
            axes.axhline(level, color=SOURCE, linewidth=1.2, linestyle=DASHES[1])
        axes.plot(range(1, len(healthy) + 1), healthy, color=INK_2, linewidth=1.2, linestyle=DASHES[2])
        axes.plot(range(1, len(nats) + 1), nats, color=MODEL)
    for axes in grid if canvas.narrow else grid[-1:]:
        ends = {name: (level, SOURCE) for name, level in levels.items()} | {"healthy": (healthy[-1], INK_2)}
        canvas.label_ends(axes, ends, apart=15 * (n if canvas.narrow else 1))
