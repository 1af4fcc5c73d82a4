"""What Colab needs: a first cell that installs the package from the repository, and a GPU where a notebook asks."""

import importlib.util
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execute import normalized
from install_cell import PLACES, address_in, main, source, with_install_cell
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

from course_lm.grading.sealed.extract import program_for

from .checks import complaints

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path for name in ("book", "solutions", "exercises") for path in ROOT.glob(f"{name}/*.ipynb"))
SPECIMEN = Path(__file__).with_name("specimen.ipynb")
FORK = "https://github.com/fork/course"
EMPTY = '""'
FIRST = "https://github.com/first/course"
URLS = re.compile(r"\[project\.urls\]\n(.+\n)+\n")


def installs_from(notebook: nbformat.NotebookNode, address: str) -> bool:
    """Whether the first cell is the one that installs the package from ``address``, unseen in the book."""
    first = notebook.cells[0]
    return first.source == source(address) and first.metadata.get("tags") == ["remove-cell"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_first_cell_installs_from_the_repository_of_the_configuration(path):
    assert installs_from(nbformat.read(path, as_version=4), address_in(ROOT)), "run `make repo`"


@pytest.fixture
def stamped():
    return with_install_cell(nbformat.read(SPECIMEN, as_version=4), FORK)


def test_a_missing_later_or_shown_cell_and_another_address_are_seen(stamped):
    assert installs_from(stamped, FORK)
    assert not installs_from(stamped, address_in(ROOT))
    assert not installs_from(nbformat.read(SPECIMEN, as_version=4), FORK)
    stamped.cells[0].metadata = {}
    assert not installs_from(stamped, FORK)
    assert installs_from(with_install_cell(stamped, FORK), FORK)


def test_a_stored_notebook_stays_stored_when_the_cell_is_put_in(stamped, tmp_path):
    path = tmp_path / "stamped.ipynb"
    nbformat.write(stamped, path)
    assert complaints(path) == []
    assert with_install_cell(nbformat.read(path, as_version=4), FORK) == nbformat.read(path, as_version=4)


def run_first_cell(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """The magics that the first cell calls."""
    called = []

    class Shell:
        def run_line_magic(self, magic: str, line: str) -> None:
            called.append((magic, line))

    exec(TransformerManager().transform_cell(notebook.cells[0].source), {"get_ipython": Shell})
    return called


def test_the_cell_installs_only_where_the_package_is_missing(stamped, monkeypatch):
    assert run_first_cell(stamped) == []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert run_first_cell(stamped) == [("pip", f"install --quiet git+{FORK}")]


def test_without_a_repository_the_cell_says_one_sentence_and_stops(monkeypatch):
    """A name that is nobody's yet could be taken by anybody, with a package of theirs."""
    notebook = with_install_cell(nbformat.read(SPECIMEN, as_version=4), "")
    assert run_first_cell(notebook) == []
    assert "http" not in notebook.cells[0].source
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    shell = InteractiveShell()
    outcome = shell.run_cell(notebook.cells[0].source, silent=True)
    assert outcome.error_in_exec._render_traceback_() == [
        "Please install the package course_lm first, from wherever you have this notebook."
    ]


def test_a_course_without_a_repository_gets_one(clone):
    config = clone / "_config.yml"
    config.write_text(config.read_text().replace(f"  url: {FIRST}\n", '  url: ""\n'))
    assert address_in(clone) == ""
    main([], clone)
    assert installs_from(nbformat.read(clone / "book" / SPECIMEN.name, as_version=4), "")
    main([FORK], clone)
    assert address_in(clone) == FORK
    assert installs_from(nbformat.read(clone / "book" / SPECIMEN.name, as_version=4), FORK)


def test_answers_behind_the_cell_are_graded(stamped):
    program = program_for([stamped.cells[0].source, "def answer(x):\n    return x"], "answer")
    assert [getattr(statement, "name", None) for statement in program.statements] == ["answer"]
    assert program.problem == ""


@pytest.fixture
def clone(tmp_path):
    """A course of one chapter and one solution, whose README repeats its address."""
    for name in PLACES:
        shutil.copy(ROOT / name, tmp_path)
    config = tmp_path / "_config.yml"
    config.write_text(config.read_text().replace(f"  url: {address_in(ROOT) or EMPTY}\n", f"  url: {FIRST}\n"))
    (tmp_path / "README.md").write_text(f"[issues]({FIRST}/issues)")
    for folder in ("book", "solutions"):
        (tmp_path / folder).mkdir()
        shutil.copy(SPECIMEN, tmp_path / folder)
    return tmp_path


def test_one_command_changes_the_address_everywhere(clone):
    before, old = {name: (clone / name).read_text() for name in PLACES}, address_in(clone)
    main([FORK], clone)
    for name, text in before.items():
        assert URLS.sub("", (clone / name).read_text()) == URLS.sub("", text).replace(old, FORK)
    assert address_in(clone) == FORK
    assert (clone / "README.md").read_text() == f"[issues]({FORK}/issues)"
    for folder in ("book", "solutions"):
        assert installs_from(nbformat.read(clone / folder / SPECIMEN.name, as_version=4), FORK)


def project(root: Path) -> dict[str, Any]:
    """What the package says about itself."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_package_names_its_repository_once_there_is_one(clone):
    assert ("urls" in project(ROOT)) == bool(address_in(ROOT))
    for address in (FORK, f"{FORK}-2"):
        main([address], clone)
        assert project(clone)["urls"] == {"Repository": address, "Issues": f"{address}/issues"}


@pytest.mark.parametrize(
    "address", ["me/my-fork", "git@github.com:me/my-fork.git", f"{FORK}.git", "https://github.com"]
)
def test_what_is_no_web_address_of_a_repository_is_refused(clone, address):
    before = {path: path.read_bytes() for path in clone.rglob("*.*")}
    with pytest.raises(ValueError, match="must be a web address"):
        main([address], clone)
    assert {path: path.read_bytes() for path in clone.rglob("*.*")} == before


def test_the_chapter_on_training_asks_for_a_gpu_and_goes_on_to_when_it_is_stored_again():
    chapter = nbformat.read(ROOT / "book" / "06_training.ipynb", as_version=4)
    asked = {"accelerator": "GPU", "colab": {"gpuType": "T4"}}
    assert asked.items() <= chapter.metadata.items()
    assert normalized(chapter).metadata.items() >= asked.items()
