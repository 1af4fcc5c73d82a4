"""How long a chapter takes to read, from what stands in its notebook.

The time is counted, not measured: words at a pace that leaves room to think, each line of shown code, and each formula
and figure on its own. It is given in steps of five minutes, since no two readers are alike.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat

WORDS_PER_MINUTE = 180  # prose is read at about 240 (Brysbaert 2019), and a proof or a number twice
SECONDS_PER_LINE = 5  # of code
SECONDS_PER_FORMULA = 15  # of those on a line of their own
SECONDS_PER_FIGURE = 20
STEP = 5  # minutes

HIDDEN = {"hide-input", "remove-input", "hide-cell", "remove-cell"}  # tags of cells whose code is not read
FORMULA = re.compile(r"\$\$.+?\$\$", re.DOTALL)
NOT_READ = re.compile(r"<!--.*?-->|<[^>]*>|(?<=\])\([^)]*\)", re.DOTALL)  # comments, tags, and targets of links


def minutes(notebook: Path) -> int:
    """The minutes that reading a notebook takes, to the nearest five."""
    cells = nbformat.read(notebook, as_version=4).cells
    return max(STEP, STEP * round(sum(map(seconds, cells)) / 60 / STEP))


def seconds(cell: Any) -> float:
    """The seconds that one cell takes."""
    tags = set(cell.metadata.get("tags", []))
    if "remove-cell" in tags:
        return 0
    if cell.cell_type == "markdown":
        formulas = len(FORMULA.findall(cell.source))
        words = NOT_READ.sub("", FORMULA.sub("", cell.source)).split()
        return len(words) * 60 / WORDS_PER_MINUTE + formulas * SECONDS_PER_FORMULA
    lines = 0 if tags & HIDDEN else sum(1 for line in cell.source.splitlines() if line.strip())
    return lines * SECONDS_PER_LINE + SECONDS_PER_FIGURE * any(
        "image/png" in output.get("data", {}) for output in cell.get("outputs", [])
    )
