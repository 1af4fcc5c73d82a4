"""The small picture of a chapter, drawn from the data of one of its figures in the page's colors."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from contourpy import contour_generator

from course_lm.plot.figure import MIME, Plot
from course_lm.plot.style import visible

WIDTH, HEIGHT = 320, 128  # in units of the drawing, about pixels
LEFT, RIGHT, TOP, FLOOR = 24, 296, 20, 98  # what bars and curves keep to
MOST_BITS = 5  # the height of a picture of costs

Data = Mapping[str, Any]
Point = tuple[float, float]


def picture(notebook: Path) -> str:
    """The picture of a chapter, as SVG, if it has one. It decorates a headline, so a screen reader passes it by."""
    if notebook.stem[:2] not in OF_CHAPTER:
        return ""
    name, drawing = OF_CHAPTER[notebook.stem[:2]]
    return svg(drawing(figure_data(notebook, name)))


def svg(pieces: Iterable[str]) -> str:
    """A drawing of these pieces."""
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(pieces)}</svg>'


def figure_data(notebook: Path, name: str) -> Data:
    """The data of the last figure of a name that a notebook stores."""
    cells = nbformat.read(notebook, as_version=4).cells
    outputs = (output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
    found = [Plot.stored(**data[MIME]).data for data in outputs if data.get(MIME, {}).get("name") == name]
    if not found:
        raise ValueError(f"{notebook.name} must store a figure {name}, from which its card is drawn; see {__name__}.")
    return found[-1]


def bars(data: Data) -> Iterable[str]:
    """Chapter 1: the probability of every letter after "the brave d"."""
    p = data["p"][len("the brave d")]
    step = (RIGHT - LEFT) / len(p)
    for i, (letter, share) in enumerate(zip(data["vocabulary"], p, strict=True)):
        height = max(1.5, share * (FLOOR - TOP))
        yield rect(LEFT + i * step, FLOOR - height, step - 2.5, height, "model")
        if share > 0.05:
            yield text(LEFT + (i + 0.4) * step, FLOOR + 17, letter, "ink")


def branches(data: Data) -> Iterable[str]:
    """Chapter 2: all strings of three letters as one stream that divides; a branch is as wide as it is probable."""
    gap, height = 1.6, HEIGHT - 16
    scale = height - gap * (len(data["p"]) - 1)
    before = {"": 8.0 + (height - scale) / 2}  # where the stream of each beginning begins, from above
    for n in range(1, 4):
        x = [10 + (n - 1) * 100, 10 + n * 100]
        begins: dict[str, float] = {}
        for string in dict.fromkeys(s[:n] for s in data["strings"]):
            within = [i for i, s in enumerate(data["strings"]) if s.startswith(string)]
            width = scale * sum(data["p"][i] for i in within)
            above = scale * sum(data["p"][: within[0]]) + gap * within[0]
            begins[string] = 8 + above + gap * (len(within) - 1) / 2
            yield stream(x, [before[string[:-1]], begins[string]], width, 1 - 0.2 * n)
            before[string[:-1]] += width
        before = begins


def stream(x: Sequence[float], y: Sequence[float], width: float, opacity: float) -> str:
    """A band of a constant height from one place to another."""
    (a, b), (c, d), m = x, y, sum(x) / 2
    shape = f"M{a:.1f} {c:.1f}C{m:.1f} {c:.1f} {m:.1f} {d:.1f} {b:.1f} {d:.1f}V{d + width:.1f}"
    back = f"C{m:.1f} {d + width:.1f} {m:.1f} {c + width:.1f} {a:.1f} {c + width:.1f}Z"
    return f'<path d="{shape}{back}" style="fill: var(--model)" fill-opacity="{0.25 + 0.75 * opacity:.2f}"/>'


def costs(data: Data) -> Iterable[str]:
    """Chapter 3: what each letter of the sentence cost."""
    step = (RIGHT - LEFT) / len(data["nats"])
    for t, nats in enumerate(data["nats"]):
        height = max(1, nats / math.log(2) / MOST_BITS * (FLOOR - TOP + 12))
        yield rect(LEFT + t * step, FLOOR + 10 - height, step - 1, height, "cost")


def intervals(data: Data) -> Iterable[str]:
    """Chapter 4: the interval of a coder, which each letter narrows to its share."""
    low, high, row = 0.0, 1.0, 20
    for t, (edges, id_) in enumerate(zip(data["cumulative"], data["truth"], strict=True)):
        size, y = (high - low) / edges[-1], 10 + t * row + 6
        low, high = low + size * edges[id_], low + size * edges[id_ + 1]
        yield text(LEFT + 4, y + 11, data["tokens"][id_], "ink")
        yield rect(LEFT + 20, y, RIGHT - LEFT - 20, row - 7, "model-soft")
        yield rect(LEFT + 20 + low * (RIGHT - LEFT - 20), y, (high - low) * (RIGHT - LEFT - 20), row - 7, "model")


def mask(data: Data) -> Iterable[str]:
    """Chapter 5: what each place of a text may read, and beyond it, hidden, the answer."""
    n, step = len(data["tokens"]), 12.5
    for t, reads in enumerate(data["may_read"]):
        y = 20 + t * step
        for s in range(n + 1):
            x = WIDTH / 2 + (s - n / 2) * step
            if s <= t and reads[s]:
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" style="fill: var(--model)"/>'
            elif s == t + 1:
                ring = "fill: none; stroke: var(--cost); stroke-width: 2"
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" style="{ring}"/>'
            else:
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.2" style="fill: var(--line-2)"/>'


def learning(data: Data) -> Iterable[str]:
    """Chapter 6: the loss in training, and the floor that no model gets below."""
    floor = data["levels"]["exact source"]
    on = axes(data["update"], [0, *data["loss"]])
    yield line([on(data["update"][0], floor), on(data["update"][-1], floor)], "source", 3)
    yield line([on(*point) for point in zip(data["update"], data["loss"], strict=True)], "model", 2.5)


def descent(data: Data) -> Iterable[str]:
    """Chapter 7: lines of equal loss, and the way down."""
    x, y, above = (np.array(data[name]) for name in ("x", "y", "above"))
    scale = WIDTH / (x[-1] - x[0])
    middle = data["marks"]["the counts"][1]

    def on(points: Iterable[Point]) -> list[Point]:
        return [(scale * (px - x[0]), HEIGHT / 2 - scale * (py - middle)) for px, py in points]

    contours = contour_generator(x, y, above)
    for level in np.geomspace(0.003, 0.5, 8):
        for points in contours.lines(level):
            yield line(on(np.asarray(points).tolist()), "cost", 1, opacity=0.55)
    way = on(data["path"])
    yield line(way, "ink", 1.6)
    for px, py in way[:12]:
        yield f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" style="fill: var(--ink)"/>'


def scaling(data: Data) -> Iterable[str]:
    """Chapter 8: losses of larger and larger models, the curve that was fitted to them, and the floor."""
    name = "weights of a transformer"
    sizes, losses, (end, a, b) = data["sizes"][name], data["losses"][name], data["fits"][name]
    first, last = math.log(sizes[0]), math.log(sizes[-1])
    on = axes([first, last], [end - 0.05, *losses])
    curve = np.linspace(first, last, 40)
    yield line([on(curve[0], data["floor"]), on(curve[-1], data["floor"])], "source", 3)
    yield line([on(s, end + a * np.exp(-b * s)) for s in curve], "model", 1.6)
    for size, loss in zip(sizes, losses, strict=True):
        x, y = on(math.log(size), loss)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" style="fill: var(--model)"/>'


def tiles(data: Data) -> Iterable[str]:
    """The live model: the sentence as tiles, each as dark as its letter was costly."""
    size, per_row, row, column = 20.0, 14, 0, 0
    costs_left = iter(data["nats"])
    for word in re.findall(r"\S+ ?", "".join(data["tokens"])):
        if column + len(word) > per_row:
            row, column = row + 1, 0
        for letter in word:
            x, y = (WIDTH - per_row * size) / 2 + column * size, (HEIGHT - 5 * size) / 2 + row * size
            share = min(1, next(costs_left) / math.log(2) / MOST_BITS)
            yield rect(x, y, size - 2, size - 2, "paper-3")
            yield rect(x, y, size - 2, size - 2, "cost", opacity=0.8 * share)
            yield text(x + size / 2 - 1, y + 13.5, letter, "ink")
            column += 1


OF_CHAPTER: Mapping[str, tuple[str, Callable[[Data], Iterable[str]]]] = {
    "01": ("probability_map", bars),
    "02": ("probability_tree", branches),
    "03": ("sentence_costs", costs),
    "04": ("shrinking_interval", intervals),
    "05": ("causal_mask", mask),
    "06": ("curve_through_levels", learning),
    "07": ("loss_landscape", descent),
    "08": ("fitted_floors", scaling),
}


def axes(xs: Sequence[float], ys: Sequence[float]) -> Callable[[float, float], Point]:
    """Where a point of a curve stands, so that all of it fits."""
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    return lambda x, y: (
        LEFT + (x - min(xs)) / width * (RIGHT - LEFT),
        HEIGHT - TOP - (y - min(ys)) / height * (HEIGHT - 2 * TOP),
    )


def rect(x: float, y: float, width: float, height: float, color: str, *, opacity: float = 1) -> str:
    """A filled box."""
    seen = "" if opacity == 1 else f' fill-opacity="{opacity:.2f}"'
    box = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1"'
    return f'<rect {box} style="fill: var(--{color})"{seen}/>'


def line(points: Iterable[Point], color: str, width: float, *, opacity: float = 1) -> str:
    """A line through points."""
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    style = f"fill: none; stroke: var(--{color}); stroke-width: {width:g}; stroke-opacity: {opacity:g}"
    return f'<polyline points="{way}" style="{style}"/>'


def text(x: float, y: float, letter: str, color: str) -> str:
    """A letter, centered at x."""
    style = f"font: 13px var(--mono); fill: var(--{color})"
    shown = html.escape(visible(letter))
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" style="{style}">{shown}</text>'
