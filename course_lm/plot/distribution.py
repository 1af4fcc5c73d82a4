"""Figures of probabilities over a vocabulary: all positions at once, several models at one, and a draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from course_lm.plot.figure import drawing
from course_lm.plot.style import INK, MODEL, PAPER, Canvas, colors_of, spread, visible

FAINTEST = 0.01  # a paler cell of the map cannot be seen
LETTER = 11  # pixels; a shorter piece of the stick has no room for its name


@drawing
def probability_map(
    canvas: Canvas,
    vocabulary: Sequence[str],
    read: Sequence[str],
    came: Sequence[str],
    p: Sequence[Sequence[float]],
    question: str = "",
) -> None:
    """What does the model expect at every position?

    Args:
        vocabulary: the V tokens, one character each.
        read: the T tokens that were read.
        came: the T tokens that came next.
        p: ``(T, V)`` probabilities; row t was said after ``read[t]``.
    """
    said = "next character; the ring is the one that came"
    axes = canvas.axes("character read last", said, height=15 * len(vocabulary) + 60)
    seen = [(t, i, share) for t, row in enumerate(p) for i, share in enumerate(row) if share >= FAINTEST]
    cells = [Rectangle((t - 0.5, i - 0.5), 1, 1) for t, i, _ in seen]
    axes.add_collection(PatchCollection(cells, facecolor=[(MODEL, share) for _, _, share in seen], linewidth=0))
    places = [list(vocabulary).index(token) for token in came]
    axes.plot(range(len(came)), places, "o", markersize=5, color=PAPER, markeredgecolor=INK, markeredgewidth=1.2)
    canvas.letters(axes, read)
    axes.set_ylim(-0.7, len(vocabulary) - 0.3)
    axes.set_yticks(range(len(vocabulary)), [visible(token) for token in vocabulary], fontfamily="monospace")


@drawing
def at_temperatures(
    canvas: Canvas, candidates: Sequence[str], p: Mapping[str, Sequence[float]], question: str = ""
) -> None:
    """What does a temperature do to a distribution?

    Args:
        candidates: the tokens that are shown.
        p: for each temperature, by a text that names it, their probabilities.
    """
    canvas.resize(24 * len(candidates) + 40)
    largest = max(max(shares) for shares in p.values())
    for axes, (name, shares) in zip(_beside(canvas, len(p)), p.items(), strict=True):
        canvas.panel(axes, "", name)
        places = range(len(candidates))
        axes.barh(places, shares, color=MODEL, height=0.66)
        _values(axes, places, shares, [INK] * len(shares))
        axes.set_xlim(0, largest * (1.6 if canvas.narrow else 1.3))
        axes.set_yticks(places, [visible(token) for token in candidates], fontfamily="monospace")
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set_ylim(len(candidates) - 0.5, -0.5)


@drawing
def side_by_side(canvas: Canvas, models: Sequence[str], p: Mapping[str, Sequence[float]], question: str = "") -> None:
    """What do several models expect?

    Args:
        models: their names.
        p: for each candidate what every model gives to it.
    """
    rows = len(p) if canvas.narrow else 1
    canvas.resize(rows * (26 * len(models) + 44))
    colors = [*colors_of(models).values()]
    largest = max(max(shares) for shares in p.values())
    for axes, (token, shares) in zip(_beside(canvas, len(p), rows), p.items(), strict=True):
        canvas.panel(axes, "", {" ": "a space", "\n": "a line break"}.get(token, f"the letter {token}"))
        places = range(len(models))
        axes.hlines(places, 0, shares, color=colors, linewidth=1.8)
        axes.scatter(shares, places, s=55, color=colors, zorder=3, clip_on=False)
        _values(axes, places, shares, colors, digits=3, away=9)
        axes.set_xlim(0, largest * 1.2)
        axes.set_yticks(places, models)
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set_ylim(len(models) - 0.5, -0.5)


def _beside(canvas: Canvas, n: int, rows: int = 1) -> list[Axes]:
    """Panels with the same rows, from the top, whose values are written at them."""
    panels = canvas.figure.subplots(rows, n // rows, sharey=True, squeeze=False).flatten().tolist()
    for axes in panels:
        axes.grid(visible=False)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
    return panels


def _values(
    axes: Axes, places: Sequence[int], shares: Sequence[float], colors: Sequence[str], *, digits: int = 2, away: int = 5
) -> None:
    for place, share, color in zip(places, shares, colors, strict=True):
        text = f"{share:.{digits}f}"
        axes.annotate(text, (share, place), (away, 0), textcoords="offset points", va="center", color=color)


@drawing
def stick(
    canvas: Canvas, vocabulary: Sequence[str], p: Sequence[float], draws: Sequence[float], question: str = ""
) -> None:
    """Which token does a number u between 0 and 1 choose?

    Args:
        vocabulary: the V tokens, in the order in which their pieces are laid end to end.
        p: their probabilities, the lengths of the pieces.
        draws: the uniform numbers, which are marked.
    """
    axes = canvas.axes("probabilities, laid end to end", "random numbers u, in the order of their draws", height=170)
    end = 0.0
    for token, length in zip(vocabulary, p, strict=True):
        left, end = end, end + length
        axes.barh([0], [length], left=left, height=1, color=MODEL, alpha=0.26, linewidth=0)
        axes.axvline(end, 0.04, 0.46, color=PAPER, linewidth=1)
        if length * canvas.width * 0.93 >= LETTER:
            hit = any(left <= u < end for u in draws)
            weight = "bold" if hit else "normal"
            axes.text(end - length / 2, 0, visible(token), ha="center", va="center", family="monospace", weight=weight)
    order = sorted(range(len(draws)), key=lambda i: draws[i])
    apart = 30 / canvas.width
    for i, at in zip(order, spread([draws[i] for i in order], apart), strict=True):
        axes.plot([draws[i], draws[i], at], [0.3, 0.62, 0.95], color=INK, linewidth=1.2, solid_capstyle="butt")
        axes.text(at, 1.02, f"{draws[i]:.2f}", ha="center", va="bottom")
        axes.text(at, 1.5, f"{i + 1}.", ha="center", va="bottom", weight="bold")
    axes.set(xlim=(0, 1), ylim=(-0.6, 2.0), yticks=[])
    axes.grid(visible=False)
