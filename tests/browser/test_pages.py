"""What a browser makes of every page of the book."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from . import page_checks
from .drawings import drawings

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
LIGHT: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "color_scheme": "light",
    "reduced_motion": "reduce",
}
ONE_OF_EACH = re.compile("book/(03|glossary|index|live)|(exercises|solutions)/03|search")


def test_page_is_sound_in_every_width_and_mode(open_page: OpenPage, server: str, path: str) -> None:
    page = open_page(f"{server}/{path}", **LIGHT)
    found = list(
        page_checks.all_checks(page, page_checks.AXE) if ONE_OF_EACH.match(path) else page_checks.own_checks(page)
    )
    assert not found, "\n".join(found)


@pytest.mark.long
def test_axe_finds_nothing_on_any_page_in_any_width(open_page: OpenPage, server: str, path: str) -> None:
    found = list(page_checks.all_checks(open_page(f"{server}/{path}", **LIGHT), page_checks.ALL_OF_AXE))
    assert not found, "\n".join(found)


def test_page_opens_from_a_file(open_page: OpenPage, site: Path, sample: str) -> None:
    assert list(page_checks.formulas(open_page((site / sample).as_uri(), **LIGHT))) == []
    # The verdict on requests to other hosts and on errors is given where open_page ends: it has recorded them all.


def test_open_definition_is_sound_in_both_modes(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/book/notation.html", **LIGHT)
    page.locator('article a.glossary-term[href$="#term-cross-entropy-loss"]').first.hover()
    page.locator(".glossary-tip").wait_for()
    assert [*page_checks.other_violations(page), *page_checks.colors(page)] == []


# A page that follows the system's mode, as the theme does; its text is black on white in both.
SCRIPT = """<script>{
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => (document.documentElement.dataset.theme = dark.matches ? "dark" : "light");
dark.onchange = follow;
follow();
}</script>"""
PAGE = (
    f'<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A page</title>{SCRIPT}'
    "<main><h1>A page</h1>{}</main></html>"
)

DRAWING = (
    '<style>body {{ background: white }}</style><figure class="plot">'
    '<svg viewBox="0 0 100 30" width="100" height="30" font-size="12">{}</svg></figure>'
)


@pytest.mark.parametrize(
    ("body", "check", "complaint"),
    [
        ('<article><p class="math">x</p></article>', page_checks.formulas, "1 formulas are not typeset"),
        ('<div style="width: 3000px">wide</div>', page_checks.sideways, "scrolls sideways at 1280 pixels"),
        ('<p>black</p><p style="color: #aaa">gray</p>', page_checks.colors, "light: color-contrast"),
        ('<p style="background: #333">black on gray</p>', page_checks.colors, "light: color-contrast"),
        (
            '<div style="background: #333"><p style="background: #fff1">gray</p></div>',
            page_checks.colors,
            "light: color",
        ),
        ('<div style="height: 9px; overflow: auto">a<br>b</div>', page_checks.other_violations, "scrollable-region"),
        ('<img src="data:,">', page_checks.other_violations, "image-alt"),
        (
            DRAWING.format('<text y="20" font-size="9">small</text>'),
            drawings,
            "a figure: small is 9.0 pixels",
        ),
        (DRAWING.format('<text x="90" y="20">far</text>'), drawings, "a figure: far sticks out"),
        (
            DRAWING.format('<text y="20" fill="#aaa">gray</text>'),
            drawings,
            "a figure: gray has a contrast of 2.3",
        ),
        (
            DRAWING.format('<text y="20">one</text><text x="4" y="22">other</text>'),
            drawings,
            "a figure: other lies on one",
        ),
        ('<button style="font-size: 6px">x</button>' * 2, page_checks.other_violations, "target-size"),
    ],
)
def test_faults_of_a_page_are_found(
    open_page: OpenPage,
    server: str,
    body: str,
    check: Callable[[Page], Iterator[str]],
    complaint: str,
) -> None:
    page = open_page(f"{server}/book/references.html", kept=True, **LIGHT)
    page.set_content(PAGE.replace("{}", body))
    found = list(check(page))
    assert [text for text in found if text.startswith(complaint)], found


def test_large_first_visit_is_found(
    open_page: OpenPage, server: str, monkeypatch: pytest.MonkeyPatch, site: Path
) -> None:
    page = open_page(f"{server}/book/references.html", **LIGHT)
    size = page_checks.kilobytes(page)
    assert size > (site / "_static" / "mathjax" / "tex-chtml.js").stat().st_size / 1000 / 5
    monkeypatch.setattr(page_checks, "MOST_KILOBYTES", size - 1)
    assert "a first visit takes" in next(page_checks.weight(page))
