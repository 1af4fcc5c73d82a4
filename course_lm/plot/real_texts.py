"""Figures of real vocabularies, windows on a text, fitted floors, and what a real model pays for words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from course_lm.plot.figure import drawing
from course_lm.plot.style import COST, DASHES, INK_2, LINE, MODEL, RIVALS, SOURCE, Canvas, plain_ticks, visible


@drawing
def tokens_of_lines(canvas: Canvas, lines: Sequence[str], counts: Mapping[str, Sequence[int]]) -> None:
    """How many tokens is a line?

    Args:
        lines: what the lines are.
        counts: the tokens of each line in two vocabularies, the older one first.
    """
    axes = canvas.axes("tokens", height=60 + 30 * len(lines))
    axes.grid(axis="x")
    axes.grid(axis="y", visible=False)
    old, new = counts.values()
    rows = range(len(lines))
    axes.hlines(rows, old, new, color=LINE, linewidth=3, zorder=1)
    axes.plot(old, rows, "o", color=RIVALS[0], markersize=8)
    axes.plot(new, rows, "D", color=MODEL, markersize=7)
    axes.set_xscale("log", base=2)
    plain_ticks(axes, x=[8, 16, 32, 64, 128])
    axes.set(xlim=(7, 200), ylim=(len(lines) - 0.4, -0.9))
    axes.set_yticks(rows, lines)
    widest = int(np.argmax(old))
    for (name, n), color in zip(counts.items(), (RIVALS[0], MODEL), strict=True):
        axes.annotate(name, (n[widest], widest), (0, 9), textcoords="offset points", ha="center", color=color)


@drawing
def gap_by_place(canvas: Canvas, gaps: Mapping[str, Sequence[float]], width: int) -> None:
    """Where does a window that begins anywhere lose?

    Args:
        gaps: two mean gaps to the source for each group of places, in nats per character, by what they count.
        width: places in a group.
    """
    axes = canvas.axes("place in the window", "gap to the exact source, nats per character", height=300)
    axes.set_yscale("log")
    looks = zip((COST, MODEL), DASHES, ((10, 8), (0, -30)), strict=False)
    for (name, gap), (color, dash, lift) in zip(gaps.items(), looks, strict=True):
        places = (np.arange(len(gap)) + 0.5) * width + 0.5
        axes.plot(places, gap, marker="o", color=color, linestyle=dash, markersize=4)
        axes.annotate(name, (places[1], gap[1]), lift, textcoords="offset points", color=color)
    plain_ticks(axes, y=[0.01, 0.1, 1])
    axes.set(xlim=(0, width * len(gap)), ylim=(0.003, 6))


@drawing
def fitted_floors(
    canvas: Canvas,
    sizes: Mapping[str, Sequence[float]],
    losses: Mapping[str, Sequence[float]],
    fits: Mapping[str, Sequence[float]],
    floor: float,
) -> None:
    """Does a good fit find the floor?

    Args:
        sizes: of the models of each family, by what the horizontal axis counts.
        losses: of the same models, in nats per character.
        fits: E, A and a of the curve E + A · size^(−a) for each family.
        floor: what the exact source pays for the same text.
    """
    panels = canvas.panels(len(sizes), wide=290, narrow=270 * len(sizes))
    for axes, x_label in zip(panels, sizes, strict=True):
        canvas.panel(axes, x_label, "loss, nats per character")
        size, loss = np.asarray(sizes[x_label]), losses[x_label]
        fitted, scale, power = fits[x_label]
        line = np.geomspace(size[0], 30 * size[-1], 60)
        axes.axhline(floor, color=SOURCE, linewidth=1.4)
        axes.axhline(fitted, color=RIVALS[0], linestyle=DASHES[1], linewidth=1.4)
        axes.plot(line, fitted + scale * line**-power, color=RIVALS[0], linewidth=1.4)
        axes.plot(size, loss, "o", color=MODEL, markersize=6)
        axes.set_xscale("log")
        axes.set(xlim=(size[0] / 1.5, line[-1]), ylim=(0.2, 1.08 * max(loss)))
        plain_ticks(axes, x=[size[0], size[-1]])
        over = fitted > floor
        for text, height, color, above in (
            (f"true floor {floor:.3f}", floor, SOURCE, not over),
            (f"fitted floor {fitted:.3f}", fitted, RIVALS[0], over),
        ):
            axes.annotate(
                text,
                (1, height),
                (-2, 4 if above else -4),
                ("axes fraction", "data"),
                "offset points",
                ha="right",
                va="bottom" if above else "top",
                color=color,
            )


@drawing
def costs_of_words(canvas: Canvas, tokens: Sequence[str], nats: Sequence[float]) -> None:
    """Which words surprise a model of today?

    Args:
        tokens: of a text, in its order.
        nats: what each cost, −ln p.
    """
    axes = canvas.axes("cost −ln p, nats", height=50 + 17 * len(tokens))
    axes.grid(axis="x")
    axes.grid(axis="y", visible=False)
    axes.barh(range(len(tokens)), nats, color=COST, height=0.72)
    mean = sum(nats) / len(nats)
    axes.axvline(mean, color=INK_2, linewidth=1, linestyle=DASHES[1])
    axes.annotate(f"mean {mean:.2f}", (mean, len(tokens) - 0.6), (5, 3), textcoords="offset points", color=INK_2)
    shown = ["".join(visible(letter) for letter in token) for token in tokens]
    axes.set_yticks(range(len(tokens)), shown, fontfamily="monospace")
    axes.set(ylim=(len(tokens) - 0.4, -0.6), xlim=(0, None))
