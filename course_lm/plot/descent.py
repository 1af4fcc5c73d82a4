"""Figures of the loss as a landscape, and of the way down."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from course_lm.plot.figure import drawing
from course_lm.plot.style import COST, DASHES, INK, INK_2, MODEL, PAPER, RIVALS, SOURCE, Canvas, plain_ticks, visible

BEHIND = {"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.85}
"""The ground of a text that lies on lines."""


@drawing
def loss_landscape(
    canvas: Canvas,
    x: Sequence[float],
    y: Sequence[float],
    above: Sequence[Sequence[float]],
    marks: Mapping[str, tuple[float, float]],
    labels: tuple[str, str],
    path: Sequence[tuple[float, float]] = (),
    question: str = "",
) -> None:
    """Where is the loss lowest?

    Args:
        x: ``(X,)`` rising values of the first parameter.
        y: ``(Y,)`` rising values of the second parameter.
        above: ``(Y, X)`` how far the loss at each pair is above the lowest, nats per token.
        marks: points to name.
        labels: what the two parameters are.
        path: points that were visited, in order.
        question: what the figure answers, if not where the loss is lowest.
    """
    share = (y[-1] - y[0]) / (x[-1] - x[0])
    title = f"{labels[1]}; lines: nats above the lowest loss"
    axes = canvas.axes(labels[0], title, height=round(70 + (canvas.width - 50) * share))
    heights = _finer(_finer(np.asarray(above)).T).T
    x, y = _finer(np.asarray(x)).tolist(), _finer(np.asarray(y)).tolist()
    levels = (np.arange(1, 10 * math.sqrt(heights.max())) / 10) ** 2  # in a bowl, rings at equal distances
    colors = [to_rgba(COST, alpha) for alpha in np.linspace(0.35, 0.9, len(levels))]
    axes.contour(x, y, heights, levels=levels, colors=colors, linewidths=1.2)
    _label_contours(axes, x, y, heights, levels)
    if path:
        axes.plot(*np.transpose(path), ".-", color=MODEL, markersize=7)
    for name, point in marks.items():
        axes.plot(*point, "o", color=INK, markersize=7)
        axes.annotate(name, point, (0, 16), textcoords="offset points", ha="center", va="center", bbox=BEHIND)
    axes.grid(visible=False)
    axes.set_aspect("equal")


@drawing
def loss_slices(canvas: Canvas, distances: Sequence[float], losses: Mapping[str, Sequence[float]]) -> None:
    """Is the trained model at a low point?

    Args:
        distances: from the trained weights along a straight line, in units of their typical size.
        losses: nats per token at each distance, by line.
    """
    axes = canvas.axes("distance, in typical sizes of a weight", "loss, nats per token")
    axes.axvline(0, color=INK_2, linewidth=1, linestyle=DASHES[1])
    ends = {}
    for (name, nats), dash in zip(sorted(losses.items()), DASHES, strict=False):
        axes.plot(distances, nats, color=MODEL, linestyle=dash)
        ends[name] = (nats[-1], MODEL)
    top = 1.1 * max(map(max, losses.values()))
    axes.set(xlim=(distances[0], distances[-1]), ylim=(0, top))
    axes.annotate("the trained weights", (0, top), (8, -8), textcoords="offset points", color=INK_2, va="center")
    plain_ticks(axes, x=[-0.2, 0, 0.2])
    canvas.label_ends(axes, ends)


@drawing
def logit_pushes(
    canvas: Canvas, tokens: Sequence[str], probabilities: Sequence[float], pushes: Sequence[float], prefix: str
) -> None:
    """Which logits does a step of descent raise, and which does it lower?

    Args:
        tokens: candidates for the next token.
        probabilities: what the model gives to each.
        pushes: of each; that of the token which came is the only one above 0.
        prefix: what the model has read.
    """
    title = (
        f"after “{prefix}”: said → came"
        if canvas.narrow
        else f"after “{prefix}”: from what the model said to what came"
    )
    axes = canvas.axes("probability", title, height=90 + 36 * len(tokens))
    came = " came" if canvas.narrow else ", which came"
    for row, (p, push) in enumerate(zip(probabilities, pushes, strict=True)):
        axes.plot([p], [row], "o", color=MODEL, clip_on=False, markersize=8, zorder=3)
        if abs(push) > 0.03:
            arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.8, "shrinkA": 7, "shrinkB": 0}
            axes.annotate("", (p + push, row), (p, row), arrowprops=arrow)
        said = f"{push:+.2f}".replace("-", "−") if abs(push) >= 0.005 else "≈ 0"
        axes.annotate(said, (1, row), (52, 0), ("axes fraction", "data"), "offset points", ha="right", va="center")
    axes.annotate("push", (1, 1), (52, 10), "axes fraction", "offset points", ha="right", color=INK_2)
    axes.set(xlim=(0, 1), ylim=(len(tokens) - 0.4, -0.6))
    axes.set_yticks(
        range(len(tokens)), [visible(token) + came * (push > 0) for token, push in zip(tokens, pushes, strict=True)]
    )
    axes.tick_params(axis="y", labelcolor=INK, pad=12)
    axes.grid(axis="x", visible=True)
    axes.grid(axis="y", visible=False)
    plain_ticks(axes, x=[0, 0.5, 1])


@drawing
def descent_curves(canvas: Canvas, losses: Mapping[float, Sequence[float]], floor: float) -> None:
    """What does the learning rate do?

    Args:
        losses: nats per token before each update, by learning rate.
        floor: the smallest loss of such a model.
    """
    apart = {"wspace": 0.08}
    n = len(losses)
    panels = canvas.panels(n, wide=280, narrow=160 * n, sharex=True, sharey=True, gridspec_kw=apart)
    start, top = next(iter(losses.values()))[0], max(map(max, losses.values()))
    rising = sorted(losses.items(), key=lambda item: float(item[0]))  # a key of JSON is a text
    for i, (axes, (rate, nats)) in enumerate(zip(panels, rising, strict=True)):
        unit = "loss, nats per token\n" if i == 0 else "" if canvas.narrow else "\n"
        axes.set_title(f"{unit}η = {rate}", loc="left", fontsize=12, color=INK_2, pad=8)
        axes.axhline(start, color=INK_2, linewidth=1, linestyle=DASHES[2])
        axes.axhline(floor, color=SOURCE, linewidth=1.2, linestyle=DASHES[1])
        axes.plot(range(1, len(nats) + 1), nats, color=RIVALS[0], linewidth=1.4)
    panels[-1].set_xlabel("update")
    panels[0].annotate(
        "knowing nothing", (len(nats), start), (0, 9), textcoords="offset points", ha="right", va="center", color=INK_2
    )
    panels[0].annotate(
        "the floor", (len(nats), floor), (0, -10), textcoords="offset points", ha="right", va="center", color=SOURCE
    )
    panels[0].set(xlim=(0, len(nats)), ylim=(0, 1.05 * top))
    plain_ticks(panels[0], x=[0, len(nats) // 2, len(nats)], y=range(0, math.ceil(top), 2))


@drawing
def gradient_noise(canvas: Canvas, batch_sizes: Sequence[int], noises: Mapping[str, Sequence[float]]) -> None:
    """How much of a batch's gradient is noise?

    Args:
        batch_sizes: rows in a batch.
        noises: length of the noise over length of the full gradient, by model.
    """
    axes = canvas.axes("rows in a batch", "noise ÷ full gradient", height=320)
    sizes = np.asarray(batch_sizes)
    ends = {}
    for (name, noise), face in zip(sorted(noises.items()), (MODEL, PAPER), strict=False):
        guide = noise[0] * np.sqrt(sizes[0] / sizes)
        axes.plot(sizes, guide, color=SOURCE, linewidth=1)
        axes.plot(sizes, noise, "o", color=MODEL, markerfacecolor=face, markersize=7, clip_on=False)
        ends[name] = (noise[-1], MODEL)
    axes.axhline(1, color=INK_2, linestyle=DASHES[1], linewidth=1)
    axes.set(xscale="log", yscale="log", xlim=(sizes[0] * 0.85, sizes[-1] * 1.15))
    first = max(noises.values(), key=max)
    axes.annotate(
        "lines: 1/√rows",
        (sizes[1], first[0] * np.sqrt(sizes[0] / sizes[1])),
        (12, 10),
        textcoords="offset points",
        color=SOURCE,
    )
    axes.annotate(
        "as long as the gradient", (sizes[0], 1), (0, 9), textcoords="offset points", color=INK_2, va="center"
    )
    plain_ticks(axes, x=batch_sizes, y=[0.1, 0.3, 1, 3])
    canvas.label_ends(axes, ends)


def _label_contours(
    axes: Axes, x: Sequence[float], y: Sequence[float], heights: np.ndarray, levels: np.ndarray
) -> None:
    """Every second level where a straight way from the lowest point to the corner at the lower right meets it."""
    row, column = np.unravel_index(int(heights.argmin()), heights.shape)
    way = np.linspace((column, row), (len(x) - 1, 0), 200).round().astype(int)
    climb = heights[way[:, 1], way[:, 0]]
    for level in levels[1:7:2]:
        if level < climb[-20]:  # not at the edge
            i, j = way[int(np.argmax(climb >= level))]
            axes.text(x[i], y[j], f"{level:.2f}", ha="center", va="center", color=COST, bbox=BEHIND)


def _finer(values: np.ndarray, n: int = 5) -> np.ndarray:
    """Values n times as dense along the first axis: cubic curves through evenly spaced ones (Catmull and Rom)."""
    beyond = np.concatenate([2 * values[:1] - values[1:2], values, 2 * values[-1:] - values[-2:-1]])
    at = np.linspace(0, len(values) - 1, n * (len(values) - 1) + 1)
    i = np.minimum(at.astype(int), len(values) - 2)
    u = (at - i).reshape(-1, *[1] * (values.ndim - 1))
    a, b, c, d = (beyond[i + k] for k in range(4))
    return np.asarray(b + u / 2 * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a))))
