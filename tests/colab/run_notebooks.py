"""Run every notebook as on Colab: from a copy far from the repository, where the first cell brings the package.

    python tests/colab/run_notebooks.py WHEEL

`make test-colab` calls it in an environment with Colab's versions and without the package. The first cells install
WHEEL in place of the repository. It fails if a cell fails, or if installing changes another package.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from install_cell import with_install_cell
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).parents[2]
NOWHERE = "https://repository.invalid/course"
FOLDERS = ("book", "solutions", "exercises")
PACKAGE = "course-lm"


def copied(folder: Path, wheel: Path) -> list[Path]:
    """Copies of all notebooks in ``folder``, whose first cells install ``wheel``."""
    copies = []
    for path in sorted(path for name in FOLDERS for path in ROOT.glob(f"{name}/*.ipynb")):
        notebook = with_install_cell(nbformat.read(path, as_version=4), NOWHERE)
        notebook.cells[0].source = notebook.cells[0].source.replace(f"git+{NOWHERE}", str(wheel))
        copies.append(folder / path.relative_to(ROOT))
        copies[-1].parent.mkdir(exist_ok=True)
        nbformat.write(notebook, copies[-1])
    return copies


def failure(path: Path) -> str:
    """Runs a notebook in its folder; the message of the cell that failed, or an empty text."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    try:
        NotebookClient(notebook, timeout=900, kernel_name="python3", resources=where).execute()
    except CellExecutionError as error:
        return str(error)
    return ""


def packages() -> dict[str, str]:
    """The version of everything that is installed here."""
    importlib.invalidate_caches()
    return {found.name: found.version for found in importlib.metadata.distributions()}


def main(wheel: Path) -> int:
    """Run all notebooks with a line for each; returns the exit code."""
    before = packages()
    if PACKAGE in before:
        raise ValueError(f"the environment must be without {PACKAGE} at first, so that a notebook installs it.")
    folder = Path(tempfile.mkdtemp(prefix="colab-"))
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")  # no run is kept from before
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or every old kernel prints a warning about its debugger
    n_failed = 0
    for path in copied(folder, wheel.resolve()):
        began = time.perf_counter()
        message = failure(path)
        n_failed += bool(message)
        seconds = f"{time.perf_counter() - began:5.0f} s"
        print(seconds, path.relative_to(folder), message or "ran to the end", flush=True)
    shutil.rmtree(folder)
    after = packages()
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    print(f"{n_failed} notebooks failed; installed or changed: {', '.join(sorted(changed)) or 'nothing'}")
    return 0 if n_failed == 0 and changed == {PACKAGE} else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
