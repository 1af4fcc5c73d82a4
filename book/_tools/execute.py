"""Run notebooks from top to bottom and store them in one fixed form: running it twice changes no byte.

    python book/_tools/execute.py NOTEBOOK_OR_PAGE ...

When all have run, the numbers that their prose and the pages cite are brought up to date, and those that changed are
printed. What the sentences around them say is for the author to read again.

Metadata that tests rely on: `course_lm.cells` is the number of cells, so that a lost cell is noticed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
from cited_facts import TAGGED, Facts, facts_of_chapters, refreshed, stored_facts
from nbclient import NotebookClient

BOOK = Path(__file__).parents[1]
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
CELL_METADATA = {"mystnb", "tags"}
NOTEBOOK_METADATA = {"accelerator", "colab"}  # what Colab reads: the notebook asks for a GPU


def normalized(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without anything that depends on who ran it, and when."""
    kept = {key: value for key, value in notebook.metadata.items() if key in NOTEBOOK_METADATA}
    stored = {"kernelspec": KERNELSPEC, "course_lm": {"cells": len(notebook.cells)}}
    notebook.metadata = nbformat.from_dict(kept | stored)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in CELL_METADATA})
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    nbformat.validate(notebook)
    return notebook


def execute(path: Path) -> None:
    """Run one notebook in its own folder and store it; a cell that fails leaves the file as it was."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    nbformat.write(normalized(notebook), path)


def refresh(path: Path, chapters: Mapping[str, Facts]) -> None:
    """Write the present value of every fact that a stored notebook or a page cites, and print what changed."""
    if path.suffix == ".md":
        page = path.read_text(encoding="utf-8")
        path.write_text(_announced(path, page, refreshed(page, {}, chapters)), encoding="utf-8")
        return
    notebook = nbformat.read(path, as_version=4)
    own = stored_facts(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _announced(path, cell.source, refreshed(cell.source, own, chapters))
    nbformat.write(notebook, path)


def _announced(path: Path, before: str, after: str) -> str:
    for (old, name), (new, _) in zip(TAGGED.findall(before), TAGGED.findall(after), strict=True):
        if old != new:
            print(f"{path}: {name} was {old} and is {new}")
    return after


def main(paths: Sequence[Path], book: Path = BOOK) -> None:
    """Run the notebooks among `paths`; then refresh all, since a chapter may cite one that runs after it."""
    for path in paths:
        if path.suffix == ".ipynb":
            print(f"running {path}", flush=True)
            execute(path)
    chapters = facts_of_chapters(book)
    for path in paths:
        refresh(path, chapters)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
