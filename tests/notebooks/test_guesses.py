"""Every "Guess first" of the chapters has an answer that its own notebook computes."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from bs4.element import Comment, Tag
from citations import CITED, CLAIM, number, texts

CHAPTERS = sorted((Path(__file__).parents[2] / "book").glob("*.ipynb"))


def guesses(markdown: str) -> Iterator[Tag]:
    """The guesses of a text. A blank line would end their HTML, and so it ends them here."""
    for block in re.split(r"\n\s*\n", markdown):
        if '<div class="guess"' in block:
            found = BeautifulSoup(block, "html.parser").select_one("div.guess")
            assert found is not None
            yield found


def complaints(guess: Tag) -> Iterator[str]:
    """What is wrong with a guess."""
    details = guess.details
    if guess.p is None or details is None or not details.summary:
        yield "it lacks a question or an answer"
        return
    if guess["data-kind"] == "share":
        shown = [CITED.search(item.decode_contents()) for item in details.select("li")]
        if None in shown or len(shown) < 2:
            yield "a share cites no kernel"
        elif abs(sum(number(match[1]) for match in shown if match) - 1) > 0.005 * len(shown):
            yield "its shares do not sum to 1"
    elif not (truth := details.b):
        yield "its answer has nothing in bold"
    elif guess["data-kind"] == "number" and not CITED.search(truth.decode_contents()):
        yield "its number cites no kernel"
    elif guess["data-kind"] == "choice":
        if not (isinstance(truth.next_sibling, Comment) and CLAIM.search(f"<!--{truth.next_sibling}-->")):
            yield "no claim stands behind its right choice"
        options = [item.get_text().strip() for item in guess.select(":scope > ul > li")]
        if Counter(options)[truth.get_text().strip()] != 1:
            yield "its right choice is not one of the choices"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_every_chapter_asks_for_guesses_whose_answers_it_computes(path: Path) -> None:
    found = [guess for text in texts(path) for guess in guesses(text)]
    assert 2 <= len(found) <= 4, f"a chapter has two to four guesses, and {path.name} has {len(found)}"
    assert {str(guess["id"]): list(complaints(guess)) for guess in found if list(complaints(guess))} == {}


def test_no_two_guesses_have_the_same_name() -> None:
    names = Counter(str(guess["id"]) for path in CHAPTERS for text in texts(path) for guess in guesses(text))
    assert [name for name, times in names.items() if times > 1] == []


ASKED = '<div class="guess" data-kind="{}"><p>What?</p>{}<details><summary>The answer</summary>{}</details></div>'


@pytest.mark.parametrize(
    ("kind", "options", "answer", "complaint"),
    [
        ("share", "", "<ul><li>a: 0.4<!-- = a --></li><li>b: 0.6</li></ul>", "cites no kernel"),
        ("share", "", "<ul><li>a: 0.4<!-- = a --></li><li>b: 0.5<!-- = b --></li></ul>", "do not sum to 1"),
        ("number", "", "<p>It is <b>29</b>.</p>", "cites no kernel"),
        ("number", "", "<p>It is 29<!-- = V -->.</p>", "nothing in bold"),
        ("choice", "<ul><li>up</li><li>down</li></ul>", "<p><b>up</b>, as always.</p>", "no claim"),
        (
            "choice",
            "<ul><li>up</li><li>down</li></ul>",
            "<p><b>left</b><!-- holds: x --></p>",
            "not one of the choices",
        ),
        ("choice", "", "", "nothing in bold"),
    ],
)
def test_faults_of_a_guess_are_found(kind: str, options: str, answer: str, complaint: str) -> None:
    (guess,) = guesses(ASKED.format(kind, options, answer))
    assert [text for text in complaints(guess) if complaint in text]
