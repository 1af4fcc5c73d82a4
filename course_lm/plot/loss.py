"""Figures of what predictions cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from course_lm.plot.figure import drawing
from course_lm.plot.style import COST, DASHES, INK, INK_2, LINE, MODEL, RIVALS, SOURCE, Canvas, colors_of, longest_run


@drawing
def surprisal_curve(canvas: Canvas, marks: Sequence[float]) -> None:
    """What does a token cost that was given probability p?

    Args:
        marks: probabilities whose costs are marked.
    """
    axes = canvas.axes("probability p", "cost −ln p, nats")
    p = np.geomspace(min(marks) / 2, 1, 300)
    axes.plot(p, -np.log(p), color=COST)
    for mark in marks:
        cost = -math.log(mark)
        axes.plot([mark], [cost], "o", color=COST)
        text = f"{100 * mark:g}% costs {cost:.1f} nats"
        axes.annotate(text, (mark, cost), xytext=(10, 4), textcoords="offset points")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(0, -math.log(min(marks)) * 1.08)


@drawing
def sentence_costs(canvas: Canvas, tokens: Sequence[str], nats: Sequence[float]) -> None:
    """Where does the loss of this sentence come from?

    Args:
        tokens: the tokens that came.
        nats: what each cost, −ln p.
    """
    axes = canvas.axes("", "cost −ln p of each letter, nats", height=250)
    axes.bar(range(len(tokens)), nats, color=COST, width=0.8)
    mean = sum(nats) / len(nats)
    axes.axhline(mean, color=INK_2, linewidth=1, linestyle=DASHES[1])
    middle = (longest_run([cost < mean for cost in nats]), mean)
    text = f"mean {mean:.2f},\nthe loss" if canvas.narrow else f"the mean, {mean:.2f},\nis the loss"
    axes.annotate(text, middle, (0, 5), textcoords="offset points", ha="center", color=INK_2)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    canvas.letters(axes, tokens, nats)
    _tiles(axes, nats)


def _tiles(axes: Axes, nats: Sequence[float]) -> None:
    """Colors the letters below the axis, the more they cost the stronger."""
    top = max(nats)
    for place, cost in enumerate(nats):
        tile = Rectangle(
            (place - 0.46, -0.115), 0.92, 0.1, facecolor=COST, alpha=0.08 + 0.5 * cost / top, clip_on=False, zorder=0
        )
        tile.set_transform(axes.get_xaxis_transform())
        axes.add_artist(tile)


@drawing
def expected_scores(
    canvas: Canvas, truth: float, stated: Sequence[float], scores: Mapping[str, tuple[Sequence[float], Sequence[float]]]
) -> None:
    """Which stated probability has the smallest expected cost?

    Args:
        truth: the probability of the event.
        stated: the probabilities p that a forecaster could state, rising.
        scores: for each name the cost of stating each p if the event happens, and if it does not.
    """
    event = "it" if canvas.narrow else "the event"
    axes = canvas.axes("stated probability p", f"expected cost, if {event} has probability {truth:g}")
    axes.axvline(truth, color=SOURCE, linewidth=1)
    axes.set(xlim=(0, 1), ylim=(0, 1.6))
    axes.annotate("the truth", (truth, 0), (-6, 6), textcoords="offset points", ha="right", color=SOURCE)
    ends = {}
    for (name, (happens, does_not)), color, dash in zip(scores.items(), (COST, *RIVALS), DASHES, strict=False):
        expected = truth * np.asarray(happens) + (1 - truth) * np.asarray(does_not)
        axes.plot(stated, expected, color=color, linestyle=dash)
        best = int(expected.argmin())
        axes.plot([stated[best]], [expected[best]], "o", color=color, clip_on=False)
        said = name.split(":")[0] if canvas.narrow else name.replace(": ", ":\n")
        ends[said] = (min(float(expected[-1]), 1.5), color)
    canvas.label_ends(axes, ends, apart=15 if canvas.narrow else 30)


@drawing
def losses_against_floor(canvas: Canvas, losses: Mapping[str, float], floor: float) -> None:
    """How close does each model come to the floor?

    Args:
        losses: nats per token by model, the exact source among them.
        floor: the loss of the exact source on the same text.
    """
    near = {name: loss for name, loss in losses.items() if loss <= max(1.1 * floor, min(losses.values()))}
    canvas.resize(110 + 28 * (len(losses) + len(near)))
    axes, below = canvas.figure.subplots(2, height_ratios=[len(losses), len(near) + 0.3])
    canvas.panel(axes, "", "loss, nats per token")
    _loss_bars(axes, losses, floor, {name: f"{loss:.2f}" for name, loss in losses.items()})
    axes.set_xlim(0, max(losses.values()) * 1.12)
    canvas.panel(below, "", "the ends of the last bars, magnified")
    above = {name: f"{floor:.3f}" + f" + {loss - floor:.3f}" * (loss > floor) for name, loss in near.items()}
    _loss_bars(below, near, floor, above)
    apart = max(max(near.values()) - floor, 0.01 * floor)
    below.set_xlim(floor - 0.6 * apart, floor + (2 if canvas.narrow else 1.6) * apart)
    below.xaxis.set_major_locator(MaxNLocator(4))


def _loss_bars(axes: Axes, losses: Mapping[str, float], floor: float, said: Mapping[str, str]) -> None:
    """One bar for each loss, with its number, and the floor."""
    colors = colors_of([*losses])
    axes.barh([*losses], [*losses.values()], color=[*colors.values()], height=0.62)
    axes.axvline(floor, color=SOURCE, linestyle=DASHES[1], linewidth=1.2)
    for name, loss in losses.items():
        axes.annotate(said[name], (loss, name), (6, 0), textcoords="offset points", va="center", color=colors[name])
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.tick_params(axis="y", labelcolor=INK)


@drawing
def cost_in_two_parts(
    canvas: Canvas,
    tokens: Sequence[str],
    entropy: Sequence[float],
    divergence: Mapping[str, Sequence[float]],
    question: str = "",
) -> None:
    """What does a prediction cost because the text is open, and what because the model is wrong?

    Args:
        tokens: that came, for which the places are named.
        entropy: of the true distribution at each place, in nats.
        divergence: for each model what it pays on top of that.
        question: that the figure answers.
    """
    canvas.resize(190 * len(divergence))
    panels = [*canvas.figure.subplots(len(divergence), 1, squeeze=False, sharey=True).flat]
    mean = sum(entropy) / len(entropy)
    for axes, (name, extra) in zip(panels, divergence.items(), strict=True):
        means = f"entropy {mean:.2f} + divergence {sum(extra) / len(extra):.2f}"
        canvas.panel(axes, "", f"{name}, nats: {means}" if canvas.narrow else f"{name}, nats at each letter: {means}")
        axes.bar(range(len(tokens)), entropy, color=SOURCE, width=0.8)
        axes.bar(range(len(tokens)), extra, bottom=entropy, color=COST, width=0.8)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        canvas.letters(axes, tokens, entropy)
    for text, color, height in (("divergence", COST, 0.92), ("entropy", SOURCE, 0.78)):
        panels[0].annotate(text, (1, height), xycoords="axes fraction", ha="right", color=color)


@drawing
def calibration(canvas: Canvas, stated: Sequence[float], happened: Sequence[float], counts: Sequence[int]) -> None:
    """When the model states a probability, is it right?

    Args:
        stated: the mean of the probabilities in each group.
        happened: the share that came true.
        counts: how many statements each group has; the larger, the larger its dot.
    """
    axes = canvas.axes("stated probability", "share that came true", height=330)
    axes.plot([0, 1], [0, 1], color=LINE)
    areas = 500 * np.sqrt(np.asarray(counts) / max(counts))
    axes.scatter(stated, happened, s=areas, color=MODEL, zorder=3, clip_on=False)
    for place in {int(np.argmin(counts)), int(np.argmax(counts))}:
        left = stated[place] > 0.5
        offset = (12 + math.sqrt(areas[place]) / 2) * (-1 if left else 1)
        axes.annotate(
            f"{counts[place]:,} statements",
            (stated[place], happened[place]),
            (offset, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            color=MODEL,
        )
    axes.annotate("as stated, so it happens", (0.3, 0.3), (14, -12), textcoords="offset points", color=INK_2)
    axes.set(xlim=(0, 1), ylim=(0, 1))
