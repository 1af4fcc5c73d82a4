"""The live model as its readers use it: typing, drawing, pointing, tapping, the keyboard, links that hold a text."""

from __future__ import annotations

import gzip
import itertools
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from course_lm import ToyEnglish

from . import page_checks

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
LIVE = "book/live.html"
CHAPTERS = ["01_probability_machine", "03_cross_entropy", "04_perplexity_and_bits"]
PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 800}}
TILES = ".live-tiles [data-at]"
EXPECTED = "text => new courseLM.Reader(document.querySelector('.live-model').widget.reader.model, null).expected(text)"


@pytest.fixture
def live(open_page: OpenPage, server: str) -> Callable[..., Page]:
    """``live(state)`` opens the page with what an address holds after #, and waits for the model."""

    def live(state: str = "", **options: object) -> Page:
        page = open_page(f"{server}/{LIVE}#{state}", **options)
        page.locator(".live-detail tr").first.wait_for()
        return page

    return live


def numbers(page: Page) -> dict[str, str]:
    """The numbers of the whole text, by name."""
    names = page.locator(".live-numbers dt").all_inner_texts()
    return dict(zip(names, page.locator(".live-numbers dd").all_inner_texts(), strict=True))


def first_number(text: str) -> float:
    """The first number in a text."""
    found = re.search(r"\d+(\.\d+)?", text)
    assert found, text
    return float(found[0])


def cost(page: Page, at: int) -> float:
    """What a character cost, in bits, as a screen reader hears it."""
    label = page.locator(f'{TILES}[data-at="{at}"]').get_attribute("aria-label") or ""
    return first_number(label.split(", ")[-1])


