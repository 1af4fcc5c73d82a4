"""The sentence of the book at the head of each chapter, as this chapter sees it.

Each drawing is made of tiles, one for a letter, which flow like text and so fit every width. What they show comes from
figures and records that the notebooks store (`stored`), so a heading says what the chapter says.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from course_lm.plot.figure import MIME
from course_lm.plot.style import visible

COSTS = ("book/03_cross_entropy.ipynb", "sentence_costs")  # the nats of each letter
CHANCES = ("book/01_probability_machine.ipynb", "probability_map")  # the probability of every candidate at each letter
TRAINING = "book/_static/figures/data/training.js"  # the nats of each letter after some updates
VOCABULARIES = "course_lm/data_files/vocabularies.json"  # how tokenizers in use cut the sentence
STEPS = (20, 70, 600)  # of training
REAL = "GPT-4"


class Motif(NamedTuple):
    """The tiles of a heading, what they show in a line, and their name for a screen reader."""

    kind: str  # a class of motif.css
    tiles: list[str]  # HTML, one for each letter or piece
    caption: str  # HTML; the glossary terms in it are `term(…)`
    name: str


def term(words: str, anchor: str) -> str:
    """A mention of a glossary term, as a link of a chapter."""
    return f'<a class="glossary-term reference internal" href="glossary.html#term-{anchor}">{words}</a>'


def motif(root: Path, chapter: int) -> str:
    """The heading of a chapter as HTML, or nothing where there is no such chapter."""
    if chapter not in OF_CHAPTER:
        return ""
    kind, tiles, caption, name = OF_CHAPTER[chapter](root)
    return (
        f'<figure class="motif motif-{kind}"><div role="img" aria-label="{html.escape(name)}">'
        f"{''.join(words(tiles))}</div><figcaption>{caption}</figcaption></figure>"
    )


def words(tiles: Sequence[str]) -> Iterator[str]:
    """The tiles between one space and the next stay on one line."""
    word = ""
    for tile in tiles:
        word += tile
        if "<b>\N{NO-BREAK SPACE}</b>" in tile:
            yield f"<span>{word}</span>"
            word = ""
    yield f"<span>{word}</span>"


def tile(letter: str, before: str = "", after: str = "") -> str:
    """A letter, with what stands above and below it."""
    shown = "\N{NO-BREAK SPACE}" if letter == " " else html.escape(visible(letter))
    return f"<span>{before}<b>{shown}</b>{after}</span>"


def bar(height: float, element: str = "i") -> str:
    """A bar of a height in the unit of its drawing."""
    return f'<{element} style="--h: {height:.2f}"></{element}>'


def stored(root: Path, notebook: str, name: str) -> dict[str, Any]:
    """The data of the first figure of a name that a notebook stores."""
    cells = json.loads((root / notebook).read_text(encoding="utf-8"))["cells"]
    outputs = (output.get("data", {}).get(MIME) for cell in cells for output in cell.get("outputs", []))
    data: Any = next(figure["data"] for figure in outputs if figure and figure["name"] == name)
    return dict(json.loads(data) if isinstance(data, str) else data)


def costs(root: Path) -> tuple[list[str], list[float]]:
    """The letters of the sentence and what each costs, in nats."""
    data = stored(root, *COSTS)
    return data["tokens"], data["nats"]


def sentence(letters: Iterable[str]) -> str:
    """The letters as a text."""
    return "".join(letters).strip()


def as_ids(root: Path) -> Motif:
    """Chapter 1: a number for each letter."""
    data = stored(root, *CHANCES)
    ids = [data["vocabulary"].index(letter) for letter in data["came"]]
    return Motif(
        "ids",
        [tile(letter, f"<small>{i}</small>") for letter, i in zip(data["came"], ids, strict=True)],
        f"A sentence as the model reads it: for each letter its number in the {term('vocabulary', 'vocabulary')}.",
        f"“{sentence(data['came'])}” and the number of each letter: {', '.join(map(str, ids))}",
    )


def as_product(root: Path) -> Motif:
    """Chapter 2: what each factor leaves of the probability, on a logarithmic scale."""
    letters, nats = costs(root)
    left = [sum(nats[t + 1 :]) / sum(nats) for t in range(len(nats))]
    total = f"10<sup>−{round(sum(nats) / math.log(10))}</sup>"
    return Motif(
        "product",
        [tile(letter, bar(height)) for letter, height in zip(letters, left, strict=True)],
        f"Every letter takes its share of the probability of the sentence, which ends near {total}. (A scale of "
        "logarithms.)",
        f"“{sentence(letters)}” under bars that fall, letter by letter, from the probability 1 to that of the sentence",
    )


def as_costs(root: Path) -> Motif:
    """Chapter 3: the cost of each letter."""
    letters, nats = costs(root)
    most = max(range(len(nats)), key=nats.__getitem__)
    return Motif(
        "costs",
        [tile(letter, bar(cost)) for letter, cost in zip(letters, nats, strict=True)],
        "What each letter costs the model. Most are nearly free; it pays where the sentence decides something.",
        f"“{sentence(letters)}” with the cost of each letter as a bar; the highest stands on the "
        f"{letters[most]} of “{sentence(letters[most : most + 4])}”, {nats[most]:.1f} nats",
    )


def as_bits(root: Path) -> Motif:
    """Chapter 4: the same costs as lengths in bits."""
    letters, nats = costs(root)
    in_bits = [cost / math.log(2) for cost in nats]
    return Motif(
        "bits",
        [tile(letter, bar(length)) for letter, length in zip(letters, in_bits, strict=True)],
        f"The sentence as a file: a block for each {term('bit', 'bit')} that a letter takes, about "
        f"{round(sum(in_bits))} in all, where one byte a letter makes {8 * len(letters)}.",
        f"“{sentence(letters)}” with the bits of each letter as blocks, about {round(sum(in_bits))} in all",
    )


def as_answers(root: Path) -> Motif:
    """Chapter 5: the letter that is read, and below it the one that comes next."""
    letters, _ = costs(root)
    read = ["\n", *letters[:-1]]
    return Motif(
        "answers",
        [tile(a, after=f"<i>{visible(b)}</i>") for a, b in zip(read, letters, strict=True)],
        "Above, what the model reads; below, what it should have said next: the same letters, moved by one.",
        f"“{sentence(letters)}” twice, the second time moved by one letter, so that below each letter stands the next",
    )


def as_learning(root: Path) -> Motif:
    """Chapter 6: the costs after some updates."""
    record = json.loads((root / TRAINING).read_text(encoding="utf-8").partition("=")[2].rstrip().rstrip(";"))
    kept = {state["step"]: state["nats"] for state in record["kept"]}
    rows = zip(record["sentence"], *(kept[step] for step in STEPS), strict=True)
    after = f"{', '.join(map(str, STEPS[:-1]))} and {STEPS[-1]}"
    return Motif(
        "learning",
        [tile(letter, "".join(bar(cost) for cost in several)) for letter, *several in rows],
        f"What each letter costs after {after} {term('updates', 'update')}, from top to bottom.",
        f"“{sentence(record['sentence'])}” with the cost of each letter after {after} updates; the bars shrink",
    )


def as_pushes(root: Path) -> Motif:
    """Chapter 7: where the gradient pushes: the true letter up, and its likeliest rival down."""
    data = stored(root, *CHANCES)
    tiles = []
    for letter, p in zip(data["came"], data["p"], strict=True):
        true = data["vocabulary"].index(letter)
        tiles.append(tile(letter, bar(1 - p[true]), bar(max(x for i, x in enumerate(p) if i != true))))
    return Motif(
        "pushes",
        tiles,
        "How hard training pushes at each place: up, the letter that came; down, the likeliest of the others.",
        f"“{sentence(data['came'])}” with a bar above each letter for its push up, and one below for that of its "
        "likeliest rival down",
    )


def as_pieces(root: Path) -> Motif:
    """Chapter 8: the pieces of a tokenizer in use."""
    record = json.loads((root / VOCABULARIES).read_text(encoding="utf-8"))
    pieces = record["tokens"][REAL]["toy English"]
    size, own = record["vocab_sizes"][REAL], len(stored(root, *CHANCES)["vocabulary"])
    return Motif(
        "pieces",
        [f"<span><b>{html.escape(piece.replace(' ', '␣').replace(chr(10), '↵'))}</b></span>" for piece in pieces],
        f"The same sentence as {REAL} reads it: {len(pieces)} {term('tokens', 'token')} out of {size:,}, where the "
        f"model of this book reads {len(''.join(pieces))} out of {own}.",
        f"“{sentence(pieces)}” cut into {len(pieces)} pieces: {', '.join(pieces)}".strip(),
    )


OF_CHAPTER: dict[int, Callable[[Path], Motif]] = dict(
    enumerate([as_ids, as_product, as_costs, as_bits, as_answers, as_learning, as_pushes, as_pieces], start=1)
)
