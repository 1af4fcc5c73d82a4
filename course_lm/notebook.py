"""What keeps the outputs of a notebook true: facts for the prose, stable rounding, and figures that can be compared.

A test runs every notebook again and compares its text. So numbers are printed as named facts, which the prose cites;
values are rounded where another processor gives the same digits; and a figure says in text what it shows.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, SupportsFloat

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AUTHORING_VARIABLE = "COURSE_LM_AUTHORING"


def facts(**values: object) -> None:
    """Print ``name = value`` for every argument; prose cites one as ``0.357<!-- = name -->``."""
    for name, value in values.items():
        print(f"{name} = {value}")


def stable(x: SupportsFloat, decimals: int, tolerance: float) -> str:
    """``x`` rounded to ``decimals``, as text that another machine prints too.

    Args:
        x: the value, known up to ``tolerance``.
        decimals: digits after the point.
        tolerance: how far the value may move on another processor or version.

    Raises:
        ValueError: while a notebook is written (``COURSE_LM_AUTHORING=1``), if so small a move could change a digit.
            A reader's machine never raises it.
    """
    value = float(x)
    if not math.isfinite(value):
        return str(value)
    scaled = value * 10**decimals
    to_boundary = abs(scaled - math.floor(scaled) - 0.5) / 10**decimals
    if os.environ.get(AUTHORING_VARIABLE) == "1" and to_boundary < tolerance:
        raise ValueError(
            f"x must be at least {tolerance:g} away from a rounding boundary at {decimals} decimals; "
            f"{value} is {to_boundary:.1e} away. Print fewer decimals, or choose another example."
        )
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text


def show(figure: Figure, *, decimals: int | None = 6) -> None:
    """Display a figure as a PNG whose text form holds a digest of what is plotted; the PNG carries the digest too.

    Args:
        figure: the figure.
        decimals: to which the plotted values are compared; None compares labels and counts only, for curves that come
            from training.
    """
    from IPython.display import display  # a notebook brings it, so the package does not require it

    contents = [item for axes in figure.axes for item in _contents(axes, decimals)]
    digest = hashlib.sha256("\n".join(contents).encode()).hexdigest()[:16]
    n_lines = sum(len(axes.lines) for axes in figure.axes)
    n_bars = sum(len(axes.patches) for axes in figure.axes)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=110, metadata={"Software": None, "Description": f"data {digest}"})
    text = f"<Figure: {len(figure.axes)} axes, {n_lines} lines, {n_bars} bars, data {digest}>"
    display({"image/png": png.getvalue(), "text/plain": text}, raw=True)


def _contents(axes: Axes, decimals: int | None) -> Iterator[str]:
    """Everything that a figure claims, in words and rounded numbers."""
    yield repr((axes.get_title(), axes.get_xlabel(), axes.get_ylabel()))
    yield repr([text.get_text() for text in axes.texts] if decimals is not None else len(axes.texts))
    for line in axes.lines:
        yield repr((str(line.get_label()), _rounded(line.get_xydata(), decimals)))
    for bar in axes.patches:
        yield repr(_rounded(bar.get_path().get_extents(bar.get_patch_transform()).bounds, decimals))
    for image in axes.images:
        yield repr(_rounded(image.get_array(), decimals))


def _rounded(values: object, decimals: int | None) -> object:
    """The numbers to ``decimals``, without negative zeros; their shape where only labels are compared."""
    numbers = np.asarray(values, dtype=float)
    return numbers.shape if decimals is None else (numbers.round(decimals) + 0.0).tolist()
