"""Figures of what a prediction may read, and of what happens when it reads too much or its own mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lm.plot.style import BLUE, GRAY, ORANGE, new_figure, visible

STYLES = ("-", "--", "-.", ":")
COLORS = (BLUE, ORANGE, GRAY, "black")


def causal_mask(tokens: Sequence[str], visible_to: Sequence[Sequence[bool]]) -> Figure:
    """Which inputs may each prediction read?

    Args:
        tokens: the T inputs.
        visible_to: ``(T, T)``, in row t whether the prediction after input t may read input s.
    """
    figure, axes = new_figure("Which inputs may each prediction read?", "input that is read", "last input so far")
    axes.imshow(np.asarray(visible_to, dtype=float), cmap="Blues", vmin=0, vmax=1.6)
    for t, row in enumerate(visible_to):
        for s, is_visible in enumerate(row):
            axes.text(s, t, "●" if is_visible else "−∞", ha="center", va="center", fontsize=8)
    places = range(len(tokens))
    labels = [visible(token) for token in tokens]
    axes.set_xticks(places, labels, fontfamily="monospace")
    axes.set_yticks(places, labels, fontfamily="monospace")
    axes.spines[:].set_visible(False)
    figure.set_size_inches(5.2, 5.2)
    return figure


def influence(strength: Sequence[Sequence[float]] | np.ndarray) -> Figure:
    """On which inputs does each prediction depend?

    Args:
        strength: ``(T, T)``, in row t how strongly the prediction at t moves with the vector of input s; exact zeros
            are left white.
    """
    figure, axes = new_figure(
        "On which inputs does each prediction depend?", "position of the input", "position of the prediction"
    )
    numbers = np.asarray(strength, dtype=float)
    logs = np.ma.log10(np.ma.masked_equal(numbers, 0))
    picture = axes.imshow(logs, cmap="viridis_r")
    figure.colorbar(picture, label="length of the gradient, log10")
    axes.annotate("exactly 0", (0.72, 0.72), xycoords="axes fraction", ha="center", fontsize=11)
    figure.set_size_inches(5.8, 4.6)
    return figure


def losses_in_training(curves: Mapping[str, Sequence[float]], floor: float, every: int) -> Figure:
    """Which loss falls below what is possible?

    Args:
        curves: for each model the loss of every update's batch, in nats per token.
        floor: the entropy rate of the source.
        every: how many updates are averaged into one point.
    """
    figure, axes = new_figure("Which model is too good to be true?", "updates", "training loss, nats per character")
    smooth = {name: np.asarray(curve).reshape(-1, every).mean(1) for name, curve in curves.items()}
    n_points = len(next(iter(smooth.values())))
    _lines(axes, (np.arange(n_points) + 0.5) * every, smooth)
    axes.axhline(floor, color=GRAY, linewidth=1, label="entropy rate: the floor")
    axes.set_ylim(0)
    axes.legend()
    return figure


def broken_sentences(written: Sequence[float], foretold: Sequence[float]) -> Figure:
    """Of the sentences a model writes, how many has it broken by each place?

    Args:
        written: share of sentences with an impossible character up to place 1, 2, …
        foretold: the same as it follows from the mass that the model gives to impossible characters on real text.
    """
    figure, axes = new_figure(
        "How soon does a sentence become impossible?", "character of the sentence", "impossible sentences, %"
    )
    percents = [100 * np.asarray(shares) for shares in (written, foretold)]
    curves = dict(zip(["on its own text: counted", "on real text: foretold"], percents, strict=True))
    _lines(axes, np.arange(1, len(written) + 1), curves)
    axes.set_ylim(0)
    axes.legend()
    return figure


def cost_after_slip(extra: Sequence[float]) -> Figure:
    """How long does one wrong input upset the predictions? ``extra`` is nats at 1, 2, … characters after it."""
    figure, axes = new_figure(
        "How long does one wrong input upset the model?", "characters after the wrong one", "extra cost, nats"
    )
    axes.bar(range(1, len(extra) + 1), extra, color=BLUE)
    axes.axhline(0, color=GRAY, linewidth=1)
    return figure


def loss_by_place(losses: Mapping[str, Sequence[float]], width: int) -> Figure:
    """Where in a sentence does it cost to remember little?

    Args:
        losses: for each model the mean cost of each group of places, in nats per character.
        width: places in a group.
    """
    figure, axes = new_figure(
        "Where in the sentence does a long memory pay?", "character of the sentence", "loss, nats per character"
    )
    n_groups = len(next(iter(losses.values())))
    _lines(axes, (np.arange(n_groups) + 0.5) * width + 0.5, losses, marker="o")
    axes.set_ylim(0)
    axes.legend()
    return figure


def loss_by_context(context_lengths: Sequence[int], losses: Sequence[float], floor: float) -> Figure:
    """What is a longer context worth? ``losses`` is nats per character for each length, on the same text."""
    figure, axes = new_figure(
        "What is a longer context worth?", "context length, characters", "validation loss, nats per character"
    )
    axes.plot(context_lengths, losses, "o-", color=BLUE, label="small transformers, equally many updates")
    axes.axhline(floor, color=ORANGE, linestyle="--", label="entropy rate of the source")
    for length, loss in zip(context_lengths, losses, strict=True):
        axes.annotate(f"{loss:.2f}", (length, loss), xytext=(0, 7), textcoords="offset points", ha="center")
    axes.set_xscale("log", base=2)
    axes.set_xticks(context_lengths, [str(length) for length in context_lengths])
    axes.set_ylim(0, max(losses) * 1.15)
    axes.legend()
    return figure


def _lines(
    axes: Axes, places: np.ndarray, curves: Mapping[str, Sequence[float] | np.ndarray], marker: str = ""
) -> None:
    """One line for each curve, told apart by its dashes as well as by its color."""
    for (name, values), style, color in zip(curves.items(), STYLES, COLORS, strict=False):
        axes.plot(places, values, style, color=color, marker=marker, markersize=4, label=name)
