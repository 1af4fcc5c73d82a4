"""Figures of what predictions cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lm.plot.style import BLUE, GRAY, ORANGE, new_figure, visible


def surprisal_curve(marks: Sequence[float]) -> Figure:
    """What does the true token cost, as a function of the probability it was given?"""
    figure, axes = new_figure(
        "What does a token cost that was given probability p?", "probability p", "cost −ln p, nats"
    )
    p = np.geomspace(min(marks) / 2, 1, 400)
    axes.plot(p, -np.log(p), color=BLUE, label="−ln p")
    for mark in marks:
        axes.plot([mark], [-np.log(mark)], "o", color=ORANGE, label=f"p = {mark:g}")
        axes.annotate(
            f"p = {mark:.3%}".replace(".000%", "%") + f": {-np.log(mark):.1f} nats",
            (mark, -np.log(mark)),
            xytext=(12, 2),
            textcoords="offset points",
        )
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(0, -np.log(min(marks)) * 1.12)
    return figure


def sentence_costs(tokens: Sequence[str], nats: Sequence[float]) -> Figure:
    """Where in a sentence does the loss come from?"""
    figure, axes = new_figure("Where does the loss of this sentence come from?", "true next token", "cost −ln p, nats")
    places = range(len(tokens))
    axes.bar(places, nats, color=BLUE)
    mean = sum(nats) / len(nats)
    axes.axhline(mean, color=ORANGE, linestyle="--", label="mean: the loss")
    axes.set_xticks(places, [visible(token) for token in tokens], fontfamily="monospace")
    axes.legend()
    figure.set_size_inches(9.5, 3.6)
    return figure


def expected_scores(truth: float, scores: dict[str, Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]]) -> Figure:
    """Which stated probability minimizes each expected score, when the true probability is ``truth``?

    Args:
        truth: the probability of the event.
        scores: for each name the cost of stating ``p``, if the event happens and if it does not.
    """
    figure, axes = new_figure(
        f"The event has probability {truth:g}. What should a forecaster state?",
        "stated probability p",
        "expected cost",
    )
    p = np.linspace(0.005, 0.995, 199)
    for (name, cost), style in zip(scores.items(), ("-", "--", "-.", ":"), strict=False):
        happens, does_not = cost(p)
        expected = truth * happens + (1 - truth) * does_not
        (line,) = axes.plot(p, expected, style, label=name)
        best = int(expected.argmin())
        axes.plot([p[best]], [expected[best]], "o", color=line.get_color(), label=f"{name}: best p")
    axes.axvline(truth, color=GRAY, linewidth=1, label="the truth")
    handles, labels = axes.get_legend_handles_labels()
    shown = [i for i, label in enumerate(labels) if not label.endswith("best p")]
    axes.legend([handles[i] for i in shown], [labels[i] for i in shown])
    axes.set_ylim(0, 1.6)
    return figure


def losses_against_floor(losses: Mapping[str, float], floor: float) -> Figure:
    """How close does each model come to the exact source on the same text? ``losses`` is nats per token by model."""
    figure, axes = new_figure("How close does each model come to the floor?", "loss, nats per token", "")
    axes.barh(list(losses), list(losses.values()), color=BLUE)
    axes.axvline(floor, color=ORANGE, linestyle="--", label="exact source on the same text")
    for name, cost in losses.items():
        axes.annotate(f"{cost:.2f}", (cost, name), xytext=(4, 0), textcoords="offset points", va="center")
    axes.invert_yaxis()
    axes.set_xlim(0, max(losses.values()) * 1.1)
    axes.legend(loc="lower right")
    return figure


def calibration(stated: Sequence[float], happened: Sequence[float], label: str) -> Figure:
    """Of the times the model said 30 %, how often did it happen?"""
    figure, axes = new_figure(
        "When the model states a probability, is it right?",
        "stated probability (mean of the bin)",
        "share that happened",
    )
    axes.plot([0, 1], [0, 1], color=GRAY, linewidth=1, label="perfectly calibrated")
    axes.plot(stated, happened, "o", color=BLUE, label=label)
    axes.set_aspect("equal")
    axes.legend()
    figure.set_size_inches(4.8, 4.8)
    return figure
