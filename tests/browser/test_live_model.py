"""The live model as its readers use it: typing, asking about letters, letting it write, links that hold a text."""

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
PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
WHOLE = "document.querySelector('.live-model').widget.seen?.isWhole"
NEXT = "() => Array.from(document.querySelector('.live-model').widget.seen.next.distribution)"
CARET = "at => document.querySelector('.live-model textarea').setSelectionRange(at, at)"


@pytest.fixture
def live(open_page: OpenPage, server: str) -> Callable[..., Page]:
    """``live(state)`` opens the page with what an address holds after #, and waits for the model."""

    def live(state: str = "", **options: object) -> Page:
        page = open_page(f"{server}/{LIVE}#{state}", formulas=False, **options)
        page.wait_for_function(WHOLE, timeout=30_000)
        return page

    return live


def write(page: Page, text: str) -> None:
    """Put a text into the box, and wait until it is read."""
    page.get_by_label("Your text", exact=True).fill(text)
    page.wait_for_function(WHOLE, timeout=30_000)


def answer(page: Page) -> str:
    """What the page says about the letter that is asked about."""
    return page.locator(".live-answer").inner_text()


def numbers(page: Page) -> dict[str, str]:
    """The numbers of the whole text, by name, once the sizes are there."""
    page.wait_for_function("!document.querySelector('.live-numbers').textContent.includes('…')")
    names = page.locator(".live-numbers dt").all_inner_texts()
    return dict(zip(names, page.locator(".live-numbers dd").all_inner_texts(), strict=True))


def first_number(text: str) -> float:
    """The first number in a text."""
    found = re.search(r"\d[\d,]*(\.\d+)?", text)
    assert found, text
    return float(found[0].replace(",", ""))


