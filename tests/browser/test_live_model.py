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

import pytest

from course_lm import ToyEnglish, ledger

from .live_page import CARET, LIVE, WHOLE, answer, first_number, numbers, write

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
NEXT = "() => Array.from(document.querySelector('.live-model').widget.seen.next.distribution)"
PATHS = "all => all.map(path => [path.getAttribute('class'), path.getAttribute('d')])"
CELLS = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"


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
    page.get_by_role("button", name="Keep writing").click()
    page.get_by_role("tab", name="You against it").click()  # nobody sees it any more
    page.wait_for_function("document.querySelector('.live-tools').textContent.includes('Keep writing')")


def test_letter_that_was_asked_for_is_not_written_into_another_text(live: Callable[..., Page]) -> None:
    page = live()
    page.get_by_label("Your text", exact=True).fill("the dogs rest and " * 200)
    page.get_by_role("button", name="Write a letter").click()
    page.locator(".live-chips").get_by_text("the dogs near the castle dances.").click()
    page.locator(".live-answer", has_text="Here came s").wait_for()
    page.wait_for_timeout(300)
    assert page.get_by_label("Your text", exact=True).input_value() == "the dogs near the castle dances."
    assert "Here came s" in answer(page)


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
    page.get_by_role("button", name="Try Shakespeare").press("Enter")
    assert page.get_by_label("Your text", exact=True).evaluate("area => area === document.activeElement")
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


@pytest.mark.parametrize(("times", "least"), [(12, 600), pytest.param(36, 2_000, marks=pytest.mark.long)])
def test_long_text_is_read_whole_and_breaks_where_the_text_box_does(
    live: Callable[..., Page], times: int, least: int
) -> None:
    page = live(viewport={"width": 320, "height": 800})
    page.locator(".live-more > summary").click()
    for text in [
        "w" * 300 + " end\n",
        "the dogs near the castle dance, and rest.\nNo \U0001f600 here \u2014 none. " * times,
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
    assert first_number(n) > least
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
    write(page, "the dog")
    assert "reads no more" not in page.locator(".live-note").inner_text()


def test_letters_below_the_first_screen_of_the_box_can_be_clicked_and_marked(live: Callable[..., Page]) -> None:
    page = live(viewport={"width": 390, "height": 844})
    text = "the dogs near the castle dance, and the kittens rest. " * 4
    write(page, text)
    page.locator("article h1").click()
    page.locator(".live-tile").nth(len(text) - 3).click(force=True)
    assert page.get_by_label("Your text", exact=True).evaluate("area => area === document.activeElement")
    page.locator(".live-answer", has_text="Here came t").wait_for()
    heights = page.evaluate("['textarea', '.live-mirror'].map((one) => document.querySelector(one).offsetHeight)")
    assert heights[0] == heights[1]
    assert page.evaluate("document.querySelector('textarea').scrollTop") == 0
    around = "one => one.offsetParent.className"  # in which the caret and the signs of line breaks have their places
    assert "live-editor" in page.locator(".live-end").evaluate(around)


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
