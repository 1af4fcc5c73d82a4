"""Every stored notebook and every page of the book keeps the promises that nbval cannot check."""

from pathlib import Path

import pytest
from cited_facts import facts_of_chapters

from .checks import complaints

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


# The sentence that the chapters follow, as chapter 3 names its numbers.
NAMES_IN_CHAPTER_3 = {"thread_T": "T", "thread_p_s": "p_s", "thread_loss": "loss"}


def disagreements(chapters):
    """Facts of the thread that have two values in the book."""
    own = {name: chapters["03"][fact] for name, fact in NAMES_IN_CHAPTER_3.items()}
    values: dict[str, dict[str, list[str]]] = {}
    for chapter, facts in [*chapters.items(), ("03", own)]:
        for fact, value in facts.items():
            if fact.startswith("thread_"):
                values.setdefault(fact, {}).setdefault(value, []).append(chapter)
    return {fact: where for fact, where in values.items() if len(where) > 1}


def test_the_sentence_that_is_followed_has_the_same_numbers_in_every_chapter(chapters):
    assert disagreements(chapters) == {}


def test_two_values_for_one_number_of_the_thread_are_seen(chapters):
    planted = dict(chapters) | {"99": {"thread_T": "56"}}
    assert list(disagreements(planted)) == ["thread_T"]
    assert disagreements(planted)["thread_T"]["56"] == ["99"]


def test_there_are_notebooks_to_check():
    assert NOTEBOOKS
    assert PAGES
