"""A definition opens where a term is read: by mouse, keyboard and touch."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .conftest import soup

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

OpenPage = Callable[..., "Page"]
Notation = Callable[..., "Page"]
NOTATION = "book/notation.html"  # its terms stand in tables, whose scrolling boxes could clip a definition
TIP = ".glossary-tip"


def term(page: Page, name: str) -> Locator:
    """The first link to a term in the text of a page."""
    return page.locator(f'article a.glossary-term[href$="#term-{name}"]').first


@pytest.fixture
def notation(open_page: OpenPage, server: str) -> Notation:
    """``notation()``: the page of the notation, which other tests of this file have used, with nothing open."""

    def notation(base: str = server, **options: object) -> Page:
        page = open_page(f"{base}/{NOTATION}", **{"kept": True, **options})
        page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
        page.mouse.move(0, 0)
        page.keyboard.press("Escape")
        page.locator(TIP).wait_for(state="detached")
        return page

    return notation


def test_mouse_opens_a_definition_and_leaving_closes_it(notation: Notation, base: str) -> None:
    page = notation(base)
    term(page, "perplexity").hover()
    tip = page.locator(TIP)
    tip.wait_for()
    assert "fair die" in tip.inner_text()
    page.mouse.move(1, 1)
    tip.wait_for(state="detached")


def test_mouse_can_travel_into_the_definition(notation: Notation) -> None:
    page = notation()
    term(page, "perplexity").hover()
    page.locator(f"{TIP} .glossary-tip-more").hover()
    page.wait_for_timeout(400)  # longer than the delay after which a definition closes
    assert page.locator(TIP).is_visible()
    page.mouse.move(1, 1)
    page.locator(TIP).wait_for(state="detached")


def test_keyboard_focus_opens_a_definition_and_tab_goes_into_it(notation: Notation) -> None:
    page = notation(kept=False)
    reach_with_tab(page, "term-token")
    tip = page.locator(TIP)
    tip.wait_for()
    assert term(page, "token").get_attribute("aria-expanded") == "true"
    described_by = term(page, "token").get_attribute("aria-describedby")
    assert page.locator(f"#{described_by}").inner_text().startswith("The unit in which")
    page.keyboard.press("Tab")
    assert tip.evaluate("tip => tip.contains(document.activeElement)")
    for _ in range(tip.locator("a").count()):
        page.keyboard.press("Tab")
    tip.filter(has_text="The unit in which").wait_for(state="detached")


def test_moving_the_focus_back_closes(notation: Notation) -> None:
    page = notation(kept=False)
    reach_with_tab(page, "term-token")
    page.locator(TIP).wait_for()
    page.keyboard.press("Shift+Tab")
    assert page.locator(TIP).count() == 0
    assert term(page, "token").get_attribute("aria-expanded") == "false"
    assert term(page, "token").get_attribute("aria-describedby") is None


def reach_with_tab(page: Page, anchor: str) -> None:
    """Press Tab from the top of the text until the link to an anchor has the focus."""
    page.locator("article h1 a").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hash") == f"#{anchor}":
            return
    pytest.fail(f"60 presses of Tab did not reach a link to {anchor}")


def test_escape_closes_and_gives_the_focus_back(notation: Notation) -> None:
    page = notation(kept=False)
    reach_with_tab(page, "term-token")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator(TIP).count() == 0
    assert page.evaluate("document.activeElement.hash") == "#term-token"
    term(page, "perplexity").hover()
    page.locator(TIP).wait_for()
    page.keyboard.press("Escape")
    assert page.locator(TIP).count() == 0


def test_first_tap_opens_and_second_tap_follows(notation: Notation) -> None:
    page = notation(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    link = term(page, "perplexity")
    link.tap()
    page.locator(TIP).wait_for()
    assert page.url.endswith(NOTATION)
    link.tap()
    page.wait_for_url("**/glossary.html#term-perplexity")


def test_tap_elsewhere_closes(notation: Notation) -> None:
    page = notation(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    term(page, "token").tap()
    page.locator(TIP).wait_for()
    page.locator("article p").first.tap()
    assert page.locator(TIP).count() == 0


def test_see_in_glossary_leads_to_the_entry(notation: Notation, base: str) -> None:
    page = notation(base)
    term(page, "perplexity").hover()
    page.get_by_role("link", name="See in glossary").click()
    page.wait_for_url("**/book/glossary.html#term-perplexity")
    assert page.locator("dt#term-perplexity").evaluate("dt => Math.abs(dt.getBoundingClientRect().top) < innerHeight")


def test_formula_in_a_definition_is_typeset_on_a_page_without_formulas(
    open_page: OpenPage, base: str, site: Path
) -> None:
    assert not soup(site / "book/live.html").select(".math")
    page = open_page(f"{base}/book/live.html")
    term(page, "cross-entropy-loss").hover()
    page.locator(f"{TIP} mjx-container").first.wait_for()


def links_to_perplexity(path: Path) -> bool:
    """Whether a page mentions perplexity with its definition."""
    link = r'<a [^>]*class="[^"]*glossary-term[^>]* href="[^"]*#term-perplexity"'
    return bool(re.search(link, path.read_text(encoding="utf-8")))


def test_links_inside_a_definition_lead_to_the_glossary_from_every_folder(
    open_page: OpenPage, server: str, site: Path, pages: list[str]
) -> None:
    one_of_each = {Path(p).parent: p for p in pages if links_to_perplexity(site / p)}
    assert one_of_each.keys() == {Path(p).parent for p in pages}
    for path in one_of_each.values():
        page = open_page(f"{server}/{path}")
        term(page, "perplexity").hover()
        inner = page.locator(f"{TIP} a.glossary-term").first
        inner.wait_for()
        assert str(inner.evaluate("a => a.href")).startswith(f"{server}/book/glossary.html#term-"), path


@pytest.mark.parametrize("width", [320, 1280])
def test_open_definition_lies_inside_the_window(notation: Notation, width: int) -> None:
    page = notation(viewport={"width": width, "height": 700})
    for name in ("cross-entropy-loss", "entropy", "token"):
        term(page, name).scroll_into_view_if_needed()
        term(page, name).hover()
        box = page.locator(TIP).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 700
