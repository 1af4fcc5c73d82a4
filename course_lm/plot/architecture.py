"""A drawing of the model: the way of a row of tokens to its logits, from the bottom to the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from course_lm.plot.figure import drawing
from course_lm.plot.style import INK, INK_2, LINE, MODEL, PAPER, Canvas, visible

LETTER = 18  # pixels from one letter of a text to the next
LINE_HEIGHT = 17


class Columns(NamedTuple):
    """Where things stand from left to right, in pixels."""

    stream: float
    norm: float  # of what attention and MLP read
    left: float  # of the boxes
    right: float
    counts: float  # where the numbers of parameters end


WIDE, NARROW = Columns(96, 130, 164, 450, 552), Columns(62, 92, 116, 270, 352)


@drawing
def transformer(
    canvas: Canvas,
    inputs: Sequence[str],
    targets: Sequence[str],
    sizes: Mapping[str, int],
    parameters: Mapping[str, int],
    n_blocks: int,
) -> None:
    """How does a row of tokens become logits?

    Args:
        inputs: the first tokens of a row.
        targets: what came after each.
        sizes: of the batch and the model, as ``{"B": 32, "T": 72, "C": 64, "V": 29}``.
        parameters: how many each part has, by its name, in all blocks together.
        n_blocks: how often attention and MLP follow each other.
    """
    columns = NARROW if canvas.narrow else WIDE
    picture = 44 if canvas.narrow else 0  # its height, where it stands below the text about attention
    top = 640 + picture
    axes = canvas.axes(height=top + 4)
    axes.set(xlim=(0, canvas.width - 4), ylim=(0, top))
    axes.set_axis_off()

    def shape(y: float, name: str, *of: str) -> None:
        numbers = "" if canvas.narrow else "\n" + " × ".join(str(sizes[size]) for size in of)
        axes.text(columns.stream - 14, y, f"({', '.join(of)}){numbers}", ha="right", va="center", color=INK_2)
        axes.text(columns.stream + 14, y, name, va="center", color=INK_2)

    def count(y: float, part: str, formula: str, times: int = 1) -> None:
        said = f"{times} × {parameters[part] // times:,}" if times > 1 else f"{parameters[part]:,}"
        for text, color, up in ((said, INK, 8), (formula, INK_2, -9)):
            axes.text(columns.counts, y + up, text, ha="right", va="center", color=color)

    way = {"arrowstyle": "-|>", "color": MODEL, "linewidth": 2.4, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (columns.stream, top - 30), (columns.stream, 34), arrowprops=way, zorder=1)
    shape(18, "", "B", "T")
    _letters(axes, columns.stream - 4, 18, inputs, about="inputs x")
    _step(axes, columns, 50, "embedding", "a vector for each token")
    count(74, "embedding", "V × C")
    _addition(axes, columns, 116, 50, "previous token", ["a share of its vector"])
    count(141, "previous token", "C")
    _norm(axes, columns.stream, 188)
    shape(220, "the stream", "B", "T", "C")

    left, y = columns.stream - 20, 246
    block = {"edgecolor": INK_2, "facecolor": "none", "linestyle": (0, (4, 3))}
    _frame(axes, left, y, columns.right + 10 - left, 190 + picture, **block)
    about = ["reads this position", "and earlier ones"]
    _addition(axes, columns, y + 12, 66 + picture, "attention", about, scaled=True)
    _reading(axes, columns.right - 6 * LETTER, y + (24 if canvas.narrow else 33), inputs[:6])
    count(y + 45 + picture / 2, "attention", "each 4 C²", n_blocks)
    y += 92 + picture
    _addition(axes, columns, y, 66, "MLP", ["reworks each position", "by itself"], scaled=True)
    count(y + 33, "MLP", "each 8 C²", n_blocks)
    if not canvas.narrow:
        widths = f"{sizes['C']} → {4 * sizes['C']} → {sizes['C']}"
        axes.text(columns.right - 12, y + 33, widths, ha="right", va="center", color=INK)
    axes.text(columns.left, y + 82, f"one of {n_blocks} blocks", va="center", color=INK_2)

    y += 124
    shape(y, "the stream", "B", "T", "C")
    _norm(axes, columns.stream, y + 32)
    _step(axes, columns, y + 50, "head", "a score for each candidate")
    count(y + 74, "head", "V × C")
    shape(y + 122, "logits", "B", "T", "V")
    _letters(axes, columns.stream - 4, top - 14, targets, about="targets y")
    for height, text in ((top - 14, "parameters"), (18, f"{sum(parameters.values()):,} in all")):
        axes.text(columns.counts, height, text, ha="right", va="center", color=INK_2)
    _part(axes, "stream", columns.stream - 12, 36, 24, top - 68, zorder=8)
    for name, height, width in (("inputs", 18, LETTER * 7), ("logits", y + 122, 64), ("targets", top - 14, LETTER * 7)):
        _part(axes, name, columns.stream - 12, height - 13, width + 16, 26)


def _frame(axes: Axes, x: float, y: float, width: float, height: float, **look: Any) -> None:
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=7", **look))


def _part(axes: Axes, name: str, x: float, y: float, width: float, height: float, zorder: float = 9) -> None:
    """A place that nobody sees. The page of the book finds it by its name, and lets the reader point at it."""
    _frame(axes, x, y, width, height, facecolor="none", edgecolor="none", zorder=zorder, gid=f"part {name}")


def _box(axes: Axes, left: float, right: float, y: float, height: float, name: str, about: Sequence[str]) -> None:
    """A part of the model: its name, and below it what it does."""
    _frame(axes, left, y, right - left, height, facecolor=PAPER, edgecolor="none", zorder=2)
    _frame(axes, left, y, right - left, height, facecolor=MODEL, edgecolor="none", alpha=0.13, zorder=2)
    _part(axes, name, left, y, right - left, height)
    for i, text in enumerate([name, *about]):
        axes.text(left + 12, y + height - 16 - LINE_HEIGHT * i, text, va="center", color=INK if i else MODEL)


def _step(axes: Axes, columns: Columns, y: float, name: str, about: str) -> None:
    """A part that everything passes, and that changes the shape."""
    _box(axes, columns.stream - 20, columns.right, y, 50, name, [about])


def _addition(
    axes: Axes, columns: Columns, y: float, height: float, name: str, about: Sequence[str], *, scaled: bool = False
) -> None:
    """A part that reads the stream, and adds to it."""
    _box(axes, columns.left, columns.right, y, height, name, about)
    axes.plot([columns.stream, columns.left], [y + 12] * 2, color=MODEL, linewidth=1.2, zorder=1)
    if scaled:
        _norm(axes, columns.norm, y + 12)
    x, plus = columns.stream, y + height - 13
    arrow = {"arrowstyle": "-|>", "color": MODEL, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (x + 9, plus), (columns.left, plus), arrowprops=arrow)
    axes.add_patch(Circle((x, plus), 9, facecolor=PAPER, edgecolor=MODEL, zorder=3))
    axes.plot([x - 4, x + 4], [plus, plus], [x, x], [plus - 4, plus + 4], color=MODEL, linewidth=1.4, zorder=4)


def _norm(axes: Axes, x: float, y: float) -> None:
    _frame(axes, x - 17, y - 9, 34, 18, facecolor=PAPER, edgecolor=LINE, zorder=3)
    axes.text(x, y, "norm", ha="center", va="center", color=INK_2, zorder=4)
    _part(axes, "norm", x - 17, y - 12, 34, 24)


def _letters(axes: Axes, x: float, y: float, tokens: Sequence[str], about: str = "") -> None:
    for i, token in enumerate(map(visible, tokens)):
        axes.text(x + LETTER * i, y, token, va="center", color=INK, fontfamily="monospace")
    if about:
        axes.text(x + LETTER * len(tokens), y, f"…   {about}", va="center", color=INK_2)


def _reading(axes: Axes, x: float, y: float, tokens: Sequence[str]) -> None:
    """Arcs to the last letter from those before it."""
    _letters(axes, x, y, tokens)
    last = len(tokens) - 1
    for i in range(last):
        arc = {"arrowstyle": "-|>", "connectionstyle": "arc3,rad=-0.4", "color": MODEL, "linewidth": 1, "shrinkB": 2}
        start, end = ((x + 4 + LETTER * j, y + 9) for j in (i, last))
        axes.annotate("", end, start, arrowprops=arc)