def test_typed_text_is_priced_in_one_unit_and_its_numbers_agree(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/{LIVE}", formulas=False)
    text = "the dogs rest."
    write(page, text)
    page.locator(".live-more > summary").click()
    shown = numbers(page)
    bits_per_character = first_number(shown["Cross-entropy"])
    assert first_number(shown["Total"]) == pytest.approx(bits_per_character * len(text), abs=0.06)
    assert first_number(shown["Perplexity"]) == pytest.approx(2**bits_per_character, abs=0.01)
    assert first_number(page.locator(".live-count").inner_text()) == first_number(shown["Total"])
    page.get_by_role("radio", name="nats").check()
    nats = first_number(numbers(page)["Cross-entropy"])
    assert nats == pytest.approx(bits_per_character * math.log(2), abs=0.001)
    page.get_by_label("Your text", exact=True).focus()
    page.evaluate(CARET, 4)
    page.locator(".live-answer", has_text="Here came d").wait_for()
    page.locator(".live-said", has_text="Here came d").wait_for(state="attached")  # which comes a little later
    assert not re.search(r"\d bits", page.locator(".live-model").inner_text())


def test_exact_source_stands_beside_the_model(live: Callable[..., Page]) -> None:
    source = ToyEnglish()
    page = live("text=the+brave+dog")
    ids = source.tokenizer.encode("\nthe brave dog")
    p = source(ids[None])[0].exp()  # (T, V)
    for name, character in {"space": " ", "s": "s"}.items():
        exact = float(p[-1, source.tokenizer.encode(character)])
        label = page.locator(f'.key[aria-label^="{name}, "]').get_attribute("aria-label") or ""
        assert label.endswith(f"exactly {exact:.3f}")
    page.get_by_label("Your text", exact=True).focus()
    page.evaluate(CARET, 4)
    page.locator(".live-answer", has_text="Here came b").wait_for()
    assert f"Exact source: {float(p[4, source.tokenizer.encode('b')]):.3f}" in answer(page)


def test_impossible_character_ends_the_sentence_and_a_line_break_begins_a_new_one(live: Callable[..., Page]) -> None:
    page = live("text=the+bold%0Athe+dog&at=6")
    assert "Not a sentence of this language" in answer(page)
    assert page.locator(".is-impossible").all_inner_texts() == ["o"]
    for place, has_exact in {7: False, 10: True}.items():
        page.evaluate("at => { location.hash = `text=the+bold%0Athe+dog&at=${at}`; }", place)
        page.wait_for_function(f"document.querySelector('.live-model').widget.state.at === {place}")
        assert ("Exact source" in answer(page)) is has_exact


def test_drawing_appends_the_character_whose_piece_holds_the_random_number(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+dog")
    p = page.evaluate(NEXT)
    alphabet = ToyEnglish().tokenizer.decode(range(len(p)))
    ends = list(itertools.accumulate(p))
    for character in " s":
        i = alphabet.index(character)
        write(page, "the brave dog")
        page.evaluate("u => { courseLM.random = () => u; }", ends[i] - p[i] / 2)
        page.get_by_role("button", name="Write a letter").click()
        assert page.get_by_label("Your text", exact=True).input_value() == "the brave dog" + character


def test_temperature_moves_the_draw_and_no_price(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+")
    price = page.locator(".live-count").inner_text()
    page.locator(".live-more > summary").click()
    page.locator(".live-more").get_by_label("Temperature").press("End")
    assert "at temperature 2.0" in answer(page)
    page.locator(".live-more").get_by_label("Temperature").press("Home")
    assert answer(page).split(": ")[1].split(".")[0].endswith(" 1")
    assert page.locator(".live-count").inner_text() == price
    texts = set()
    for _ in range(2):
        write(page, "the brave ")
        for _ in range(4):
            page.get_by_role("button", name="Write a letter").click()
        texts.add(page.get_by_label("Your text", exact=True).input_value())
    assert len(texts) == 1  # at temperature 0 nothing is left to chance
    assert len(texts.pop()) == len("the brave ") + 4


def test_it_keeps_writing_until_the_reader_interferes(live: Callable[..., Page]) -> None:
    page = live()
    page.get_by_role("button", name="Keep writing").click()
    page.wait_for_function("document.querySelector('textarea').value.length > 'the brave dog'.length + 1")
    write(page, "my dog")
    assert page.get_by_role("button", name="Keep writing").is_visible()
    page.wait_for_timeout(700)
    assert page.get_by_label("Your text", exact=True).input_value() == "my dog"


def test_key_appends_its_letter_wherever_the_caret_is(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+dog&at=2")
    assert "Here came h" in answer(page)
    page.locator('.key[aria-label^="s, "]').click()
    assert page.get_by_label("Your text", exact=True).input_value() == "the brave dogs"
    assert "What comes next?" in answer(page)


def test_what_the_model_cannot_read_stays_in_the_text_and_is_skipped(live: Callable[..., Page]) -> None:
    page = live()
    for text, skipped, words in [
        ("The d\u00f6g", ["\u00f6"], "Capitals are read as small letters. What is gray is skipped."),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467 dogs", ["\U0001f468\u200d\U0001f469\u200d\U0001f467"], "skipped"),
        ("<b>&amp;", ["<", ">", "&", ";"], "This does not look like toy English."),
        ("", [], ""),
    ]:
        write(page, text)
        assert page.locator(".is-skipped").all_inner_texts() == skipped
        assert words in page.locator(".live-note").inner_text()
        page.get_by_role("button", name="Write a letter").click()
        page.wait_for_function("n => document.querySelector('textarea').value.length === n", arg=utf16(text) + 1)
        assert page.get_by_label("Your text", exact=True).input_value().startswith(text)
    assert page.locator(".live-model :disabled").count() == 0


def utf16(text: str) -> int:
    """The length of a text as a browser counts it."""
    return len(text.encode("utf-16-le")) // 2


def test_other_model_is_offered_for_other_texts_and_has_an_alphabet_of_its_own(live: Callable[..., Page]) -> None:
    page = live("text=the+bold+dog+sleeps.")
    assert page.get_by_role("button", name="Try Shakespeare").count() == 0
    write(page, "To be, or not to be")
    page.get_by_role("button", name="Try Shakespeare").click()
    page.wait_for_function(f"{WHOLE} && document.querySelector('.live-note').textContent === ''")
    page.locator(".live-more > summary").click()
    assert page.get_by_role("radio", name="Shakespeare").is_checked()
    assert 1 < first_number(numbers(page)["Perplexity"]) < 20
    assert "Exact source" not in numbers(page)


def test_caret_click_and_mouse_ask_about_a_letter(live: Callable[..., Page]) -> None:
    page = live("text=the+dog")
    box = page.get_by_label("Your text", exact=True)
    box.focus()
    for key, words in {"Home": "Here came t", "ArrowRight": "Here came h", "End": "What comes next?"}.items():
        page.keyboard.press(key)
        page.locator(".live-answer", has_text=words).wait_for()
    d = page.locator(".live-tile").nth(4).bounding_box()
    assert d
    page.mouse.click(d["x"] + 0.8 * d["width"], d["y"] + 0.8 * d["height"])  # its right half: the caret goes behind it
    assert "Here came d" in answer(page)
    assert page.locator(".is-at").inner_text() == "d"
    page.mouse.move(d["x"] + 1.5 * d["width"], d["y"] + 0.8 * d["height"])
    assert "Here came o" in answer(page)
    page.locator(".live-said", has_text="Here came o").wait_for(state="attached")  # a screen reader is told
    page.locator("article h1").hover()
    assert "Here came d" in answer(page)
    page.locator(".live-said", has_text="Here came d").wait_for(state="attached")  # and that it is past


def test_answer_stands_within_the_first_screen_of_a_phone(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+dog", **PHONE)
    sides = ".live-answer, .live-keys"
    bottoms = page.locator(sides).evaluate_all("all => all.map(one => one.getBoundingClientRect().bottom)")
    assert max(bottoms) <= PHONE["viewport"]["height"]
    write(page, "the dogs near the castle dance, and the dogs rest.\n" * 12)
    top = page.locator(".live-answer").evaluate("one => one.getBoundingClientRect().bottom")
    assert top <= PHONE["viewport"]["height"]


def test_long_text_is_read_whole_and_breaks_where_the_text_box_does(live: Callable[..., Page]) -> None:
    page = live(viewport={"width": 320, "height": 800})
    for text in [
        "w" * 300 + " end",
        "the dogs near the castle dance, and rest.\nNo \U0001f600 here \u2014 none. " * 36,
    ]:
        write(page, text)
        heights = page.evaluate(
            """() => {
                const area = document.querySelector(".live-model textarea");
                const [mirror] = document.getElementsByClassName("live-mirror");
                area.style.height = "0";
                const heights = [area.scrollHeight, mirror.offsetHeight];
                area.style.height = "";
                return heights;
            }"""
        )
        assert heights[0] == pytest.approx(heights[1], abs=2)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert first_number(page.locator(".live-count").inner_text().split(" for ")[1]) > 2_000
    page.get_by_label("Your text", exact=True).fill("a" * 4_001)
    assert "Only the first 4,000 characters are read." in page.locator(".live-note").inner_text()


def test_address_sets_the_state_and_follows_it(live: Callable[..., Page]) -> None:
    page = live("text=the+dogs&unit=nats&at=8&temperature=0.5")
    assert "Here came s" in answer(page)
    assert "nats" in answer(page)
    page.get_by_label("Your text", exact=True).fill("my dog\nrests")
    page.wait_for_url(re.compile("my"))
    state = parse_qs(urlsplit(page.url).fragment)
    assert state == {"text": ["my dog\nrests"], "unit": ["nats"], "temperature": ["0.5"]}
    page.locator(".live-chips a", has_text="Hello world").click()
    assert page.get_by_label("Your text", exact=True).input_value() == "Hello world"
    assert "never seen" in page.locator(".live-note").inner_text()  # the question that the list asks


def test_nonsense_in_an_address_is_passed_over(live: Callable[..., Page]) -> None:
    page = live("text=abc&at=1.5&model=toString&unit=constructor&temperature=99")
    default = {"text": "abc", "model": "toy", "unit": "bits", "temperature": 1, "at": 0}
    state = "document.querySelector('.live-model').widget.state"
    assert page.evaluate(state) == default
    odd = ["at=-1", "at=NaN", "at=1e99", "at=", "temperature=", "__proto__=1", "at=400", "text=%E0%A4%A"]
    for i, part in enumerate(odd):
        text = {"text": f"{i}a"} if "text=" not in part else {"text": "\ufffd%A"}
        page.evaluate("hash => { location.hash = hash; }", f"text={i}a&{part}" if "text=" not in part else part)
        page.wait_for_function(f"text => {state}.text === text", arg=text["text"])
        assert page.evaluate(state) == default | text, part


def test_sizes_are_those_of_gzip(live: Callable[..., Page]) -> None:
    text = "the dog sleeps.\n" * 12
    page = live()
    page.locator(".live-more > summary").click()
    write(page, text)
    shown = numbers(page)
    assert shown["As it is, in UTF-8"] == f"{len(text)} bytes"
    gzipped = first_number(shown["gzip"])
    assert gzipped == pytest.approx(len(gzip.compress(text.encode())), abs=8)  # libraries differ a little
    assert gzipped - first_number(shown["gzip, bare"]) == 18  # a header of 10 bytes, and 8 of checksum and length


def test_what_is_drawn_is_said_in_words_too(live: Callable[..., Page]) -> None:
    page = live("text=the+brave")
    for summary in (".live-more > summary", ".live-ledger > summary"):
        page.locator(summary).click()
    said = page.locator(".live-plot").get_attribute("aria-label") or ""
    assert "The costliest character is b, number 5" in said
    ledger = page.locator(".live-ledger tbody tr")
    ledger.first.wait_for()
    assert ledger.count() == len("the brave")
    assert ledger.nth(8).inner_text().split()[-1] == numbers(page)["Cross-entropy"].split()[0]
    assert page.locator(".live-said").inner_text() == ""  # silent until something changes
    write(page, "the dog")
    page.locator(".live-said", has_text="7 characters, ").wait_for(state="attached")


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
    page = live()
    game = page.locator("section:has(> .live-game)")
    assert not game.is_visible()
    page.get_by_role("tab", name="You against it").click()
    assert game.is_visible()
    assert not page.get_by_label("Your text", exact=True).is_visible()
    page.keyboard.press("ArrowLeft")
    assert page.get_by_label("Your text", exact=True).is_visible()
    for address in ("you-against-the-model", "game:toy-57"):
        page.evaluate("location.hash = 'text=a'")
        game.wait_for(state="hidden")
        page.evaluate("address => { location.hash = address; }", address)
        game.wait_for(state="visible")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_loads_the_model_when_its_reader_comes_near(open_page: OpenPage, server: str, chapter: str) -> None:
    page = open_page(f"{server}/book/{chapter}.html", formulas=False)
    assert page.locator("script[src*=toy_weights]").count() == 0
    page.locator(".live-model textarea").fill("my dog & me")
    page.wait_for_function(WHOLE, timeout=30_000)
    page.evaluate(CARET, 1)
    page.locator(".live-answer", has_text="Here came y").wait_for()
    unit = "nats" if chapter.startswith("03") else "bits"
    assert set(re.findall(r"\d (bits|nats)", page.locator(".live-model").inner_text())) == {unit}
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
