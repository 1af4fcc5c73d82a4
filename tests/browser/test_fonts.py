"""The fonts of the built book: small, and with every character that its pages show."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

pytest.importorskip("sphinx", reason="the book's tools are not installed: make setup")

from course_ext import fonts, icons
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
STATIC = Path(__file__).parents[2] / "book" / "_static"
CODE = "code, pre, kbd, .sig"
PROSE_FACES = ("literata", "literata-italic", "inter")
MOST_KILOBYTES = 96


def shown(source: str) -> tuple[str, str]:
    """What a page shows as prose and as code; formulas have fonts of their own."""
    body = BeautifulSoup(source, "html.parser").body
    for element in body.select("script, style, .math"):
        element.decompose()
    code = "".join(element.get_text() for element in body.select(CODE))
    for element in body.select(CODE):
        if not element.decomposed:
            element.decompose()
    return body.get_text(), code


def lacking(text: str, name: str, site: Path) -> set[str]:
    """The characters of a text that the font of a site lacks, though that of the package has them."""
    recipe = next(recipe for recipe in fonts.FOR_PAGES if recipe.name == name)
    could = fonts.original(recipe).getBestCmap()
    has = TTFont(site / "_static" / "fonts" / f"{name}.woff2").getBestCmap()
    return {character for character in set(text) if ord(character) in could and ord(character) not in has}


def test_fonts_have_every_character_that_pages_show(site: Path, pages: list[str]) -> None:
    sources = [(site / page).read_text(encoding="utf-8") for page in pages]
    # What scripts write may stand in any face.
    scripts = [site / "_static" / "glossary-tips.js", *STATIC.rglob("*.js")]
    written = "".join(path.read_text(encoding="utf-8") for path in scripts if not path.stem.endswith("_weights"))
    # To know what is prose and what code takes long, so only pages with a character that some font lacks are asked.
    characters = [set(html.unescape(source)) for source in sources]
    anywhere = written + "".join(set().union(*characters))
    rare = set().union(*(lacking(anywhere, name, site) for name in (*PROSE_FACES, "plex-mono")))
    shown_on = [shown(source) for source, has in zip(sources, characters, strict=True) if has & rare]
    prose, code = (written + "".join(texts) for texts in zip(("", ""), *shown_on, strict=True))
    found = {name: lacking(prose, name, site) for name in PROSE_FACES} | {"code": lacking(code, "plex-mono", site)}
    assert not any(found.values()), found


def test_characters_that_a_font_lacks_are_found(site: Path) -> None:
    prose, code = shown("<body>Erdős<p>in <code>ł</code><span class=math>∇</span></p></body>")
    assert lacking(prose, "literata", site) == {"ő"}
    assert lacking(code, "plex-mono", site) == {"ł"}


def test_fonts_are_small(site: Path) -> None:
    files = sorted((site / "_static" / "fonts").iterdir())
    assert [file.name for file in files] == sorted(f"{recipe.name}.woff2" for recipe in fonts.FOR_PAGES)
    assert sum(file.stat().st_size for file in files) / 1000 <= MOST_KILOBYTES


def test_cutting_a_font_again_gives_the_same_bytes(site: Path, tmp_path: Path) -> None:
    recipe = next(recipe for recipe in fonts.FOR_PAGES if recipe.name == "plex-mono")
    fonts.cut(recipe, ".woff2").save(tmp_path / "again.woff2")
    assert (tmp_path / "again.woff2").read_bytes() == (site / "_static" / "fonts" / "plex-mono.woff2").read_bytes()


def test_every_icon_has_its_rule_and_its_character(site: Path, pages: list[str]) -> None:
    css = (site / "_static" / icons.SHEETS[0]).read_text(encoding="utf-8")
    rules = dict(re.findall(r'\.(fa-[a-z0-9-]+):before(?=[^{}]*\{content:"\\([0-9a-f]+)"\})', css))
    has = TTFont(site / "_static" / icons.FONT).getBestCmap()
    used = {
        name
        for page in pages
        for classes in re.findall(r'class="([^"]*)"', (site / page).read_text(encoding="utf-8"))
        for name in classes.split()
        if name.startswith("fa-") and name not in {"fa-solid", "fa-brands", "fa-regular", "fa-lg", "fa-fw"}
    }
    assert len(used) >= 8
    assert {name for name in used if int(rules.get(name, "0"), 16) not in has} == set()


@pytest.mark.parametrize(
    ("selector", "family"),
    [
        (".bd-article section > p:not([class])", "Literata"),
        (".bd-article h2", "Literata"),
        (".bd-article pre", "Plex Mono"),
        (".bd-sidebar-primary a", "Inter"),
    ],
)
def test_page_is_set_in_the_fonts_of_the_book(open_page: OpenPage, server: str, selector: str, family: str) -> None:
    page = open_page(f"{server}/book/03_cross_entropy.html", kept=True, viewport={"width": 1280, "height": 800})
    page.evaluate("document.fonts.ready.then(() => null)")
    families = page.locator(selector).first.evaluate("e => getComputedStyle(e).fontFamily")
    assert families.split(",")[0].strip('"') == family
    loaded = page.evaluate("[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)")
    assert family in [name.strip('"') for name in loaded]


def test_line_of_text_has_66_to_70_characters(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/book/03_cross_entropy.html", kept=True, viewport={"width": 1280, "height": 800})
    page.evaluate("document.fonts.ready.then(() => null)")
    assert 66 <= page.evaluate(CHARACTERS_A_LINE) <= 70


# How many characters the full lines of plain paragraphs hold on average: a line ends where the next word drops.
CHARACTERS_A_LINE = """() => {
    const lines = [];
    for (const p of document.querySelectorAll("article section > p")) {
        if (p.querySelector(".math, img, code")) continue;
        const range = document.createRange();
        const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
        let count = 0, bottom = null;
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            for (let at = 0; at < node.length; at++) {
                range.setStart(node, at);
                range.setEnd(node, at + 1);
                const box = range.getBoundingClientRect();
                if (!box.width) continue;
                if (bottom !== null && box.top > bottom) { lines.push(count); count = 0; }
                bottom = box.bottom;
                count += 1;
            }
        }
    }
    return lines.reduce((sum, n) => sum + n, 0) / lines.length;
}"""
