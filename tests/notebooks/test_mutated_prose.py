"""A digit of any number in prose is changed, and the notebooks that are run again say so."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from citations import CODE_OR_CITED
from nbformat import read, write

ROOT = Path(__file__).parents[2]
N_MUTANTS = 100


def mutated(cells, place, draw):
    """Change one digit of a number that prose cites, and return what it says now and the expression."""
    cell, match = place
    shown = match[1]
    at = draw.choice([i for i, character in enumerate(shown) if character.isdigit()])
    digit = draw.choice([d for d in "0123456789" if d != shown[at]])
    changed = shown[:at] + digit + shown[at + 1 :]
    begin = match.start()
    cells[cell].source = cells[cell].source[:begin] + changed + cells[cell].source[begin + len(shown) :]
    return f"prose says {changed}, and {match[3]} is "


@pytest.mark.long
def test_a_changed_digit_is_seen_a_hundred_times_in_a_hundred(tmp_path):
    draw = random.Random(0)
    for folder in ("book", "course_lm", "solutions"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    notebooks = {path: read(path, as_version=4) for path in sorted(tmp_path.glob("book/*.ipynb"))}
    places = [
        (path, i, match)
        for path, notebook in notebooks.items()
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for match in CODE_OR_CITED.finditer(cell.source)
        if match[1]
    ]
    expected = [
        mutated(notebooks[path].cells, (i, match), draw)
        for path, i, match in sorted(draw.sample(places, N_MUTANTS), key=lambda place: -place[2].start())
    ]  # from the end of a cell to its beginning, so that places before it stay what they are
    for path, notebook in notebooks.items():
        write(notebook, path)
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=600", "-n", "2", "--dist", "loadfile"]
    said = subprocess.run(
        [sys.executable, "-m", "pytest", *nbval, "book"], cwd=tmp_path, capture_output=True, text=True
    ).stdout
    assert [complaint for complaint in expected if complaint not in said] == []
