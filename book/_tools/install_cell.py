"""Give every notebook its first cell, which installs the package where it is missing, as on Colab.

    python book/_tools/install_cell.py          with the address of the repository in `_config.yml`
    python book/_tools/install_cell.py URL      with URL, which takes the place of that address first

While `_config.yml` has no address, the cell says what is missing, and stops: an address that is nobody's could become
anybody's. Where the package is there, the cell does nothing and prints nothing. So nothing has to run again when it is
put in: the cells behind it are counted one higher. The exercises get it with everything else from the solutions.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).parents[2]
PLACES = ("_config.yml", "README.md", "CITATION.cff", "pyproject.toml")  # the first says it, the others may repeat it
URL_LINE = re.compile(r"^  url: (\S*)$", re.MULTILINE)
WEB_ADDRESS = re.compile(r"https://[\w.-]+(/[\w.~-]+){2,}")
URLS, BEFORE_URLS = "[project.urls]", "[project.optional-dependencies]"
CELL_ID = "install"
TAGS = ["remove-cell"]  # the book does not show it
UNSTAMPED = """\
# Where the package is missing, this cell says so and stops.
import importlib.util

if importlib.util.find_spec("course_lm") is None:

    class MissingPackageError(Exception):
        def _render_traceback_(self):
            return [str(self)]

    raise MissingPackageError("Please install the package course_lm first, from wherever you have this notebook.")"""
SOURCE = """\
# Where the package is missing, as on Colab, this cell installs it.
# The pages to which links lead are in the same place: {address}
import importlib.util

if importlib.util.find_spec("course_lm") is None:
    %pip install --quiet git+{address}"""


def address_in(root: Path) -> str:
    """The address of the repository, as `_config.yml` says it; empty until there is one."""
    path = root / PLACES[0]
    found = URL_LINE.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{path} must have a line `  url: ` for the address of the repository; it has none.")
    return found[1].strip('"')


def set_address(root: Path, address: str) -> None:
    """Write the address of the repository where the old one stands, and among what an index shows of the package."""
    if not WEB_ADDRESS.fullmatch(address) or address.endswith(".git"):
        raise ValueError(f"URL must be a web address such as https://github.com/me/my-fork; got {address!r}.")
    if old := address_in(root):
        for path in map(root.joinpath, PLACES):
            path.write_text(path.read_text(encoding="utf-8").replace(old, address), encoding="utf-8")
    config = root / PLACES[0]
    config.write_text(URL_LINE.sub(f"  url: {address}", config.read_text(encoding="utf-8")), encoding="utf-8")
    project = root / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    if URLS not in text:  # until there is a repository, the package names none
        urls = f'{URLS}\nRepository = "{address}"\nIssues = "{address}/issues"\n\n'
        project.write_text(text.replace(BEFORE_URLS, urls + BEFORE_URLS), encoding="utf-8")


def source(address: str) -> str:
    """The first cell of a notebook from this repository, or from none."""
    return SOURCE.format(address=address) if address else UNSTAMPED


def with_install_cell(notebook: nbformat.NotebookNode, address: str) -> nbformat.NotebookNode:
    """The notebook with the cell at its top, added or brought up to date."""
    if notebook.cells[0].get("id") != CELL_ID:
        for cell in notebook.cells:
            for counted in (cell, *cell.get("outputs", [])):
                if counted.get("execution_count"):
                    counted.execution_count += 1
        if "course_lm" in notebook.metadata:
            notebook.metadata.course_lm.cells += 1
        notebook.cells.insert(0, new_code_cell(id=CELL_ID, execution_count=1))
    notebook.cells[0].source = source(address)
    notebook.cells[0].metadata = nbformat.from_dict({"tags": TAGS})
    return notebook


def main(arguments: Sequence[str], root: Path = ROOT) -> None:
    """Set the address, if one is given, and bring every chapter and solution in step with it."""
    for address in arguments:
        set_address(root, address)
    for path in sorted([*root.glob("book/*.ipynb"), *root.glob("solutions/*.ipynb")]):
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(with_install_cell(notebook, address_in(root)), path)


if __name__ == "__main__":
    main(sys.argv[1:])
