"""A student opens an exercise notebook, runs all of it, and is met with a friendly message and no error."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EXERCISES = sorted((Path(__file__).parents[2] / "exercises").glob("*.ipynb"))


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_an_unfinished_notebook_runs_to_its_end_and_says_what_is_not_written_yet(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": path.parent}}).execute()
    asked = {name for cell in notebook.cells for name in re.findall(r"^check\((\w+)\)", cell.source, re.MULTILINE)}
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert asked
    assert {f"{name}: not written yet." for name in asked} <= set(printed.splitlines())
