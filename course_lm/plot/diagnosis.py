"""Figures that read a training run closely: how far it came, in which unit, and where the rest of the loss sits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from course_lm.plot.style import BLUE, GRAY, ORANGE, new_figure

LINE_STYLES = ("-", "--", "-.", ":", (0, (1, 3)))


def curve_through_levels(steps: Sequence[float], nats: Sequence[float], levels: Mapping[str, float]) -> Figure:
    """Which models does the curve pass on its way down? ``levels`` is nats per token by model."""
    figure, axes = new_figure(
        "Which models does the curve pass on its way down?", "updates (log scale)", "loss, nats per token (log scale)"
    )
    axes.plot(steps, nats, color=BLUE, label="training batches")
    axes.set_xscale("log")
    axes.set_yscale("log")
    for name, level in levels.items():
        axes.axhline(level, color=GRAY, linestyle="--", linewidth=1, label=name)
        axes.annotate(
            f"{name}: {level:.2f}", (1, level), (6, 0), axes.get_yaxis_transform(), "offset points", va="center"
        )
    _plain_ticks(axes, [1, 10, 100, 600], [0.3, 0.5, 1, 2, 4])
    figure.set_size_inches(8.2, 4.4)
    return figure


def curve_in_three_units(steps: Sequence[float], nats: Sequence[float]) -> Figure:
    """How does one curve look in nats, in bits, and as a perplexity?"""
    figure = Figure(figsize=(9.0, 3.4), layout="constrained")
    figure.suptitle("How does one curve look in three units?", x=0.01, ha="left", fontsize=11)
    units = {
        "nats per token": list(nats),
        "bits per token": [cost / math.log(2) for cost in nats],
        "perplexity": [math.exp(cost) for cost in nats],
    }
    for place, (unit, values) in enumerate(units.items(), start=1):
        axes = figure.add_subplot(1, 3, place)
        axes.plot(steps, values, color=BLUE, label=unit)
        axes.set_xlabel("updates")
        axes.set_ylabel(unit)
        axes.set_ylim(bottom=0)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def schedule(steps: Sequence[int], factors: Sequence[float]) -> Figure:
    """How large is the learning rate at each update?"""
    figure, axes = new_figure("How large is the learning rate?", "updates", "share of the peak")
    axes.plot(steps, factors, color=BLUE, label="learning rate")
    axes.set_ylim(0, 1.1)
    figure.set_size_inches(7.2, 2.8)
    return figure


def costs_above_floor(costs: Mapping[str, tuple[float, float]]) -> Figure:
    """Where does the loss sit, and which part of it could still be learned?

    Args:
        costs: for each group of tokens the cost under the exact source and under the model, in nats per token of the
            whole text, so that the bars of a kind add up to its loss.
    """
    figure, axes = new_figure("Where does the loss sit, and what is left to learn?", "nats per token of the text", "")
    for name, (source, model) in costs.items():
        axes.barh([name], [source], color=BLUE, label="exact source: nobody can save this")
        axes.barh([name], [model - source], left=[source], color=ORANGE, hatch="////", label="the model on top of it")
        text = f"{source:.3f} {model - source:+.4f}".replace("-", "−")
        axes.annotate(text, (max(source, model), name), (5, 0), textcoords="offset points", va="center")
    axes.invert_yaxis()
    axes.set_xlim(0, 1.3 * max(max(pair) for pair in costs.values()))
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[:2], labels[:2], loc="lower right")
    return figure


def first_updates(curves: Mapping[str, Sequence[float]], levels: Mapping[str, float]) -> Figure:
    """What does a wrong loss look like in the first updates? ``curves`` and ``levels`` are nats per token."""
    figure, axes = new_figure("What does a wrong loss look like?", "updates", "loss, nats per token (log scale)")
    for (name, nats), style in zip(curves.items(), LINE_STYLES, strict=False):
        axes.plot(range(1, len(nats) + 1), nats, linestyle=style, label=name)
    for name, level in levels.items():
        axes.axhline(level, color=GRAY, linewidth=1)
        axes.annotate(name, (1, level), (-2, 3), axes.get_yaxis_transform(), "offset points", ha="right")
    axes.set_yscale("log")
    _plain_ticks(axes, None, [0.03, 0.1, 0.3, 1, 3, 10, 30])
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    figure.set_size_inches(8.2, 4.2)
    return figure


def _plain_ticks(axes: Axes, x: Sequence[float] | None, y: Sequence[float]) -> None:
    """Numbers as they are, not powers of ten."""
    for axis, ticks in ((axes.xaxis, x), (axes.yaxis, y)):
        if ticks is not None:
            axis.set_ticks(ticks)
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_formatter(NullFormatter())
