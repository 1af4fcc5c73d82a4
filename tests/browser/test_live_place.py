"""The live model in its place: addresses that hold a state, two modes, a phone, chapters, a page that stays still."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from . import page_checks
from .live_page import CARET, LIVE, PHONE, WHOLE, answer, write

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
CHAPTERS = [
    "01_probability_machine",
    "03_cross_entropy",
    pytest.param("04_perplexity_and_bits", marks=pytest.mark.long),  # its sizes are those of the page of the model
]
FONT_SIZE = "one => parseFloat(getComputedStyle(one).fontSize)"


def test_answer_stands_within_the_first_screen_of_a_phone(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+dog", **PHONE)
    sides = ".live-answer, .live-keys"
    bottoms = page.locator(sides).evaluate_all("all => all.map(one => one.getBoundingClientRect().bottom)")
    assert max(bottoms) <= PHONE["viewport"]["height"]
    letter = page.locator(".live-tile").first
    size = letter.evaluate(FONT_SIZE)
    write(page, "the dogs near the castle dance, and the dogs rest.\n" * 12)
    top = page.locator(".live-answer").evaluate("one => one.getBoundingClientRect().bottom")
    assert top <= PHONE["viewport"]["height"]
    assert letter.evaluate(FONT_SIZE) < size
    page.wait_for_url(re.compile("castle"))
    for place, words in {0: "What comes next?", 3: "Here came e"}.items():  # both ends of what scrolls
        page.evaluate("at => { location.hash = `${location.hash}&at=${at}`; }", place)
        page.locator(".live-answer", has_text=words).wait_for()
        at, box = page.locator(".is-at").bounding_box(), page.locator(".live-editor").bounding_box()
        assert at
        assert box
        assert box["y"] <= at["y"] <= box["y"] + box["height"]


def test_address_sets_the_state_and_follows_it(live: Callable[..., Page]) -> None:
    page = live("text=the+dogs&unit=nats&at=8&temperature=0.5")
    assert "Here came s" in answer(page)
    assert "nats" in answer(page)
    p = re.search(r"probability (\S+),", answer(page))
    assert p
    assert page.get_by_label("Temperature").input_value() == "0.5"
    assert f"probability {p[1]}, " in str(page.locator(".key.is-come").get_attribute("aria-label"))  # at temperature 1
    page.get_by_label("Your text", exact=True).fill("my dog\nrests")
    page.wait_for_url(re.compile("my"))
    state = parse_qs(urlsplit(page.url).fragment)
    assert state == {"text": ["my dog\nrests"], "unit": ["nats"], "temperature": ["0.5"]}
    page.get_by_role("navigation", name="Things to try").get_by_text("Hello world").click()
    assert page.get_by_label("Your text", exact=True).input_value() == "Hello world"
    assert "never seen" in page.locator(".live-note").inner_text()  # the question that the list asks
    write(page, "Hello worl")
    assert "never seen" not in page.locator(".live-note").inner_text()
    page.go_back()  # from the text of the list to one's own
    page.wait_for_function("document.querySelector('.live-model textarea').value === 'my dog\\nrests'")
    page.evaluate("scrollTo(0, document.body.scrollHeight), location.hash = 'text=my'")
    page.wait_for_function("document.querySelector('.live-model textarea').value === 'my'")
    assert page.get_by_label("Your text", exact=True).evaluate("area => area.getBoundingClientRect().top") >= 0


def test_nonsense_in_an_address_is_passed_over(live: Callable[..., Page]) -> None:
    page = live("text=abc&at=1.5&model=toString&unit=constructor&temperature=99")
    default = {"text": "abc", "model": "toy", "unit": "bits", "temperature": 1, "at": 0}
    state = "document.querySelector('.live-model').widget.state"
    assert page.evaluate(state) == default
    page.evaluate("location.hash = ''")
    page.wait_for_function(f"{state}.text === 'the brave dog'")
    page.evaluate("location.hash = 'text=a%0D%0Ab&temperature=0.04'")
    page.wait_for_function(f"{state}.text === 'a\\nb' && {state}.temperature === 0")  # as its control has it
    odd = ["at=-1", "at=NaN", "at=1e99", "at=", "temperature=", "__proto__=1", "at=400", "text=%E0%A4%A"]
    for i, part in enumerate(odd):
        text = {"text": f"{i}a"} if "text=" not in part else {"text": "\ufffd%A"}
        page.evaluate("hash => { location.hash = hash; }", f"text={i}a&{part}" if "text=" not in part else part)
        page.wait_for_function(f"text => {state}.text === text", arg=text["text"])
        assert page.evaluate(state) == default | text, part


def test_other_figures_hear_of_every_change(live: Callable[..., Page]) -> None:
    page = live()
    page.evaluate("document.addEventListener('live-read', ({ detail }) => { window.heard = detail; })")
    write(page, "The dogs")
    heard = (
        "[heard.state.text, heard.state.at, heard.characters.join(''), heard.seen.rows.length, heard.reader.model.name]"
    )
    assert page.evaluate(heard) == ["The dogs", 0, "the dogs", 8, "toy"]
    page.get_by_label("Your text", exact=True).press("Home")
    page.wait_for_function("heard.state.at === 1")


def test_page_shows_one_of_two_modes(live: Callable[..., Page]) -> None:
    page = live(forced_colors="active")
    game = page.locator("section:has(> .live-game)")
    assert not game.is_visible()
    grounds = page.locator("[role=tab]").evaluate_all("all => all.map((one) => getComputedStyle(one).backgroundColor)")
    assert grounds[0] != grounds[1]  # where colors are forced, too
    page.get_by_role("tab", name="You against it").click()
    page.get_by_role("tabpanel", name="You against it").get_by_role("group", name="Letters").wait_for()
    page.locator(".game-keys button").first.wait_for()
    assert not page.get_by_label("Your text", exact=True).is_visible()
    page.keyboard.press("ArrowLeft")
    assert page.get_by_label("Your text", exact=True).is_visible()
    assert page.locator("[role=tab]:focus").inner_text() == "Write with it"
    assert page.locator("[role=tab][aria-selected=true]").all_inner_texts() == ["Write with it"]
    assert page.locator("[role=tab][tabindex='0']").all_inner_texts() == ["Write with it"]
    for address in ("you-against-the-model", "game:toy-57"):
        page.evaluate("location.hash = 'text=a'")
        game.wait_for(state="hidden")
        page.evaluate("address => { location.hash = address; }", address)
        game.wait_for(state="visible")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_loads_the_model_when_its_reader_comes_near(open_page: OpenPage, server: str, chapter: str) -> None:
    page = open_page(f"{server}/book/{chapter}.html", formulas=False)
    assert page.locator("script[src*=toy_weights]").count() == 0
    widget = page.locator(".live-model")
    assert answer(page) == "The model is on its way."
    extras = str(widget.get_attribute("data-extras")).split()
    assert widget.get_by_label("Temperature").count() == ("write" in extras)
    assert widget.locator(".live-numbers").count() == ("sizes" in extras)
    page.emulate_media(media="print")
    assert widget.inner_text().strip()  # what a page without scripts shows
    page.emulate_media(media="screen")
    page.locator(".live-model textarea").fill("my dog & me")
    page.wait_for_function(WHOLE, timeout=30_000)
    page.evaluate(CARET, 1)
    page.locator(".live-said", has_text="Here came y").wait_for(state="attached")
    assert "#" not in page.url  # the address of a chapter stays
    unit = "nats" if chapter.startswith("03") else "bits"
    assert set(re.findall(r"\d (bits|nats)", page.locator(".live-model").inner_text())) == {unit}
    page.locator(".live-model textarea").fill("To be, or not to be")
    page.get_by_role("button", name="Try Shakespeare").click()
    page.get_by_role("button", name="Try Toy English").click()
    page.get_by_role("button", name="Try Shakespeare").wait_for()
    page.locator(".live-model textarea").fill("my dog & me")
    page.locator(".live-open a").click()
    page.wait_for_url(f"**/{LIVE}#text=my+dog+%26+me*")
    assert page.get_by_label("Your text", exact=True).input_value() == "my dog & me"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing_in_a_widget_in_use(live: Callable[..., Page], mode: str) -> None:
    page = live("text=the+bold+d%C3%B6g&at=6", color_scheme=mode, reduced_motion="reduce", viewport=PHONE["viewport"])
    page.wait_for_selector(f'html[data-theme="{mode}"]', state="attached")
    for summary in (".live-more > summary", ".live-ledger > summary"):
        page.locator(summary).click()
    assert page_checks.faults_of(page, ".live-modes, .live-model") == []
    small = page.locator(".live-model :is(button, input, summary, label, a), [role=tab]").evaluate_all(
        "all => all.filter(e => { const box = (e.closest('label') || e).getBoundingClientRect();"
        "  return box.width && (box.width < 24 || box.height < 24); }).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []


def test_nothing_moves_when_the_model_arrives(live: Callable[..., Page]) -> None:
    assert page_checks.layout_shift(live()) < 0.02
