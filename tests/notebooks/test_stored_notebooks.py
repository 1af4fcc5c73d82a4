"""Every stored notebook and every page of the book keeps the promises that nbval cannot check."""

from pathlib import Path

import pytest
from checks import complaints
from cited_facts import facts_of_chapters

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted([*ROOT.glob("book/*.ipynb"), *ROOT.glob("solutions/*.ipynb")])
PAGES = sorted(ROOT.glob("book/*.md"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def chapters():
    return facts_of_chapters(ROOT / "book")


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES], ids=name)
def test_what_is_stored_is_complete_and_prose_says_what_was_computed(path, chapters):
    assert complaints(path, chapters) == []


def test_there_are_notebooks_to_check():
    assert NOTEBOOKS
    assert PAGES
