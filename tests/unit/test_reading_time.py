"""The minutes that a chapter names follow from what stands in it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

pytest.importorskip("sphinx", reason="the book's tools are not installed: make setup")

from course_ext import reading_time

TEN_MINUTES = "word " * 1800


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        ([new_markdown_cell("three words, read")], 1),
        ([new_markdown_cell("a [link](with/a/long.md) and 0.5<!-- = loss.item() -->")], 4 / 3),
        ([new_markdown_cell("It is\n\n$$a = b + c$$\n")], 2 / 3 + 15),
        ([new_code_cell("x = 1\n\nprint(x)")], 10),
        ([new_code_cell("x = 1\ny = 2", metadata={"tags": ["hide-input"]})], 0),
        ([new_code_cell("draw()", outputs=[new_output("display_data", {"image/png": ""})])], 25),
        ([new_markdown_cell("for the tests", metadata={"tags": ["remove-cell"]})], 0),
    ],
)
def test_words_lines_formulas_and_figures_take_their_time(cells: list[nbformat.NotebookNode], seconds: float) -> None:
    assert sum(map(reading_time.seconds, cells)) == pytest.approx(seconds)


@pytest.mark.parametrize(("more", "minutes"), [("", 10), ("word " * 400, 10), ("word " * 500, 15)])
def test_minutes_are_given_in_steps_of_five(tmp_path: Path, more: str, minutes: int) -> None:
    path = tmp_path / "chapter.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell(TEN_MINUTES + more)]), path)
    assert reading_time.minutes(path) == minutes
