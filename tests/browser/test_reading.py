"""Reading with the keyboard, searching, printing, and losing one's way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import page_checks
from .conftest import soup

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


@pytest.mark.parametrize(
    ("where", "width"),
    [pytest.param(CHAPTER, 1280, marks=pytest.mark.long), ("exercises/03_cross_entropy.html", 390)],
)
def test_tab_reaches_everything_in_sight_and_with_a_visible_focus(
    open_page: OpenPage, server: str, where: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    page = open_page(f"{server}/{where}", formulas=False, viewport=size, reduced_motion="reduce")
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
    chapter = page.locator('a[href*="05_teacher_forcing.html"]')
    line = page.locator("#search-results li", has=chapter).first.locator(".search-line")
    line.wait_for()
    assert "teacher forcing" in " ".join(line.locator("mark").all_inner_texts())
    assert len(line.inner_text()) < 300
    assert page.locator("#search-results .context").count() == 0  # the first words of the page
    line.locator("a").click()  # the section where it stands
    page.wait_for_url("**/book/05_teacher_forcing.html#*")


EXPLAINED = """([lines, address]) => {
    courseLM.searchLines = { "book/x": lines };
    const list = document.createElement("ul");
    list.className = "search";
    document.getElementById("search-results").append(list);
    list.innerHTML = `<li><a href="${address}">A page</a></li>`;
    return new Promise((done) => setTimeout(() => done(list.querySelector(".search-line").innerHTML)));
}"""


def test_line_under_a_result_has_the_words_in_their_surroundings(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/search.html?q=losses+Losses")  # whose stem is that of a loss
    page.wait_for_function("document.querySelector('#search-results p')")
    text = f"{'so many words ' * 12}a loss here, {'so many words ' * 12}and there"
    lines = [["a", "First", "None."], ["b", "Second", text], ["c", "Third", text.replace("a loss", "one loss")]]
    found = page.evaluate(EXPLAINED, [lines, "book/x.html"])
    link, _, excerpt = found.partition(": ")
    assert link == '<a href="book/x.html#b">Second</a>'  # the first of those with most of the words
    piece = excerpt.replace("<mark>loss</mark>", "loss", 1)
    assert (piece[:2], piece[-2:]) == ("… ", " …")
    assert piece[2:-2] in text
    assert 150 < len(piece) < 210
    assert piece.index("loss") < 80
    third = page.evaluate(EXPLAINED, [lines, "book/x.html#c"])
    assert third.startswith('<a href="book/x.html#c">Third</a>: … ')
    assert "one <mark>loss</mark> here" in third
    assert page.evaluate(EXPLAINED, [lines, "book/x.html#a"]).endswith(">: None.")
    named = page.evaluate(EXPLAINED, [[["b", "Second", text], ["c", "A loss", text]], "book/x.html#c"])
    assert named.startswith('<a href="book/x.html#c">A loss</a>: so many')  # what it is comes first


def test_search_leads_to_the_definition_and_then_to_the_chapter(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/search.html?q=temperature")
    page.locator("#search-results li").nth(2).wait_for()
    addresses = page.locator("#search-results li > a").evaluate_all("links => links.map((a) => a.getAttribute('href'))")
    section = "book/01_probability_machine.html#temperature"
    assert addresses[:3] == ["book/glossary.html#term-temperature", section, section.split("#")[0]]
    assert page.locator(".search-line").first.inner_text().startswith("temperature: A number")
    assert page_checks.layout_shift(page) < 0.02  # though the results came late


def test_search_field_of_a_page_leads_to_results(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", formulas=False, viewport={"width": 1280, "height": 800})
    page.locator(".way-search").click()
    field = page.locator("#pst-search-dialog input")
    assert field.evaluate("(field) => field === document.activeElement")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    field.fill("perplexity")
    page.keyboard.press("Enter")
    page.locator('#search-results a[href*="04_perplexity_and_bits.html"]').first.wait_for()


def test_print_leaves_out_what_cannot_be_used_on_paper(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True, viewport={"width": 700, "height": 800})
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


def test_figures_are_as_wide_as_the_text_on_paper(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True, viewport={"width": 700, "height": 800})
    page.emulate_media(media="print")
    widths = "all => all.map((figure) => Math.round(figure.getBoundingClientRect().width))"
    text = page.locator("article section > p").last.evaluate("p => Math.round(p.getBoundingClientRect().width)")
    assert set(page.locator("figure.plot").evaluate_all(widths)) == {text}


def test_printed_link_to_another_site_shows_its_address(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True)
    page.evaluate("""document.querySelector("article").insertAdjacentHTML("beforeend",
        '<p><a class="reference external" href="https://a.org/b">a paper</a></p>')""")
    page.emulate_media(media="print")
    link = page.locator("article a.external").last
    assert "https://a.org/b" in link.evaluate("a => getComputedStyle(a, '::after').content")


def test_folded_answers_are_open_on_paper_and_fold_again_on_the_screen(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True)
    page.evaluate("""document.querySelector("article").insertAdjacentHTML("beforeend",
        "<details><summary>An answer</summary><p>It is 2.</p></details>")""")
    answer = page.get_by_text("It is 2.")
    page.emulate_media(media="print")
    answer.wait_for()
    page.emulate_media(media="screen")
    answer.wait_for(state="hidden")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # before the sheets are counted
    assert answer.is_visible()
    assert page.locator("article details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not answer.is_visible()


def test_folded_code_is_printed_and_not_still_fading_in(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True)
    page.emulate_media(media="print")
    code = page.locator("details.hide[open] > :not(summary)").first
    assert code.evaluate("one => getComputedStyle(one).opacity + getComputedStyle(one).animationName") == "1none"


def test_printed_page_is_dark_on_white_in_dark_mode_too(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True, color_scheme="dark", reduced_motion="reduce")
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


@pytest.mark.parametrize(("width", "size"), [(320, 16), (344, 16), (360, 16), (390, 24)])
def test_bar_on_top_keeps_its_chapters_on_its_own_ground(
    open_page: OpenPage, server: str, width: int, size: int
) -> None:
    page = open_page(f"{server}/book/notation.html", kept=True, viewport={"width": width, "height": 740})
    page.evaluate("size => { document.documentElement.style.fontSize = size; scrollTo(0, 500); }", f"{size}px")
    bottoms = "['.way', '.way-chapters'].map((one) => document.querySelector(one).getBoundingClientRect().bottom)"
    bar, chapters = page.evaluate(bottoms)
    assert 0 < chapters <= bar
    page.evaluate("document.documentElement.style.fontSize = ''")


SENTENCE = "the brave dogs near the castle dance, and the dogs rest."


def test_reading_counts_from_the_top_to_the_end_of_the_text_and_only_grows(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/book/references.html")
    shares = "([...lines]) => lines.map(([scrolled, end, height]) => courseLM.way.share(scrolled, end, height))"
    lines = [[0, 3000, 1000], [1000, 3000, 1000], [2000, 3000, 1000], [2400, 3000, 1000], [0, 900, 1000]]
    assert page.evaluate(shares, lines) == [0, 0.5, 1, 1, 1]
    kept = "() => [0.629, 0.2].reduce((read, now) => courseLM.way.furthest(read, 'a', now), { b: 1 })"
    assert page.evaluate(kept) == {"a": 0.62, "b": 1}
    words = "() => [{}, { a: 0.5 }, { a: 1, b: 0.1 }].map((read) => courseLM.way.inWords(read, ['a', 'b']))"
    nothing, begun, both = page.evaluate(words)
    assert (nothing, begun.split(";")[0], both.split(";")[0]) == (
        "",
        "0 of 2 chapters read, 1 begun",
        "1 of 2 chapters read, 1 begun",
    )


def test_device_keeps_how_far_a_chapter_was_read_until_it_is_told_to_forget(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", formulas=False, reduced_motion="reduce")
    page.evaluate("localStorage.setItem('course-lm read', '{\"01_probability_machine\": 1}')")  # by another tab
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    step = page.locator('[data-chapter="03_cross_entropy"]')
    read = "step => Number(step.style.getPropertyValue('--read'))"
    page.wait_for_function("document.querySelector('[aria-current=page]').style.getPropertyValue('--read') > 0.3")
    halfway = step.evaluate(read)
    assert 0.4 < halfway < 0.6
    page.goto(f"{server}/book/notation.html")
    assert step.evaluate(read) == halfway
    assert "1 of 8 chapters read, 1 begun" in page.locator(".way-kept").inner_text()
    page.get_by_role("button", name="Forget how far I have read").click()
    assert step.evaluate(read) == 0
    assert page.locator(".bd-links :focus").count() == 1  # the button is gone
    assert page.evaluate("localStorage.getItem('course-lm read')") is None


def test_sections_of_a_page_open_on_top_and_close_on_escape(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{server}/{CHAPTER}", kept=True, viewport={"width": 390, "height": 800})
    contents = page.locator(".way-contents")
    contents.locator("summary").press("Enter")
    contents.get_by_role("link", name="The formula, term by term").wait_for()
    left = "all => all.map((one) => one.getBoundingClientRect().left)"
    [panel] = contents.locator("nav").evaluate_all(left)
    assert min(contents.locator("nav a").evaluate_all(left)) > panel
    page.keyboard.press("Escape")
    assert not contents.locator("nav").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.keyboard.press("Enter")
    contents.locator("nav a").last.and_(page.locator("[aria-current=location]")).wait_for()
    page.keyboard.press("Shift+Tab")
    contents.locator("nav").wait_for(state="hidden")
    contents.locator("summary").press("Enter")
    page.mouse.click(195, 790)
    contents.locator("nav").wait_for(state="hidden")
    contents.locator("summary").press("Enter")
    contents.locator("nav a").first.press("Enter")
    contents.locator("nav").wait_for(state="hidden")


def test_only_exercises_lead_to_solutions(site: Path, pages: list[str]) -> None:
    for page in pages:
        links = re.findall(r'href="[^"]*solutions/[^"]*\.html"', (site / page).read_text(encoding="utf-8"))
        assert bool(links) == page.startswith("exercises/"), f"{page}: {links}"


def test_menu_has_exercises_below_their_chapters_and_no_page_without_measurements(site: Path) -> None:
    menu = soup(site / CHAPTER).select_one("nav.bd-links")
    assert menu is not None
    listed = menu.select('li.toctree-l1 li.toctree-l2 a[href*="exercises/"]')
    assert len(listed) == len(list((site / "exercises").glob("*.html"))) > 0
    has_records = any((site.parents[1] / "benchmarks" / "records").glob("*.json"))
    assert bool(menu.select('a[href*="gpu_runs"]')) == has_records


@pytest.mark.parametrize(
    ("page", "following"),
    [
        ("book/03_cross_entropy", "exercises/03_cross_entropy"),
        ("exercises/03_cross_entropy", "book/04_perplexity_and_bits"),
        ("solutions/03_cross_entropy", "book/04_perplexity_and_bits"),
    ],
)
def test_pages_follow_each_other_as_one_reads(site: Path, page: str, following: str) -> None:
    link = soup(site / f"{page}.html").select_one("a.right-next")
    assert link is not None
    assert str(link["href"]).endswith(f"{following.partition('/')[2]}.html")
    assert following.startswith("book/") == ("exercises" not in str(link["href"]))


@pytest.mark.parametrize("number", range(1, 9))
def test_each_chapter_opens_with_its_time_and_the_sentence(site: Path, number: int) -> None:
    page = next((site / "book").glob(f"0{number}_*.html")).relative_to(site).as_posix()
    opening = soup(site / page)
    label = opening.select_one(".chapter-label")
    assert label is not None
    assert label.get_text().startswith(f"Chapter {number} about ")
    tiles = "".join(letter.get_text() for letter in opening.select(".motif b"))
    assert tiles.translate(str.maketrans("\xa0␣", "  ", "↵")) == SENTENCE
    drawing = opening.select_one(".motif [role=img]")
    assert drawing is not None
    assert SENTENCE in str(drawing["aria-label"])
