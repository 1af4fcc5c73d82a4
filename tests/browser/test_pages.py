"""What a browser makes of every page of the book."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
Visit = Callable[["Page", str], None]
PHONE = {"width": 390, "height": 800}
DESKTOP = {"width": 1280, "height": 800}


def test_formulas_are_typeset_and_no_page_asks_another_host_or_logs_an_error(
    open_page: OpenPage, visit: Visit, base: str, pages: list[str]
) -> None:
    page = open_page(f"{base}/{pages[0]}")
    n_formulas = 0
    for path in pages:
        visit(page, f"{base}/{path}")
        n_formulas += page.locator("article .math mjx-container").count()
        assert page.locator("article .math:not(:has(mjx-container))").count() == 0, f"{path}: not typeset"
        assert page.locator("mjx-merror").count() == 0, f"{path}: a formula has an error"
    assert n_formulas > 0
    # The verdict on requests and errors is given where open_page ends: it has recorded them all.


def test_no_page_scrolls_sideways_on_a_narrow_screen(
    open_page: OpenPage, visit: Visit, server: str, pages: list[str]
) -> None:
    page = open_page(f"{server}/{pages[0]}", viewport={"width": 320, "height": 800})
    for path in pages:
        visit(page, f"{server}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, f"{path}: {widest(page)}"


def widest(page: Page) -> object:
    """The elements that stick out of the window and that no box of their own scrolls."""
    return page.evaluate(
        """() => [...document.querySelectorAll("article *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
    )


# The colors of a mode are those of any width, and the modes differ in nothing but color.
WITHOUT_COLORS = {"rules": {"color-contrast": {"enabled": False}}}
COLORS_ALONE = {"runOnly": ["color-contrast"]}


@pytest.mark.parametrize(
    ("viewport", "mode", "options"),
    [(PHONE, "light", WITHOUT_COLORS), (DESKTOP, "light", {}), (DESKTOP, "dark", COLORS_ALONE)],
    ids=["phone", "desktop, light", "desktop, dark"],
)
def test_axe_finds_nothing_serious(
    open_page: OpenPage,
    visit: Visit,
    server: str,
    pages: list[str],
    viewport: dict[str, int],
    mode: str,
    options: dict[str, Any],
) -> None:
    page = open_page(f"{server}/{pages[0]}", viewport=viewport, reduced_motion="reduce")
    found = []
    for path in pages:
        visit(page, f"{server}/{path}")
        switch_to(page, mode)
        found += [f"{path}: {violation}" for violation in axe(page, **options)]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_serious_in_an_open_definition(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/book/notation.html", reduced_motion="reduce")
    page.locator('article a.glossary-term[href$="#term-cross-entropy-loss"]').first.hover()
    page.locator(".glossary-tip").wait_for()
    for mode in ("light", "dark"):
        switch_to(page, mode)
        assert list(axe(page)) == []


def switch_to(page: Page, theme: str) -> None:
    """Let the system prefer light or dark, which the book follows.

    The pages are opened with reduced motion, so that axe sees no color halfway between the two.
    """
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.wait_for_selector(f'html[data-theme="{theme}"]', state="attached")


def axe(page: Page, **options: Any) -> Iterator[str]:
    """Yield the serious violations among the rules that run."""
    from axe_playwright_python.sync_playwright import Axe

    # With preload axe fetches style sheets again, and looks for what they import in the page's folder.
    report = Axe().run(page, options={"resultTypes": ["violations"], "preload": False, **options})
    for violation in report.response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            theme = page.get_attribute("html", "data-theme")
            html = violation["nodes"][0]["html"][:200]
            yield f"{theme}: {violation['id']} ({violation['help']}): {html}"


def test_figures_stand_on_white_in_dark_mode(
    open_page: OpenPage, visit: Visit, server: str, site: Path, pages: list[str]
) -> None:
    page = open_page(f"{server}/book/index.html", color_scheme="dark")
    for path in (p for p in pages if "<img" in (site / p).read_text(encoding="utf-8")):
        visit(page, f"{server}/{path}")
        figures = page.locator("article .cell_output img:not(.mono)")
        for ground in figures.evaluate_all("all => all.map(i => getComputedStyle(i).backgroundColor)"):
            assert ground == "rgb(255, 255, 255)", path
