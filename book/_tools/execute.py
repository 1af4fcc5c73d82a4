"""Run notebooks from top to bottom and store them in one fixed form: running it twice changes no byte.

    python book/_tools/execute.py NOTEBOOK ...

Metadata that tests rely on: `course_lm.cells` is the number of cells, so that a lost cell is noticed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
CELL_METADATA = {"mystnb", "tags"}


def normalized(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without anything that depends on who ran it, and when."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "course_lm": {"cells": len(notebook.cells)}})
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


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(f"running {name}", flush=True)
        execute(Path(name))
