"""Reading with the keyboard, searching, printing, and losing one's way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Desk

OpenPage = Callable[..., "Page"]
CHAPTER = "book/03_cross_entropy.html"

# What the Tab key should reach: visible, enabled, not a box that only a script may focus, and of a group of radio
# buttons the one that is chosen.
REACHABLE = """() => {
    window.reachable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
        .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }))
        .filter((e) => e.type !== "radio" || e.checked);
    return reachable.length;
}"""
FOCUSED = """() => {
    const e = document.activeElement;
    if (e === document.body) return null;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    const shows = (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none"; // a ring
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    reachable = reachable.filter((other) => other !== e && other.isConnected); // a widget draws itself anew
    return { html: e.outerHTML.slice(0, 100), shows, inside, left: reachable.length };
}"""


def faults_on_the_way(page: Page) -> list[str]:
    """Press Tab from the top to the end of a page; return what was unseen, out of sight, or never reached."""
    faults = []
    for _ in range(2 * page.evaluate(REACHABLE)):  # an opened definition adds links of its own
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None or not at["left"]:
            break
        faults += [f"{at['html']}: no visible focus"] if not at["shows"] else []
        faults += [f"{at['html']}: outside the window"] if not at["inside"] else []
    never = page.evaluate("reachable.slice(0, 5).map((e) => e.outerHTML.slice(0, 100))")
    return faults + [f"{html}: Tab never reaches it" for html in never]


@pytest.mark.parametrize(("where", "width"), [(CHAPTER, 1280), ("exercises/03_cross_entropy.html", 390)])
def test_tab_reaches_everything_in_sight_and_with_a_visible_focus(
    open_page: OpenPage, server: str, where: str, width: int
) -> None:
    page = open_page(f"{server}/{where}", viewport={"width": width, "height": 800}, reduced_motion="reduce")
    assert faults_on_the_way(page) == []


def test_faults_on_the_way_of_the_keyboard_are_found(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/book/references.html")
    hidden = '<a href="#" style="outline: none">unseen</a>'
    away = '<a href="#" style="position: fixed; left: -999px">away</a>'
    trap = '<button onkeydown="event.preventDefault()">trap</button><button>beyond</button>'
    page.set_content(f"<link rel='icon' href='data:,'>{hidden}{away}{trap}")
    ends = [fault.rsplit(": ", 1)[1] for fault in faults_on_the_way(page)]
    assert ends == ["no visible focus", "outside the window", "Tab never reaches it"]


def test_search_finds_the_chapter_and_shows_the_line_that_was_meant(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/search.html?q=teacher+forcing")
    result = page.locator('#search-results a[href*="05_teacher_forcing.html"]').first
    result.wait_for()
    line = page.locator("#search-results li", has=result).locator(".search-line").first
    assert "teacher forcing" in " ".join(line.locator("mark").all_inner_texts())
    line.locator("a").click()  # the section where it stands
    page.wait_for_url("**/book/05_teacher_forcing.html#*")


def test_search_field_of_a_page_leads_to_results(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", viewport={"width": 1280, "height": 800})
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").fill("perplexity")
    page.keyboard.press("Enter")
    page.locator('#search-results a[href*="04_perplexity_and_bits.html"]').first.wait_for()


def test_print_leaves_out_what_cannot_be_used_on_paper(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", viewport={"width": 700, "height": 800})
    page.emulate_media(media="print")
    for selector in (
        ".bd-sidebar-primary",
        ".bd-header-article",
        ".bd-sidebar-secondary",
        ".copybtn",
        ".prev-next-area",
    ):
        assert not page.locator(selector).first.is_visible(), selector
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    cut = "all => all.filter((pre) => pre.scrollWidth > pre.clientWidth + 1).map((pre) => pre.innerText.slice(0, 80))"
    assert page.locator("article pre").evaluate_all(cut) == []


def test_printed_link_to_another_site_shows_its_address(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}")
    page.evaluate("""document.querySelector("article").insertAdjacentHTML("beforeend",
        '<p><a class="reference external" href="https://a.org/b">a paper</a></p>')""")
    page.emulate_media(media="print")
    link = page.locator("article a.external").last
    assert "https://a.org/b" in link.evaluate("a => getComputedStyle(a, '::after').content")


def test_folded_answers_are_open_on_paper_and_fold_again_on_the_screen(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}")
    page.evaluate("""document.querySelector("article").insertAdjacentHTML("beforeend",
        "<details><summary>An answer</summary><p>It is 2.</p></details>")""")
    answer = page.get_by_text("It is 2.")
    page.emulate_media(media="print")
    answer.wait_for()
    page.emulate_media(media="screen")
    answer.wait_for(state="hidden")


def test_printed_page_is_dark_on_white_in_dark_mode_too(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", color_scheme="dark", reduced_motion="reduce")
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_selector('html[data-theme="light"]', state="attached")
    colors = "e => [getComputedStyle(e).color, getComputedStyle(document.body).backgroundColor]"
    text, ground = page.locator("article p").first.evaluate(colors)
    assert sum(map(int, text[4:-1].split(","))) < 3 * 100
    assert ground == "rgb(255, 255, 255)"
    page.emulate_media(media="screen", color_scheme="dark")
    page.wait_for_selector('html[data-theme="dark"]', state="attached")


def test_address_that_leads_nowhere_gets_a_page_that_helps(open_page: OpenPage, server: str, desk: Desk) -> None:
    page = open_page(f"{server}/no/such/page.html")
    desk.complaints.remove(next(text for text in desk.complaints if "404" in text))  # that of the page itself
    page.get_by_role("link", name="Begin at the first page").click()
    page.wait_for_url("**/book/index.html")
