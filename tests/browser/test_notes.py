"""Notes beside the text: what they repeat, where they stand, and what they give way to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from host import CHROMIUM_FLAGS, find_chromium

from . import page_checks
from .conftest import soup

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OpenPage = Callable[..., "Page"]
CHAPTER = "book/03_cross_entropy.html"

NOTES_AND_WHAT_IS_BESIDE = """() => {
    const box = (element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return { left, right, top, bottom, said: element.textContent.trim().slice(0, 30) };
    };
    const notes = [...document.querySelectorAll(".side-note.is-placed")].map(box);
    const others = [...document.querySelectorAll("article :is(p, li, pre, figure, table, mjx-container, h2, h3, nav)")]
        .filter((element) => !element.closest(".side-note") && element.checkVisibility()).map(box);
    return [notes, others];
}"""


@pytest.mark.parametrize("chapter", [CHAPTER, "book/08_real_texts.html"])
def test_notes_beside_the_text_lie_on_nothing(open_page: OpenPage, server: str, chapter: str) -> None:
    page = open_page(f"{server}/{chapter}", kept=True, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page.wait_for_selector(".side-note.is-placed")
    page.evaluate("document.fonts.ready.then(() => new Promise((then) => requestAnimationFrame(() => then(null))))")
    notes, others = page.evaluate(NOTES_AND_WHAT_IS_BESIDE)
    assert len(notes) >= 8
    work = page.locator(".side-note:has(em)").first
    assert re.match(r"\D+, \d{4}\. ", str(work.text_content()))
    for i, note in enumerate(notes):
        for other in [*notes[i + 1 :], *others]:
            apart = note["right"] <= other["left"] or other["right"] <= note["left"]
            apart = apart or note["bottom"] <= other["top"] or other["bottom"] <= note["top"]
            assert apart, f"{note['said']} lies on {other['said']}"
    assert all(note["right"] <= 1280 for note in notes)


def test_large_letters_leave_the_notes_no_room_and_the_page_its_width(browser: Browser, site: Path) -> None:
    large = "--blink-settings=defaultFontSize=24"  # Chromium's "very large"
    with browser.browser_type.launch(executable_path=find_chromium(), args=[*CHROMIUM_FLAGS, large]) as another:
        page = another.new_page(viewport={"width": 1280, "height": 800})
        page.goto((site / CHAPTER).as_uri(), wait_until="domcontentloaded")
        assert page.locator("html").evaluate("one => getComputedStyle(one).fontSize") == "24px"
        assert not page.locator(".notes").is_visible()
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert not list(page_checks.sideways(page))


def test_notes_that_find_no_place_wait_for_the_next_mention(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True, viewport={"width": 1280, "height": 800})
    wishes = [["a", 0], ["b", 10], ["c", 20], ["c", 500], ["a", 600], ["d", 640], ["e", 700], ["f", 860]]
    places = page.evaluate(
        """(wishes) => [...courseLM.notes.arrange(
            wishes.map(([id, top]) => ({ id, top, height: 50 })), [[690, 900]])]""",
        wishes,
    )
    assert places == [["a", 0], ["b", 64], ["c", 500], ["f", 914]]


def test_notes_make_room_for_what_reaches_beside_the_text(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", formulas=False, viewport={"width": 1280, "height": 800})
    page.wait_for_selector(".side-note.is-placed")
    wide = """() => {
        const note = document.querySelector(".side-note.is-placed");
        const { top } = note.getBoundingClientRect();
        const beside = document.elementFromPoint(350, top + 10).closest("p");
        note.append(" A long note, and longer than the paragraph.".repeat(9));
        beside.insertAdjacentHTML("afterend", "<figure id=wide style='width: 60rem; height: 9rem'></figure>");
    }"""
    page.evaluate(wide)
    page_checks.settle(page)
    page_checks.settle(page)  # they are placed in the frame after the one in which the height has changed
    figure = page.locator("#wide").bounding_box()
    assert figure is not None
    for note in page.locator(".side-note.is-placed").all():
        box = note.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= figure["y"] or box["y"] >= figure["y"] + figure["height"]


def test_notes_repeat_in_brief_what_stands_behind_the_links(open_page: OpenPage, server: str, site: Path) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True, viewport={"width": 1280, "height": 800})
    definitions = {
        "<p>One. Two.</p>": "One.",
        f"<p>Short: {'long ' * 30}.</p>": "Short.",
        f"<p>{'long ' * 30}.</p>": "",
        '<p>The <span class="math">x</span>.</p>': "",
    }
    assert page.evaluate("(all) => all.map(courseLM.notes.brief)", list(definitions)) == list(definitions.values())
    notes = {
        kind: page.locator(f".side-note:has({kind})").evaluate_all(
            "all => all.map((note) => [note.textContent, note.querySelector('a')?.getAttribute('href')])"
        )
        for kind in ("b", "code", "em")
    }
    assert all(notes.values())
    names = page.evaluate("courseLM.margin.names")
    for text, address in notes["code"]:
        name, _, summary = text.partition(": ")
        assert names[name] == summary
        assert soup(site / "book/api.html").find(id=address.removeprefix("api.html#"))
    terms = {tip["term"]: tip["html"] for tip in page.evaluate("Object.values(courseLM.glossaryTips)")}
    for text, _ in notes["b"]:
        term, _, said = text.partition(": ")
        assert said[0].islower()
        assert BeautifulSoup(terms[term], "html.parser").get_text().strip().lower().startswith(said[:-1].lower())
    works = page.evaluate("Object.values(courseLM.margin.works)")
    addresses = {f"{work['authors']}, {work['year']}. {work['title']}.": work["address"] for work in works}
    for text, address in notes["em"]:
        assert address == addresses[text] or (not addresses[text] and "references.html#" in address)
