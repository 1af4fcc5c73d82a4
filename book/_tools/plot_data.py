"""Compares the data of figures, as numbers: what a new run gives may differ as much as its kind does elsewhere.

A figure whose data are only computed is the same everywhere. One that shows what training gave says so in the metadata
of its cell, `{"figure": {"trained": true}}`, since another processor trains a slightly different model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from course_lm.plot.figure import MIME, Plot

COMPUTED, TRAINED = 2e-3, 0.05  # of the largest number in the same list
Output = Mapping[str, Any]


def tolerance(cell: Mapping[str, Any]) -> float:
    """How far the figure of a cell may be off."""
    return TRAINED if cell["metadata"].get("figure", {}).get("trained") else COMPUTED


def different(stored: Sequence[Output], fresh: Sequence[Output], within: float) -> list[str]:
    """What the figures among the outputs of a cell show otherwise in a new run."""
    pairs = [
        [Plot.stored(**output["data"][MIME]) for output in outputs if MIME in output.get("data", {})]
        for outputs in (stored, fresh)
    ]
    if len(pairs[0]) != len(pairs[1]):
        return [f"{len(pairs[0])} figures are stored, and a new run shows {len(pairs[1])}"]
    shown = [[{plot.name: plot.data} for plot in plots] for plots in pairs]
    return [complaint for one, other in zip(*shown, strict=True) for complaint in _differences("", one, other, within)]


def _differences(where: str, one: Any, other: Any, within: float, scale: float = 0.0) -> Iterator[str]:
    if isinstance(one, Mapping) and isinstance(other, Mapping) and list(one) == list(other):
        scale = _largest(one.values())
        for key in one:
            yield from _differences(f"{where}.{key}", one[key], other[key], within, scale)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        scale = _largest(one)
        for i, (mine, yours) in enumerate(zip(one, other, strict=True)):
            yield from _differences(f"{where}[{i}]", mine, yours, within, scale)
    elif _is_number(one) and _is_number(other):
        if abs(one - other) > within * max(scale, abs(one)):
            yield f"{where.lstrip('.')}: {one} is stored, a new run gives {other}"
    elif one != other:
        yield f"{where.lstrip('.')}: {str(one)[:80]!r} is stored, a new run gives {str(other)[:80]!r}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _largest(values: Any) -> float:
    return max((abs(value) for value in values if _is_number(value)), default=0.0)
