"""The home page plays with the real model, lets the reader take over, and leads to every chapter."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import live_weights
import pytest
import torch
from bs4 import BeautifulSoup
from course_ext import reading_time

from course_lm import ledger

from . import page_checks

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
BOOK = Path(__file__).parents[2] / "book"
OPENING = "the brave d"
PHONE = {"width": 390, "height": 844}
TEXT = "document.querySelector('[data-part=line] .visually-hidden')?.textContent"
OUT_OF_SIGHT = """new Promise((done) => {
    const tell = ([{ isIntersecting }]) => { if (!isIntersecting) done(); }; // after those who have asked before
    new IntersectionObserver(tell).observe(document.querySelector(".home"));
})"""


@pytest.fixture
def home(open_page: OpenPage, server: str) -> OpenPage:
    """``home(**options)``: the home page, once its model is there; it moves only if the options allow motion."""

    def home(**options: object) -> Page:
        page = open_page(f"{server}/book/index.html", formulas=False, **{"reduced_motion": "reduce", **options})
        page.locator(".key").first.wait_for()
        return page

    return home


def shown(page: Page) -> dict[str, str]:
    """The labels of the bars, by letter."""
    labels = page.locator(".key:visible").evaluate_all("(keys) => keys.map((key) => key.ariaLabel)")
    return dict(label.rsplit(", probability ", 1) for label in labels)


def changes(page: Page, milliseconds: int) -> list[str]:
    """The text before and after some time."""
    before = page.evaluate(TEXT)
    page.clock.run_for(milliseconds)
    return [before, page.evaluate(TEXT)]


def test_bars_and_bits_are_those_of_torch_on_the_same_weights(home: OpenPage, site: Path) -> None:
    model, tokenizer = live_weights.read(site / "_static" / "live" / "toy_weights.js")
    page = home()
    with torch.no_grad():
        p = model(tokenizer.encode_with_bos(OPENING)[None])[0, -1].softmax(-1)
    bars = shown(page)
    assert len(bars) == tokenizer.vocab_size
    for letter in "oe":
        assert float(bars[letter]) == pytest.approx(p[tokenizer.encode(letter)].item(), abs=6e-4)
    page.get_by_role("button", name=re.compile("^e, probability")).click()
    assert page.locator(".home [role=status]").inner_text() == f"e, {-p[tokenizer.encode('e')].log2().item():.1f} bits."
    rows = ledger(model, tokenizer.encode_with_bos(OPENING + "e"))
    lines = page.locator(".home-letter").evaluate_all("all => all.map((one) => +one.style.getPropertyValue('--bits'))")
    assert lines == pytest.approx([row.bits for row in rows], abs=0.01)
    counted = page.locator(".home-counter").inner_text().split()
    assert float(counted[0]) == pytest.approx(sum(row.bits for row in rows), abs=0.051)
    assert counted[4:6] == ["for", "12"]
    assert counted[9] == f"{12 * torch.tensor(29.0).log2().item():.0f}"


def test_it_writes_by_itself_rests_out_of_sight_and_stops_when_touched(home: OpenPage) -> None:
    page = home(reduced_motion="no-preference", viewport=PHONE, clock=True)
    page.locator(".home .key.is-come").first.wait_for()  # the letter that was drawn
    before, after = changes(page, 2600)
    assert len(after) >= len(before) + 2
    assert page_checks.layout_shift(page) < 0.02
    page.get_by_role("heading", name="How to use the book").scroll_into_view_if_needed()
    page.evaluate(OUT_OF_SIGHT)
    page.clock.run_for(600)  # a letter that was drawn is still written
    before, after = changes(page, 1300)
    assert before == after
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(f"{TEXT} !== {after!r}")
    page.locator(".key").first.click()
    before, after = changes(page, 1300)
    assert before == after
    page.get_by_role("button", name="Let it write").click()
    page.wait_for_function(f"{TEXT} !== {after!r}")
    page.locator("[data-part=line]").click()
    page.get_by_role("button", name="Let it write").click()
    page.get_by_role("button", name="Pause").click()
    before, after = changes(page, 1300)
    assert before == after
    page.keyboard.type("a\n")  # the end of the sentence
    page.get_by_role("button", name="Let it write").click()
    page.clock.run_for(500)
    assert len(page.evaluate(TEXT)) == 1  # another sentence


def test_nothing_moves_for_a_reader_who_asked_for_less_motion(home: OpenPage) -> None:
    page = home(clock=True)
    assert changes(page, 1300) == [OPENING, OPENING]
    assert not page.locator("[data-part=toggle]").is_visible()
    page.get_by_role("button", name="Write a letter").click()
    text = page.evaluate(TEXT)
    assert text[:-1] == OPENING
    assert f"{text[-1]}, " in page.locator(".home [role=status]").inner_text()


def test_typed_letters_are_written_and_a_space_presses_no_button(home: OpenPage) -> None:
    page = home()
    page.keyboard.type("Og b")
    assert page.evaluate(TEXT) == f"{OPENING}og b"
    page.get_by_role("button", name="Write a letter").focus()
    page.keyboard.type("a ")
    assert page.evaluate(TEXT) == f"{OPENING}og ba "
    for _ in range(7):
        page.keyboard.press("Backspace")
    assert page.evaluate(TEXT) == OPENING[:-1]
    page.keyboard.press("Control+a")
    assert page.evaluate(TEXT) == OPENING[:-1]
    assert page.locator(".home [role=status]").inner_text() == f"“{OPENING[:-1]}”"
    page.keyboard.press("Enter")
    page.keyboard.type("t")  # a sentence is over, and another one begins
    assert page.evaluate(TEXT) == "t"
    for text in ("", OPENING):
        page.keyboard.press("Backspace")
        assert page.evaluate(TEXT) == text
    page.keyboard.type("a" * 60)  # as much as the model can read
    assert page.evaluate(TEXT) == OPENING + "a" * 60
    page.keyboard.type("b")
    assert page.evaluate(TEXT) == "b"
    page.get_by_role("button", name="Write a letter").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")  # which presses the button again
    assert len(page.evaluate(TEXT)) == 2
    assert f"{page.evaluate(TEXT)[1:]}, " in page.locator(".home [role=status]").inner_text()


def test_a_sentence_of_any_length_keeps_its_place(home: OpenPage) -> None:
    page = home(viewport=PHONE)
    top = "document.querySelector('.home-foot').getBoundingClientRect().top"
    before = page.evaluate(top)
    page.keyboard.type("og near the castle dance, and the dogs rest and the b")
    assert page.evaluate(top) == before
    line = "(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector('.home-line'))"
    assert page.evaluate(line) <= 8  # all lines are seen; what is cut is room below them


@pytest.mark.parametrize("how", ["print", "no scripts"])
def test_paper_and_a_page_without_scripts_show_a_figure_instead(open_page: OpenPage, server: str, how: str) -> None:
    page = open_page(f"{server}/book/index.html", **({} if how == "print" else {"java_script_enabled": False}))
    if how == "print":
        assert not page.locator(".home-still").is_visible()
        page.emulate_media(media="print")
    assert page.locator(".home-still svg").first.is_visible()
    assert not page.locator(".home").is_visible()


def test_each_chapter_has_a_card_with_a_picture_a_question_and_its_minutes(site: Path) -> None:
    page = BeautifulSoup((site / "book" / "index.html").read_text(encoding="utf-8"), "html.parser")
    cards = page.select(".chapter-card")
    chapters = sorted(BOOK.glob("0*.ipynb"))
    targets = [str(card.select("h3 a")[0]["href"]) for card in cards]
    assert targets == [*(f"{path.stem}.html" for path in chapters), "live.html"]
    assert all(len(card.select("svg *")) > 1 and card.h3 and card.h3.get_text().endswith("?") for card in cards)
    for card, path in zip(cards, chapters, strict=False):
        assert f"about {reading_time.minutes(path)} minutes" in card.get_text()


def test_all_of_a_card_leads_to_its_chapter_but_for_the_links_of_its_text(home: OpenPage) -> None:
    page = home()
    card = page.locator(".chapter-card").first
    card.get_by_role("link", name="vocabulary").click()
    page.wait_for_url("**/glossary.html#term-vocabulary")
    page.go_back()
    card.click(position={"x": 50, "y": 30})  # on the picture
    page.wait_for_url("**/01_probability_machine.html")