def test_typed_text_is_priced_and_its_numbers_agree(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/{LIVE}")
    text = "the dogs rest."
    page.get_by_label("Your text").fill(text)
    page.locator(".live-detail tr").first.wait_for()
    shown = numbers(page)
    bits_per_character = first_number(shown["Cross-entropy"])
    assert first_number(shown["Total"]) == pytest.approx(bits_per_character * len(text), abs=0.06)
    assert first_number(shown["Perplexity"]) == pytest.approx(2**bits_per_character, abs=0.01)
    total = sum(cost(page, at) for at in range(1, len(text) + 1))
    assert total == pytest.approx(first_number(shown["Total"]), abs=0.01 * len(text))
    page.get_by_role("radio", name="nats").check()
    nats = first_number(numbers(page)["Cross-entropy"])
    assert nats == pytest.approx(bits_per_character * math.log(2), abs=0.001)
    assert numbers(page)["Cross-entropy"].endswith("nats per character")


def test_exact_source_stands_beside_the_model(live: Callable[..., Page]) -> None:
    source = ToyEnglish()
    page = live("text=the+brave+dog")
    ids = source.tokenizer.encode("\nthe brave dog")
    p = source(ids[None])[0, -1].exp()  # (V,)
    rows = page.locator(".live-candidates tbody tr")
    cells = [row.split() for row in rows.all_inner_texts()]
    assert {cells[0][0], cells[1][0]} == {"␣", "s"}
    for shown in cells[:2]:
        exact = float(p[source.tokenizer.encode(shown[0].replace("␣", " "))])
        assert float(shown[-1]) == pytest.approx(exact, abs=5e-4)
    page.locator(f'{TILES}[data-at="5"]').click()
    exact = float(source(ids[None])[0, 4, source.tokenizer.encode("b")].exp())
    assert f"The exact probability is {exact:.3f}" in page.locator(".live-detail").inner_text()


def test_impossible_character_ends_the_sentence_and_a_line_break_begins_a_new_one(live: Callable[..., Page]) -> None:
    page = live("text=the+bold%0Athe+dog&at=6")
    assert "Not a sentence of this language: o, character 6" in page.locator(".live-message").inner_text()
    assert "Not a sentence of this language" in page.locator(".live-detail").inner_text()
    assert numbers(page)["Exact source"] == "infinite"
    assert page.locator(f"{TILES}.impossible").count() == 1
    page.locator(f'{TILES}[data-at="7"]').click()
    assert "exact" not in page.locator(".live-detail thead").inner_text()
    page.locator(f'{TILES}[data-at="10"]').click()
    assert "The exact probability is" in page.locator(".live-detail").inner_text()


def test_drawing_appends_the_character_whose_piece_holds_the_random_number(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+dog")
    p = page.evaluate(f"text => Array.from(({EXPECTED})(text))", "the brave dog")
    alphabet = ToyEnglish().tokenizer.decode(range(len(p)))
    ends = list(itertools.accumulate(p))
    for character in " s":
        i = alphabet.index(character)
        page.get_by_label("Your text").fill("the brave dog")
        page.evaluate("u => { courseLM.random = () => u; }", ends[i] - p[i] / 2)
        page.get_by_role("button", name="One token at a time").click()
        assert page.get_by_label("Your text").input_value() == "the brave dog" + character


def test_temperature_moves_the_draw_and_no_price(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+")
    best = page.locator(".live-candidates tbody tr").first.inner_text().split()
    price = numbers(page)
    page.get_by_label("Temperature").press("End")
    assert float(page.locator(".live-candidates tbody tr").first.inner_text().split()[1]) < float(best[1])
    assert "at temperature 2.0" in page.locator(".live-detail").inner_text()
    page.get_by_label("Temperature").press("Home")
    assert page.locator(".live-candidates tbody tr").first.inner_text().split()[:2] == [best[0], "1"]
    assert numbers(page)["Cross-entropy"] == price["Cross-entropy"]
    page.get_by_role("button", name="Ten more").click()
    first = page.get_by_label("Your text").input_value()
    assert len(first) == len("the brave ") + 10
    assert first.startswith(f"the brave {best[0]}")
    page.get_by_label("Your text").fill("the brave ")
    page.get_by_role("button", name="Ten more").click()
    assert page.get_by_label("Your text").input_value() == first  # at temperature 0 nothing is left to chance


def test_past_the_context_the_model_writes_on_from_the_line_it_is_in(live: Callable[..., Page]) -> None:
    line = "the brave dogs near the bridge"
    text = f"the dogs near the castle dance, and the dogs rest.\n{line}"
    page = live("at=73")
    page.get_by_label("Your text").fill(text)
    assert page.locator(f"{TILES}.window").get_attribute("data-at") == "73"
    page.locator(f"{TILES}.window").click()
    assert "begins anew" in page.locator(".live-detail").inner_text()
    of_all, of_line = (page.evaluate(f"text => Array.from(({EXPECTED})(text))", t) for t in (text, line))
    assert of_all == pytest.approx(of_line, abs=1e-6)


def test_strange_characters_are_named_and_mended(live: Callable[..., Page]) -> None:
    page = live("text=the+d%C3%B6g+%3Cb%3E")
    message = page.locator(".live-message")
    assert "ö, character 6, is not in the alphabet of Toy English" in message.inner_text()
    assert page.locator(TILES).count() == len("the d") + 1
    assert page.get_by_role("button", name="One token at a time").is_disabled()
    message.get_by_role("button", name="Take out what it cannot read").click()
    assert page.get_by_label("Your text").input_value() == "the dg b"
    page.get_by_label("Your text").fill("The Dog")
    message.get_by_role("button", name="Use small letters").click()
    assert page.get_by_label("Your text").input_value() == "the dog"
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_other_model_has_its_own_alphabet_and_no_source(live: Callable[..., Page]) -> None:
    page = live("text=To+be%2C+or+not+to+be")
    assert "T, character 1, is not in the alphabet" in page.locator(".live-message").inner_text()
    page.get_by_role("radio", name="Shakespeare").check()
    page.locator(".live-numbers dd", has_text="per character").first.wait_for()  # the tiles stand before the model does
    assert 1 < first_number(numbers(page)["Perplexity"]) < 20
    assert "Exact source" not in numbers(page)
    page.get_by_role("radio", name="Toy English").check()
    assert page.locator(TILES).count() == 1


def test_arrow_keys_move_along_the_text_and_say_what_was_expected(live: Callable[..., Page]) -> None:
    page = live("text=the+dog")
    page.locator(".live-tiles").locator("[tabindex='0']").focus()
    presses = "ArrowLeft 7 ArrowUp 6 ArrowRight 7 Home 1 ArrowLeft 1 End 8 ArrowRight 8".split()
    for key, at in zip(presses[::2], presses[1::2], strict=True):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.at") == at, key
    page.keyboard.press("ArrowLeft")
    tile = page.locator("[data-at]:focus")
    assert tile.get_attribute("aria-selected") == "true"
    assert (tile.get_attribute("aria-label") or "").startswith("g, probability ")
    assert page.locator(f"{TILES}[tabindex='0']").count() == 1
    described_by = page.locator(f"#{tile.get_attribute('aria-describedby')}")
    assert "g had the probability" in described_by.inner_text()
    assert described_by.locator("tr.came").count() == 1


def test_pointing_shows_a_character_and_leaving_shows_the_selected_one(live: Callable[..., Page]) -> None:
    page = live("text=the+dog&at=7")
    page.locator(f'{TILES}[data-at="1"]').hover()
    assert page.locator(".live-detail").inner_text().startswith("t had the probability")
    page.locator("article h1").hover()
    assert page.locator(".live-detail").inner_text().startswith("g had the probability")


def test_tap_shows_a_character_on_a_phone_and_targets_are_large(live: Callable[..., Page]) -> None:
    page = live("text=the+dog", **PHONE)
    page.locator(f'{TILES}[data-at="1"]').tap()
    assert page.locator(".live-detail").inner_text().startswith("t had the probability")
    small = page.locator(".live-model :is(button, input, summary, label, a, [role=option])").evaluate_all(
        "all => all.filter(e => { const box = (e.closest('label') || e).getBoundingClientRect();"
        "  return box.width && (box.width < 24 || box.height < 24); }).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []


def test_address_sets_the_state_and_follows_it(live: Callable[..., Page]) -> None:
    page = live("text=the+dogs&unit=nats&at=8&temperature=0.5")
    assert page.get_by_role("radio", name="nats").is_checked()
    assert page.locator(".live-detail").inner_text().startswith("s had the probability")
    page.get_by_label("Your text").fill("my dog\nrests")
    page.wait_for_url(re.compile("my"))
    state = parse_qs(urlsplit(page.url).fragment)
    assert state == {"text": ["my dog\nrests"], "unit": ["nats"], "temperature": ["0.5"]}
    page.get_by_role("link", name="the brave dog", exact=True).click()
    page.wait_for_function("document.querySelector('textarea').value === 'the brave dog'")
    assert page.get_by_role("radio", name="bits").is_checked()
    page.evaluate("location.hash = 'text=a&model=none&unit=bytes&temperature=99&at=x'")
    page.wait_for_function("document.querySelector('textarea').value === 'a'")
    assert page.get_by_role("radio", name="Toy English").is_checked()
    assert page.locator("output").inner_text() == "1.0"


def test_sizes_are_those_of_gzip(live: Callable[..., Page]) -> None:
    text = "the dog sleeps.\n" * 12
    page = live()
    page.get_by_label("Your text").fill(text)
    page.wait_for_function("!document.querySelector('.live-numbers').textContent.includes('…')")
    shown = numbers(page)
    assert shown["As it is, in UTF-8"] == f"{len(text)} bytes"
    gzipped = first_number(shown["gzip"])
    assert gzipped == pytest.approx(len(gzip.compress(text.encode())), abs=8)  # libraries differ a little
    assert gzipped - first_number(shown["gzip, bare"]) == 18  # a header of 10 bytes, and 8 of checksum and length


def test_what_is_drawn_is_said_in_words_too(live: Callable[..., Page]) -> None:
    page = live("text=the+brave")
    said = page.locator(".live-curve").get_attribute("aria-label") or ""
    assert "The costliest character is b, number 5" in said
    assert f"ends at {first_number(numbers(page)['Cross-entropy']):.2f}" in said
    page.locator("summary", has_text="All numbers").click()
    ledger = page.locator(".live-ledger tbody tr")
    ledger.first.wait_for()
    assert ledger.count() == len("the brave")
    assert ledger.nth(8).inner_text().split()[-1] == numbers(page)["Cross-entropy"].split()[0]
    assert page.locator(".live-unseen").inner_text() == ""  # silent until something changes
    page.get_by_label("Your text").fill("the dog")
    page.locator(".live-unseen", has_text="7 characters, cross-entropy").wait_for(state="attached")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_loads_the_model_when_its_reader_comes_near(open_page: OpenPage, server: str, chapter: str) -> None:
    page = open_page(f"{server}/book/{chapter}.html")
    assert page.locator("script[src*=toy_weights]").count() == 0
    page.locator(".live-model textarea").fill("my dog & me")
    page.locator(".live-detail tr").first.wait_for()
    page.locator(".live-open a").click()
    page.wait_for_url(f"**/{LIVE}#text=my+dog+%26+me*")
    assert page.get_by_label("Your text").input_value() == "my dog & me"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing_in_a_widget_in_use(live: Callable[..., Page], mode: str) -> None:
    page = live("text=the+bold+d%C3%B6g&at=6", color_scheme=mode, reduced_motion="reduce", viewport=PHONE["viewport"])
    page.wait_for_selector(f'html[data-theme="{mode}"]', state="attached")
    page.locator("summary", has_text="All numbers").click()
    page.locator(f'{TILES}[data-at="2"]').focus()
    assert list(page_checks.axe(page, {}, of="() => document.querySelectorAll('.live-model')")) == []


def test_long_words_and_lines_do_not_widen_a_narrow_page(live: Callable[..., Page]) -> None:
    page = live(viewport={"width": 320, "height": 800})
    page.get_by_label("Your text").fill("w" * 599 + "i")
    page.locator(f'{TILES}[data-at="600"]').hover()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.get_by_role("button", name="Ten more").is_disabled()  # the text is full


def test_nothing_moves_when_the_model_arrives(live: Callable[..., Page]) -> None:
    page = live()
    shift = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            const add = list => list.getEntries().forEach(entry => { sum += entry.value; });
            new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
            setTimeout(() => done(sum), 300);
        })"""
    )
    assert shift < 0.02
