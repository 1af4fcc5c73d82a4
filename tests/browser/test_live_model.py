"""The live model as its readers use it: typing, asking about letters, letting it write, links that hold a text."""

from __future__ import annotations

import functools
import gzip
import itertools
import math
import re
from collections.abc import Callable
from statistics import mean
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from course_lm import ToyEnglish, ledger

from . import page_checks

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
LIVE = "book/live.html"
CHAPTERS = ["01_probability_machine", "03_cross_entropy", "04_perplexity_and_bits"]
PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
WHOLE = "document.querySelector('.live-model').widget.seen?.isWhole"
NEXT = "() => Array.from(document.querySelector('.live-model').widget.seen.next.distribution)"
PATHS = "all => all.map(path => [path.getAttribute('class'), path.getAttribute('d')])"
CELLS = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
FONT_SIZE = "one => parseFloat(getComputedStyle(one).fontSize)"
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
    exact = [row.bits for row in ledger(ToyEnglish(), ToyEnglish().tokenizer.encode(f"\n{text}"))]
    assert first_number(shown["Exact source"]) == pytest.approx(mean(exact), abs=0.001)
    assert first_number(shown["Perplexity"]) == pytest.approx(2**bits_per_character, abs=0.01)
    assert first_number(page.locator(".live-count").inner_text()) == first_number(shown["Total"])
    heights = page.locator(".live-tile").evaluate_all("all => all.map(one => one.style.getPropertyValue('--bits'))")
    assert sum(map(float, heights)) == pytest.approx(first_number(shown["Total"]), abs=0.1)
    page.get_by_role("radio", name="nats").check()
    page.locator(".live-ledger > summary").click()
    page.get_by_role("columnheader", name="cost in nats").wait_for()
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
    assert "Most likely: a space 0." in answer(page)
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
    said = page.locator(".key").evaluate_all("all => all.map(one => one.ariaLabel.split(', '))")
    shares = {letter: float(share.split()[-1]) for letter, share, *_ in said}
    best = max(shares, key=shares.__getitem__)
    assert best != "b"
    assert f"Expected most: {best}, {shares[best]:.3f}." in answer(page)
    cost = re.search(r"cost (\d\.\d\d) bits", answer(page))
    assert cost
    assert float(cost[1]) == pytest.approx(-math.log2(shares["b"]), abs=0.02)


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
    page.locator(".live-said", has_text=re.compile("The model wrote “.*s”")).wait_for(state="attached")


