"""A figure is the name of a drawing and its data.

It shows itself in a notebook, a test compares its data with those of a new run, and the book draws it again, in its own
type and colors and in two widths. So a change of style touches no notebook.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from torch import Tensor

from course_lm.plot.style import RC, Canvas

P = ParamSpec("P")
MIME = "application/vnd.course-lm.plot+json"
DIGITS = 4  # significant ones that are kept of a number, more than can be seen
DRAWINGS: dict[str, Callable[..., None]] = {}


@dataclass(frozen=True)
class Plot:
    """A figure: the last expression of a cell shows it.

    Attributes:
        name: of the function of `course_lm.plot` that made it.
        data: what that function was given, by argument, as JSON can hold it.
    """

    name: str
    data: dict[str, Any]

    @classmethod
    def stored(cls, name: str, data: str) -> Plot:
        """The figure that a notebook stores as its name and the text of its data."""
        return cls(name, json.loads(data))

    def to_store(self) -> dict[str, str]:
        """Its name, and its data as one text: a notebook that is stored sorts the keys of all that is no text."""
        return {"name": self.name, "data": json.dumps(self.data, ensure_ascii=False)}

    @property
    def question(self) -> str:
        """What the figure answers: its argument `question`, or the first sentence about its function."""
        return self.data.get("question") or re.split(r"(?<=\?)\s", inspect.getdoc(DRAWINGS[self.name]) or "")[0]

    def figure(self, *, narrow: bool = False) -> Figure:
        """Draws it with matplotlib, 560 pixels wide or, for a phone, 358. A pixel is a point there."""
        with rc_context(RC):
            canvas = Canvas(narrow)
            DRAWINGS[self.name](canvas, **self.data)
        return canvas.figure

    def png(self) -> bytes:
        """The picture under its question, which carries the digest of its data."""
        stream = io.BytesIO()
        with rc_context(RC):
            figure = self.figure()
            figure.suptitle(self.question, x=0.01, ha="left", fontsize=13)
            software = {"Software": None, "Description": f"data {digest(**self.to_store())}"}
            figure.savefig(stream, format="png", dpi=110, metadata=software)
        return stream.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"text/plain": f"Figure: {self.question}", "image/png": self.png(), MIME: self.to_store()}


def drawing(draw: Callable[Concatenate[Canvas, P], None]) -> Callable[P, Plot]:
    """Makes of a function that draws on a canvas one that takes the same data and returns the figure of them."""
    DRAWINGS[draw.__name__] = draw
    signature = inspect.signature(draw)
    parameters = [*signature.parameters.values()][1:]
    signature = signature.replace(parameters=parameters, return_annotation="Plot")

    @functools.wraps(draw)
    def plot(*args: P.args, **kwargs: P.kwargs) -> Plot:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        return Plot(draw.__name__, {name: plain(value) for name, value in given.arguments.items()})

    vars(plot)["__signature__"] = signature
    return plot


def plain(value: object) -> Any:
    """A value as JSON holds it; numbers with four significant digits, which are more than a figure shows."""
    if isinstance(value, Tensor | np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0  # never a negative zero
    if isinstance(value, Sequence | range):
        return [plain(one) for one in value]
    raise TypeError(f"the data of a figure must be numbers, texts, and lists or mappings of them, got {type(value)}")


def digest(name: str, data: str) -> str:
    """A short name for the data of a figure, as they are stored."""
    return hashlib.sha256(f"{name} {data}".encode()).hexdigest()[:16]
