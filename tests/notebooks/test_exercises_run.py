"""A student opens an exercise notebook, runs all of it, and is met with a friendly message and no error."""

import re
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

EXERCISES = sorted((Path(__file__).parents[2] / "exercises").glob("*.ipynb"))


@pytest.fixture
def shell():
    """IPython in this process: the solutions run in kernels of their own already, each of which takes seconds."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_an_unfinished_notebook_runs_to_its_end_and_says_what_is_not_written_yet(path, shell, monkeypatch):
    monkeypatch.chdir(path.parent)
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    printed = ""
    for cell in cells:
        with capture_output() as captured:
            assert shell.run_cell(cell).success, captured.stdout
        printed += captured.stdout
    asked = {name for cell in cells for name in re.findall(r"^check\((\w+)\)", cell, re.MULTILINE)}
    assert asked
    assert {f"{name}: not written yet." for name in asked} <= set(printed.splitlines())
