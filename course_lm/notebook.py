"""Figures that can be compared: a test runs every notebook again, and a figure says in text what it shows."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