def test_temperature_moves_the_draw_and_no_price(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+")
    price = page.locator(".live-count").inner_text()
    page.locator(".live-more > summary").click()
    page.locator(".live-more").get_by_label("Temperature").press("End")
    assert "at temperature 2.0" in answer(page)
    assert ", then " in answer(page)
    page.locator(".live-more").get_by_label("Temperature").press("Home")
    assert answer(page).split(": ")[1].split(".")[0].endswith(" 1")
    assert ", then " not in answer(page)
    assert page.locator(".live-more output").inner_text() == "0.0"
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
    page.locator(".key.is-come").wait_for()  # the letter that was drawn
    page.wait_for_function("document.querySelector('textarea').value.length > 'the brave dog'.length + 1")
    button = functools.partial(page.get_by_role, "button")
    for touched in (page.locator(".key"), page.locator(".live-chips a"), button(name="Write"), button(name="Pause")):
        touched.first.click()
        button(name="Keep writing").click()
    button(name="Pause").wait_for()
    write(page, "my dog")
    assert page.get_by_role("button", name="Keep writing").is_visible()
    page.wait_for_timeout(700)
    assert page.get_by_label("Your text", exact=True).input_value() == "my dog"


def test_key_appends_its_letter_wherever_the_caret_is(live: Callable[..., Page]) -> None:
    page = live("text=the+brave+dog&at=2")
    assert "Here came h" in answer(page)
    assert "The model expected nothing more." in answer(page)
    page.locator('.key[aria-label^="s, "]').click()
    assert page.get_by_label("Your text", exact=True).input_value() == "the brave dogs"
    assert "What comes next?" in answer(page)
    page.locator(".live-said", has_text="14 characters").wait_for(state="attached")
    assert "The model wrote" not in page.locator(".live-said").inner_text()  # the reader did
    page.locator('.key[aria-label^="s, "]').click()
    assert "".join(page.locator(".live-tile").all_text_contents()) == "the brave dogss"


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
        if skipped:
            page.locator(".is-skipped").last.hover(force=True)
            assert answer(page) == f"{skipped[-1]} is not in the alphabet of this model, which skips it."
        page.get_by_role("button", name="Write a letter").click()
        page.wait_for_function("n => document.querySelector('textarea').value.length === n", arg=utf16(text) + 1)
        assert page.get_by_label("Your text", exact=True).input_value().startswith(text)
    page.locator(".live-count", has_text=re.compile(r"bits? for 1 character$")).wait_for()
    assert page.locator(".live-model :disabled").count() == 0


def utf16(text: str) -> int:
    """The length of a text as a browser counts it."""
    return len(text.encode("utf-16-le")) // 2


def test_other_model_is_offered_for_other_texts_and_has_an_alphabet_of_its_own(live: Callable[..., Page]) -> None:
    page = live("text=the+bold+dog+sleeps.")
    assert page.get_by_role("button", name="Try Shakespeare").count() == 0
    write(page, "To be, or not to be!")
    assert page.locator(".is-skipped").all_inner_texts() == ["!"]
    page.get_by_role("button", name="Try Shakespeare").click()
    page.wait_for_function(f"{WHOLE} && document.querySelector('.live-note').textContent === ''")
    page.locator(".live-more > summary").click()
    assert page.get_by_role("radio", name="Shakespeare").is_checked()
    assert 1 < first_number(numbers(page)["Perplexity"]) < 20
    assert "Exact source" not in numbers(page)
    assert "exact source" not in page.locator(".live-curve figcaption").inner_text()
    assert page.locator(".is-skipped").count() == 0
    write(page, "zqxj zqxj zqxj")
    assert page.get_by_role("button", name="Try Shakespeare").count() == 0


def test_caret_click_and_mouse_ask_about_a_letter(live: Callable[..., Page]) -> None:
    page = live("text=the+dog")
    box = page.get_by_label("Your text", exact=True)
    box.focus()
    for key, words in {"Home": "Here came t", "ArrowRight": "Here came h", "End": "What comes next?"}.items():
        page.keyboard.press(key)
        page.locator(".live-answer", has_text=words).wait_for()
    assert page.locator(f"#{box.get_attribute('aria-describedby')}").inner_text() == answer(page)
    d = page.locator(".live-tile").nth(4).bounding_box()
    assert d
    page.mouse.click(d["x"] + 0.8 * d["width"], d["y"] + 0.8 * d["height"])  # its right half: the caret goes behind it
    assert "Here came d" in answer(page)
    assert page.locator(".is-at").inner_text() == "d"
    page.mouse.move(d["x"] + 1.5 * d["width"], d["y"] + 0.8 * d["height"])
    assert "Here came o" in answer(page)
    page.locator(".live-said[role=status]", has_text="Here came o").wait_for(state="attached")  # it is said aloud
    page.locator(".live-tile").first.hover(force=True)
    assert "Here came t" in answer(page)
    page.locator("article h1").hover()
    assert "Here came d" in answer(page)
    page.locator(".live-said", has_text="Here came d").wait_for(state="attached")  # and that it is past
    write(page, "\U0001f44d dog")
    page.evaluate(CARET, 2)  # the thumb counts as two
    page.locator(".live-answer", has_text="Here came a space").wait_for()


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


def test_long_text_is_read_whole_and_breaks_where_the_text_box_does(live: Callable[..., Page]) -> None:
    page = live(viewport={"width": 320, "height": 800})
    page.locator(".live-more > summary").click()
    for text in [
        "w" * 300 + " end\n",
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
    total, n = page.locator(".live-count").inner_text().split(" for ")
    assert first_number(n) > 2_000
    page.locator(".live-numbers").get_by_text(total, exact=True).wait_for()
    page.get_by_label("Your text", exact=True).fill("a" * 4_001)
    assert "Only the first 4,000 characters are read." in page.locator(".live-note").inner_text()
    assert page.locator(".is-beyond").inner_text() == "a"
    count = re.fullmatch(r"Reading: ([\d,]+) of 4,000 characters", page.locator(".live-count").inner_text())
    assert count
    assert first_number(count[1]) < 4_000
    page.evaluate("courseLM.LONGEST = 40")
    write(page, "a" * 41)
    page.get_by_role("button", name="Keep writing").click()
    page.locator(".live-note", has_text="the model reads no more").wait_for()
    page.get_by_role("button", name="Keep writing").wait_for()
    assert len(page.get_by_label("Your text", exact=True).input_value()) == 41
    page.wait_for_url(re.compile("#text=a{40}$"))


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
    page.evaluate("scrollTo(0, document.body.scrollHeight), location.hash = 'text=my'")
    page.wait_for_function("document.querySelector('.live-model textarea').value === 'my'")
    assert page.get_by_label("Your text", exact=True).evaluate("area => area.getBoundingClientRect().top") >= 0


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
    packed = first_number(shown["Packed with this model"])
    assert packed == pytest.approx(first_number(shown["Total"]) / 8, abs=0.06)
    gzipped = first_number(shown["gzip"])
    assert gzipped == pytest.approx(len(gzip.compress(text.encode())), abs=8)  # libraries differ a little
    assert gzipped - first_number(shown["gzip, bare"]) == 18  # a header of 10 bytes, and 8 of checksum and length


def test_what_is_drawn_is_said_in_words_too(live: Callable[..., Page]) -> None:
    page = live("text=the+brave")
    for summary in (".live-more > summary", ".live-ledger > summary"):
        page.locator(summary).click()
    said = page.locator(".live-plot").get_attribute("aria-label") or ""
    assert "The costliest character is b, number 5" in said
    page.locator(".live-ledger tbody tr").first.wait_for()
    lines = page.locator(".live-ledger tbody tr").evaluate_all(CELLS)
    characters, _, _, costs, means = zip(*lines, strict=True)
    assert "".join(characters) == "the␣brave"
    assert means[-1] == numbers(page)["Cross-entropy"].split()[0]
    source = ledger(ToyEnglish(), ToyEnglish().tokenizer.encode("\nthe brave"))
    assert [float(line[2].split()[-1]) for line in lines] == pytest.approx([row.p for row in source], abs=0.001)
    top, begin, end = page.locator(".live-plot > span, .live-plot div span").all_inner_texts()
    assert (begin, end) == ("character 1", "20")
    heights = {
        kind: [first_number(top) * (1 - float(y) / 100) for y in re.findall(r"([\d.]+)(?=[ML]|$)", d)]
        for kind, d in page.locator(".live-plot path").evaluate_all(PATHS)
    }
    assert heights["cost"] == pytest.approx([float(cost) for cost in costs], abs=0.01)
    assert heights["mean"] == pytest.approx([float(one) for one in means], abs=0.01)
    assert heights["source"][-1] == pytest.approx(mean(row.bits for row in source), abs=0.01)
    assert page.locator(".live-said").inner_text() == ""  # silent until something changes
    write(page, "The dog")
    page.locator(".live-said", has_text="7 characters, ").wait_for(state="attached")
    assert "Capitals are read as small letters." in page.locator(".live-said").inner_text()


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
