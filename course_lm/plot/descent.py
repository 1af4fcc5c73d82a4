"""Figures of the loss as a landscape, and of the way down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lm.plot.style import BLUE, GRAY, ORANGE, new_figure, token_bars, visible

STYLES = ("-", "--", ":", "-.")


def loss_landscape(
    x: Sequence[float] | np.ndarray,
    y: Sequence[float] | np.ndarray,
    loss: np.ndarray,
    marks: Mapping[str, tuple[float, float]],
    labels: tuple[str, str],
    path: Sequence[tuple[float, float]] = (),
) -> Figure:
    """Where is the loss lowest, as a function of two parameters?

    Args:
        x: ``(X,)`` evenly spaced values of the first parameter.
        y: ``(Y,)`` evenly spaced values of the second parameter.
        loss: ``(Y, X)`` the loss at each pair, nats per token.
        marks: points to name.
        labels: what the two parameters are.
        path: points that were visited, in order.
    """
    title = "Where does descent go?" if path else "Where is the loss lowest?"
    figure, axes = new_figure(title, *labels)
    heights = np.asarray(loss, dtype=float)
    edges = (x[0], x[-1], y[0], y[-1])
    axes.imshow(heights, origin="lower", extent=edges, aspect="auto", cmap="Greys", alpha=0.5)
    lines = axes.contour(x, y, heights, levels=heights.min() + np.geomspace(0.005, np.ptp(heights), 9), colors=GRAY)
    axes.clabel(lines, fmt="%.2f", fontsize=8)
    if path:
        axes.plot(*np.transpose(path), ".-", color=BLUE, label="path")
    for name, point in marks.items():
        axes.plot(*point, "o", color=ORANGE, markersize=8, label=name)
        axes.annotate(
            name,
            point,
            xytext=(8, -14),
            textcoords="offset points",
            bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )
    figure.set_size_inches(6.4, 5)
    return figure


def loss_slices(distances: Sequence[float], losses: Mapping[str, Sequence[float]]) -> Figure:
    """How does the loss change on straight lines through the trained point? ``losses`` is nats per token by line."""
    figure, axes = new_figure(
        "Is the trained model at a low point?",
        "distance from the trained weights, in units of their typical size",
        "loss, nats per token",
    )
    for (name, nats), style in zip(losses.items(), STYLES, strict=False):
        axes.plot(distances, nats, style, label=name)
    axes.axvline(0, color=GRAY, linewidth=1, label="trained weights")
    axes.set_ylim(bottom=0)
    axes.legend()
    return figure


def logit_pushes(tokens: Sequence[str], pushes: Sequence[float], truth: str, prefix: str) -> Figure:
    """Which logits does a step of descent raise, and which does it lower?"""
    figure, axes = new_figure(
        f"After {prefix!r}, where does descent push each logit?",
        "candidate for the next token (hatched: the true one)",
        "push: one-hot − p",
    )
    token_bars(axes, tokens, pushes, truth)
    for token, push in zip(tokens, pushes, strict=True):
        axes.annotate(
            f"{push:+.2f}".replace("-", "−") if abs(push) >= 0.005 else "≈ 0",
            (visible(token), push),
            xytext=(0, 3 if push > 0 else -12),
            textcoords="offset points",
            ha="center",
        )
    axes.axhline(0, color=GRAY, linewidth=1)
    axes.margins(y=0.15)
    return figure


def descent_curves(title: str, curves: Mapping[str, Sequence[float]], floor: float, floor_label: str) -> Figure:
    """How does the loss fall, update by update? ``curves`` is nats per token before each update, by name."""
    figure, axes = new_figure(title, "update (logarithmic)", "loss, nats per token")
    for (name, nats), style in zip(curves.items(), STYLES, strict=False):
        axes.plot(range(1, len(nats) + 1), nats, style, label=name)
    axes.axhline(floor, color=GRAY, linestyle=(0, (1, 3)), linewidth=2, label=floor_label)
    axes.set_xscale("log")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def gradient_noise(batch_sizes: Sequence[int], noises: Mapping[str, Sequence[float]]) -> Figure:
    """How much of a batch's gradient is noise? ``noises`` is noise length over gradient length, by model."""
    figure, axes = new_figure("How much of a batch's gradient is noise?", "rows in a batch", "noise ÷ full gradient")
    sizes = np.asarray(batch_sizes, dtype=float)
    for (name, noise), marker in zip(noises.items(), "os^v", strict=False):
        axes.plot(sizes, noise, marker, label=name)
        axes.plot(sizes, noise[0] * np.sqrt(sizes[0] / sizes), color=GRAY, linewidth=1, label=f"{name}: 1/√rows")
    axes.axhline(1, color=ORANGE, linestyle="--", label="noise as long as the gradient")
    axes.set(xscale="log", yscale="log")
    axes.set_xticks(sizes, [str(size) for size in batch_sizes])
    axes.minorticks_off()
    axes.set_yticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
    handles, labels = axes.get_legend_handles_labels()
    shown = [i for i, label in enumerate(labels) if not label.endswith("rows")] + [1]
    names = [labels[i] for i in shown[:-1]] + ["guide: falls like 1/√rows"]
    figure.legend([handles[i] for i in shown], names, loc="outside lower center", ncols=2)
    return figure
