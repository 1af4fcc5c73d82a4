"""Figures of what a prediction may read, and of what happens when it reads too much or its own mistakes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from course_lm.plot.figure import drawing
from course_lm.plot.style import (
    COST,
    DASHES,
    INK,
    INK_2,
    LINE,
    MODEL,
    RIVALS,
    SOURCE,
    Canvas,
    colors_of,
    plain_ticks,
    visible,
    words_with_room,
)


@drawing
def training_beside_writing(
    canvas: Canvas, text: Sequence[str], guesses: Sequence[str], written: Sequence[str]
) -> None:
    """What does a model read in training, and what when it writes?

    Args:
        text: T + 1 true tokens, the start of text first.
        guesses: the model's best guess after each of the first T of them.
        written: what the model writes from the same start, T + 1 tokens with the start.
    """
    n = len(guesses)
    ratios = {"height_ratios": (2.8, 1.8)} if canvas.narrow else {}  # three rows of boxes above two
    training, writing = canvas.panels(2, wide=215, narrow=315, **ratios)
    canvas.panel(training, "", "in training")
    _boxes(training, 0, text[:-1], INK)
    _boxes(training, 1, guesses, MODEL, doubtful=[guess != true for guess, true in zip(guesses, text[1:], strict=True)])
    _boxes(training, 2, text[1:], INK)
    _read_next(training, 2, n, INK)
    training.set_yticks([0, 1, 2], ["reads", "guesses", "true"])
    training.set_ylim(2.4, -0.4)
    canvas.panel(writing, "", "when it writes")
    _boxes(writing, 0, written[:-1], INK)
    _boxes(writing, 1, written[1:], MODEL)
    _read_next(writing, 1, n, MODEL)
    writing.set_yticks([0, 1], ["reads", "writes"])
    writing.set_ylim(1.4 if canvas.narrow else 2.4, -0.4)


@drawing
def causal_mask(canvas: Canvas, tokens: Sequence[str], may_read: Sequence[Sequence[bool]]) -> None:
    """Which inputs may each prediction read?

    Args:
        tokens: the T inputs.
        may_read: ``(T, T)``, in row t whether the prediction after input t may read input s.
    """
    long = "each row: the last input so far, and what its prediction may read"
    about = "each row: the last input, and what it may read" if canvas.narrow else long
    axes = canvas.axes("an input", about, height=340)
    readable = np.asarray(may_read)
    _cells(axes, np.argwhere(readable), facecolor=MODEL, alpha=0.16, linewidth=0)
    _cells(axes, np.argwhere(~readable), facecolor="none", edgecolor=LINE)
    for (t, s), is_readable in np.ndenumerate(readable):
        sign, color = ("●", MODEL) if is_readable else ("−∞", INK_2)
        axes.text(s, t, sign, ha="center", va="center", color=color)
    _token_square(axes, tokens)


@drawing
def influence(canvas: Canvas, tokens: Sequence[str], strength: Sequence[Sequence[float]]) -> None:
    """On which inputs does each prediction depend?

    Args:
        tokens: the T inputs.
        strength: ``(T, T)``, in row t how strongly the prediction after input t moves with the vector of input s.
    """
    axes = canvas.axes("input", "prediction after this input", height=500 if canvas.narrow else 540)
    numbers = np.asarray(strength)
    some = numbers > 0
    logs = np.log(np.where(some, numbers, 1))
    low, high = logs[some].min(), logs[some].max()
    shades = (0.15 + 0.85 * (logs - low) / (high - low)).round(1)
    for shade in np.unique(shades[some]):
        _cells(axes, np.argwhere(some & (shades == shade)), facecolor=MODEL, alpha=shade, linewidth=0)
    _token_square(axes, tokens)
    last = len(tokens) - 1
    axes.text(last, 0, "exactly 0: no prediction\nreads what comes later", ha="right", va="top")
    axes.text(last, 0.21 * last, "length of the gradient", ha="right", va="center", color=INK_2)
    for i, log in enumerate(np.linspace(low, high, 4)):
        row, alpha = (0.27 + 0.06 * i) * last, 0.15 + 0.85 * i / 3
        _cells(axes, [(row, 0.8 * last)], facecolor=MODEL, alpha=alpha, linewidth=0)
        axes.text(0.8 * last + 1, row, _two_digits(math.exp(log)), va="center", color=INK_2)


@drawing
def losses_in_training(canvas: Canvas, losses: Mapping[str, Sequence[float]], floor: float, every: int) -> None:
    """Which model is too good to be true?

    Args:
        losses: for each model the training loss in nats per character, a mean over each group of updates; one
            is the ``honest`` one.
        floor: what the exact source pays for rows of this kind.
        every: how many updates are in a group.
    """
    axes = canvas.axes("updates", "training loss, nats per character", height=320)
    ends = {"exact source": (floor, SOURCE)}
    for (name, nats), dash in zip(sorted(losses.items()), DASHES, strict=False):
        color = MODEL if name == "honest" else RIVALS[0]
        axes.plot((np.arange(len(nats)) + 0.5) * every, nats, color=color, linestyle=dash)
        ends[name] = (nats[-1], color)
    lowest = min(min(nats) for nats in losses.values())
    axes.set(xlim=(0, every * len(next(iter(losses.values())))), ylim=(lowest / 1.5, 4), yscale="log")
    axes.axhspan(lowest / 1.5, floor, facecolor=SOURCE, alpha=0.14, linewidth=0)
    axes.axhline(floor, color=SOURCE, linestyle=DASHES[1], linewidth=1.2)
    below = (
        "below the source:\ntoo good to be true"
        if canvas.narrow
        else "below what the source itself pays:\ntoo good to be true"
    )
    axes.annotate(below, (0, lowest / 1.5), (8, 8), textcoords="offset points", va="bottom", color=INK_2)
    axes.locator_params(axis="x", nbins=4)
    plain_ticks(axes, y=[0.1, 0.3, 1, 3])
    canvas.label_ends(axes, ends)


@drawing
def broken_sentences(canvas: Canvas, written: Sequence[float], expected: Sequence[float], example: str = "") -> None:
    """How soon does a sentence become impossible?

    Args:
        written: share of the model's sentences with an impossible character up to place 1, 2, …
        expected: the same as it follows from the probability that the model gives to what is impossible on real text.
        example: what the model wrote in one sentence, up to its first impossible character.
    """
    axes = canvas.axes("character of the sentence", "sentences that are impossible by then, %")
    names = ("counted", "expected") if canvas.narrow else ("counted in its own text", "expected from real text")
    ends = {}
    for name, shares, dash in zip(names, (written, expected), DASHES, strict=False):
        percent = 100 * np.asarray(shares)
        axes.plot(np.arange(1, len(percent) + 1), percent, color=MODEL, linestyle=dash)
        ends[name] = (percent[-1], MODEL)
    axes.set(xlim=(1, len(written)), ylim=(0, None))
    axes.locator_params(axis="y", nbins=4)
    canvas.label_ends(axes, ends)
    if example:
        for text, color, x, y in (
            (example[:-1], INK, -16, 28),
            (visible(example[-1]), COST, -8, 28),
            ("impossible here", COST, -8, 12),
        ):
            family = "monospace" if y > 12 else "sans-serif"
            axes.annotate(
                text, (1, 0), (x, y), "axes fraction", "offset points", color=color, ha="right", fontfamily=family
            )


@drawing
def cost_after_slip(canvas: Canvas, extra: Sequence[float]) -> None:
    """How long does one wrong input upset the model?

    Args:
        extra: what the true character costs more than without the wrong one, in nats, 1, 2, … characters after it.
    """
    upper, lower = canvas.panels(2, wide=260, narrow=400)
    small = max(i for i, nats in enumerate(extra) if nats > 0.05 * max(extra)) + 1
    for axes, first, title in ((upper, 0, "extra cost, nats"), (lower, small, "the small ones, on a larger scale")):
        canvas.panel(axes, "" if canvas.narrow and first == 0 else "characters after the wrong one", title)
        axes.bar(range(first + 1, len(extra) + 1), extra[first:], color=COST, width=0.8)
        axes.set_xlim(first + 0.4, len(extra) + 0.6)
        axes.set_xticks([first + 1, *range(10 * (first // 10 + 1), len(extra) + 1, 10)])
        axes.locator_params(axis="y", nbins=4)
    upper.annotate(f"{extra[0]:.1f}", (1, extra[0]), (8, -6), textcoords="offset points", va="center", color=COST)


@drawing
def loss_by_place(canvas: Canvas, losses: Mapping[str, Sequence[float]], width: int, example: str = "") -> None:
    """Where in the sentence does a long memory pay?

    Args:
        losses: for each model the mean cost of each group of places, in nats per character: the transformer, one that
            remembers little, and the exact source.
        width: places in a group.
        example: a sentence whose letters are shown at their places.
    """
    axes = canvas.axes("character of the sentence", "loss, nats per character", height=320)
    colors = colors_of([*losses])
    long = losses["transformer"]
    (short,) = (nats for name, nats in losses.items() if colors[name] == RIVALS[0])
    places = (np.arange(len(short)) + 0.5) * width + 0.5
    axes.fill_between(places, short, long, facecolor=RIVALS[0], alpha=0.16, linewidth=0)
    ends = {}
    for (name, nats), dash in zip(sorted(losses.items()), DASHES, strict=False):
        axes.plot(places, nats, color=colors[name], linestyle=dash)
        ends[name] = (nats[-1], colors[name])
    n_places = width * len(short)
    axes.set(xlim=(0.4, n_places + 0.6), ylim=(0, 1.2 * max(short)), xticks=[1, *range(10, n_places + 1, 10)])
    _letters_above(canvas, axes, example)
    canvas.label_ends(axes, ends)


@drawing
def loss_by_context(
    canvas: Canvas, context_lengths: Sequence[int], losses: Sequence[float], best: Sequence[float]
) -> None:
    """What is a longer context worth?

    Args:
        context_lengths: of models that are trained equally long.
        losses: nats per character of each, on the same text.
        best: what somebody pays who knows the source, in the same windows.
    """
    axes = canvas.axes("context length, characters", "validation loss, nats per character")
    axes.plot(context_lengths, losses, "o-", color=MODEL, clip_on=False)
    axes.plot(context_lengths, best, color=SOURCE, linestyle=DASHES[1], linewidth=1.4)
    for length, loss in zip(context_lengths, losses, strict=True):
        offset = (0, -13) if length == context_lengths[-1] else (10, 9)
        axes.annotate(
            f"{loss:.2f}", (length, loss), offset, textcoords="offset points", color=MODEL, ha="center", va="center"
        )
    axes.set_xscale("log", base=2)
    axes.set(xlim=(min(context_lengths) / 1.2, max(context_lengths) * 1.2), ylim=(0, max(losses) * 1.1))
    plain_ticks(axes, x=context_lengths)
    axes.locator_params(axis="y", nbins=4)
    canvas.label_ends(axes, {"transformers": (losses[-1], MODEL), "best possible": (best[-1], SOURCE)})


def _boxes(axes: Axes, y: int, tokens: Sequence[str], color: str, doubtful: Sequence[bool] = ()) -> None:
    """A row of tokens in boxes, dashed where they are doubtful."""
    for t, token in enumerate(tokens):
        box = Rectangle((t - 0.34, y - 0.26), 0.68, 0.52, facecolor="none", edgecolor=color, linewidth=1.2)
        box.set_linestyle(DASHES[1] if doubtful and doubtful[t] else "-")
        axes.add_patch(box)
        axes.text(t, y, visible(token), ha="center", va="center", color=color)


def _read_next(axes: Axes, y: int, n: int, color: str) -> None:
    """Arrows from the boxes of a row to the next ones of row 0, and the look of axes with n boxes in a row."""
    look = {"arrowstyle": "-|>", "color": color, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    for t in range(n - 1):
        axes.annotate("", (t + 0.66, 0), (t + 0.34, y), arrowprops=look)
    axes.set(xlim=(-0.4, n - 0.6), xticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _cells(axes: Axes, places: Iterable[tuple[float, float]], **look: Any) -> None:
    """Cells of a table of one look, given by row and column, in a single path."""
    around = ((-0.46, -0.46), (0.46, -0.46), (0.46, 0.46), (-0.46, 0.46), (0, 0))
    cells = [Path([(s + x, t + y) for x, y in around], closed=True) for t, s in places]
    axes.add_patch(PathPatch(Path.make_compound_path(*cells), **look))


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):g}"


def _token_square(axes: Axes, tokens: Sequence[str]) -> None:
    """Axes of which both directions are the places of a text, from the upper left corner."""
    labels = [visible(token) for token in tokens]
    axes.set_xticks(range(len(tokens)), labels, fontfamily="monospace", color=INK)
    axes.set_yticks(range(len(tokens)), labels, fontfamily="monospace", color=INK)
    axes.set(xlim=(-0.6, len(tokens) - 0.4), ylim=(len(tokens) - 0.4, -0.6))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _letters_above(canvas: Canvas, axes: Axes, example: str) -> None:
    """Letters of a sentence at its places 1, 2, … near the top, or on a phone the words that have room."""
    for piece in words_with_room(example) if canvas.narrow else re.finditer(r"\S", example):
        axes.annotate(
            piece[0],
            (piece.start() + 1, axes.get_ylim()[1]),
            (0, -6),
            textcoords="offset points",
            ha="left" if canvas.narrow else "center",
            va="center",
            color=INK_2,
            fontfamily="sans-serif" if canvas.narrow else "monospace",
        )
