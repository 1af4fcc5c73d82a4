"""What stands below the live model shows the numbers of the package, follows its text, and can be used by everyone."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import live_weights
import pytest
import torch

from course_lm import ToyEnglish, ledger

from . import page_checks
from .live_page import LIVE

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
CALM = {"reduced_motion": "reduce"}
PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 800}, **CALM}
COMPANIONS = ("tape", "arcs", "temperatures")
READ = """([name, text]) => Promise.all([courseLM.load(name), courseLM.ToySource.load()]).then(([model, source]) =>
    document.dispatchEvent(new CustomEvent("live-read", { detail: {
        state: { text, model: name }, characters: Array.from(text), seen: { isWhole: true },
        reader: new courseLM.Reader(model, name === "toy" ? source : null),
    } })))"""  # as the live model says it
DRAWN = {"tape": ".is-rival .tape-piece", "arcs": ".arcs-lines path", "temperatures": ".heat-cost"}


@pytest.fixture
def show(open_page: OpenPage, server: str) -> Callable[..., Page]:
    """``show(name)`` opens the page, and waits until a companion has drawn its own text."""

    def show(name: str, *, address: str = "", **options: object) -> Page:
        page = open_page(f"{server}/{LIVE}{address}", formulas=False, **{**CALM, **options})
        page.locator(f".live-{name}").scroll_into_view_if_needed()
        page.locator(f".live-{name} {DRAWN[name]}").first.wait_for()
        return page

    return show


def own_text(page: Page, name: str) -> str:
    """What a companion begins with."""
    return str(page.locator(f".live-{name}").get_attribute("data-text"))


def tape(page: Page, kind: str) -> str:
    """The bits of a tape."""
    return "".join(page.locator(f".{kind} .tape-bits").all_text_contents())


def test_tape_gives_the_text_back_and_each_letter_has_its_bits(show: Callable[..., Page], site: Path) -> None:
    page = show("tape")
    text, bits = own_text(page, "tape"), tape(page, "is-model")
    model, tokenizer = live_weights.read(site / "_static" / "live" / "toy_weights.js")
    costs = [row.bits for row in ledger(model, tokenizer.encode("\n" + text))]
    assert sum(costs) < len(bits) < sum(costs) + 3
    hanging = ["".join(letter.split("\n")[1:]) for letter in page.locator(".tape-letter").all_inner_texts()]
    assert len(hanging) == len(text) + 1
    assert "".join(hanging) == bits
    at = costs.index(max(costs))  # it begins with the costliest
    said = page.locator(".live-tape .companion-said").first.inner_text()
    assert f"the probability {2 ** -costs[at]:.3f}: {costs[at]:.2f} bits. " in said
    assert f"sure of {hanging[at]}. Up to here the letters cost {sum(costs[: at + 1]):.1f} bits, and " in said
    assert said.endswith(f" {len(''.join(hanging[: at + 1]))} are written.")
    assert page.locator(".is-model .is-lit").inner_text() == hanging[at]
    size = page.locator(".is-model .tape-name").inner_text()
    assert f"{len(bits)} bits = {-(-len(bits) // 8)} bytes" in size
    page.get_by_role("button", name="Read the tape").click()
    assert page.locator(".tape-out").inner_text().replace("\xa0", " ") == text
    assert f"All {len(text)} letters are back, from {len(bits)} bits" in page.locator(".tape-heard").inner_text()


def test_rival_tape_is_what_zlib_unpacks(show: Callable[..., Page]) -> None:
    page = show("tape")
    bits = tape(page, "is-rival")
    packed = int(bits, 2).to_bytes(len(bits) // 8, "big")
    assert zlib.decompress(packed, wbits=-zlib.MAX_WBITS).decode() == own_text(page, "tape")
    assert f"with them it has {len(packed) + 18} bytes" in page.locator(".live-tape .companion-note").inner_text()


def test_first_arc_leads_from_the_verb_to_the_plural_and_the_keyboard_moves_it(show: Callable[..., Page]) -> None:
    page = show("arcs")
    said = page.locator(".arcs-said")
    assert "the e of “dance” looks most at the s of “dogs”" in said.inner_text()
    weights = page.evaluate(
        """async (text) => {
            const model = await courseLM.load("toy");
            const at = 1 + text.indexOf("dance") + 4;
            return courseLM.attention(model, [...text]).map((heads) => heads.map((one) => Array.from(one[at])));
        }""",
        own_text(page, "arcs"),
    )
    slider = page.get_by_role("slider", name="Letter that is being read")
    checked = page.locator(".arcs-heads input:checked")
    layer, head = map(int, re.findall(r"\d", checked.get_attribute("aria-label") or ""))
    chosen = weights[layer - 1][head - 1]
    s, t = (own_text(page, "arcs").index(word) + len(word) for word in ("dogs", "dance"))
    assert chosen[s] == max(one[s] for heads in weights for one in heads)
    assert f"({100 * chosen[s]:.0f} %, {t - s} characters back), then at " in said.inner_text()
    assert said.inner_text().endswith(f"({100 * sorted(chosen)[-2]:.0f} %).")
    assert slider.get_attribute("aria-valuenow") == f"{t}"
    assert slider.get_attribute("aria-valuetext") == "the e of “dance”"
    assert page.locator(".arcs-lines path").count() == sum(w >= 0.01 for w in chosen[:-1])
    assert page.locator(".arcs-lines text").first.text_content() == f"{100 * chosen[s]:.0f} %"
    letters = page.locator(".arcs-letter")
    assert page.locator(".arcs-letter.is-later").count() == letters.count() - t - 1
    opacity = letters.nth(s).locator(".arcs-share").evaluate("one => Number(one.style.opacity)")
    assert opacity == pytest.approx(chosen[s], abs=0.001)
    widest = page.locator(".arcs-lines path").last.evaluate("path => parseFloat(path.style.strokeWidth)")
    assert widest == pytest.approx(16 * max(chosen), abs=0.01)
    page.get_by_role("radio", name=f"layer {layer}, their mean").check()
    mean = sum(one[s] for one in weights[layer - 1]) / len(weights[layer - 1])
    assert f"({100 * mean:.0f} %" in said.inner_text()
    slider.press("ArrowLeft")
    assert "the c of “dance” looks" in said.inner_text().replace("look ", "looks ")
    slider.press("Home")
    assert "the line break itself" in said.inner_text()
    for word in ("t of “the”", "h of “the”", "e of “the”", "space after “the”"):
        slider.press("ArrowRight")
        assert f"the {word} looks" in said.inner_text().replace("look ", "looks ")
    slider.press("End")
    assert slider.get_attribute("aria-valuetext") == "the period after “rest”"


def test_mouse_shows_what_a_letter_reads_and_a_click_keeps_it(show: Callable[..., Page]) -> None:
    page = show("arcs")
    said, letters = page.locator(".arcs-said"), page.locator(".arcs-letter")
    letters.nth(2).hover()
    letters.nth(2).hover(position={"x": 4, "y": 30})  # it moves there
    assert "the h of “the”" in said.inner_text()
    page.mouse.move(1, 1)
    assert "the e of “dance”" in said.inner_text()
    letters.nth(2).click()
    page.mouse.move(1, 1)
    assert "the h of “the”" in said.inner_text()
    page.evaluate(READ, ["toy", "w" * 100])  # more than the model reads at once
    page.wait_for_function("document.querySelectorAll('.arcs-letter').length === 72")
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(
            """() => [...document.querySelectorAll(".arcs-letter text")].every((letter) =>
                letter.getAttribute("x") <= document.querySelector(".arcs-row").clientWidth)"""
        )
    page.evaluate(READ, ["shakespeare", "To be!"])
    page.wait_for_function("document.querySelectorAll('.arcs-letter').length === 7")
    heads = "courseLM.load('shakespeare').then((model) => model.nLayers * (model.nHeads + 1))"
    assert page.locator(".arcs-heads input").count() == page.evaluate(heads)


def test_all_temperatures_draw_with_the_same_numbers(show: Callable[..., Page], site: Path) -> None:
    page = show("temperatures")
    model, tokenizer = live_weights.read(site / "_static" / "live" / "toy_weights.js")
    source = ToyEnglish()
    draws = torch.rand(44, generator=torch.Generator().manual_seed(2), dtype=torch.float64).tolist()
    page.evaluate("draws => { let n = 0; courseLM.random = () => draws[n++]; }", draws)
    page.get_by_role("button", name="Again").click()
    begin = own_text(page, "temperatures")
    verdicts, heard = set(), str(page.locator(".live-temperatures [role=status]").text_content())
    for row, temperature in zip(page.locator(".heat-row").all(), (0, 1, 2), strict=True):
        ids = tokenizer.encode("\n" + begin)
        for u in draws:
            with torch.no_grad():
                z = model(ids[None])[0, -1].double()
            p = (z / temperature).softmax(0) if temperature else (z == z.max()).double()
            ids = torch.cat([ids, torch.searchsorted(p.cumsum(0), torch.tensor([u]), right=True)])
        text = tokenizer.decode(ids[1:].tolist())
        written = "".join(row.locator(".heat-letter").all_text_contents()).replace("↵", "\n")
        assert begin + written == text
        assert row.locator(".heat-before").inner_text() == begin
        assert row.locator(".is-to-come").count() == 0
        costs = [one.bits for one in ledger(model, ids)[len(begin) :]]
        assert row.locator(".heat-cost").inner_text() == f"{sum(costs) / len(draws):.2f} bits per character"
        lines = row.locator(".heat-letter").evaluate_all("all => all.map(e => +e.style.getPropertyValue('--bits'))")
        assert lines == pytest.approx([min(cost, 8) for cost in costs], abs=0.01)
        assert f"Temperature {temperature}: {written}." in heard.replace(" line break ", "\n")
        possible = torch.isfinite(source(ids[None])[0, :-1].gather(1, ids[1:, None])[:, 0]).tolist()
        wrong = row.locator(".heat-letter.is-wrong").count()
        assert wrong == (not all(possible))
        if wrong:
            place = row.locator(".heat-letter").evaluate_all("all => all.findIndex(one => one.matches('.is-wrong'))")
            assert len(begin) + place == possible.index(False)
            assert f" {written[place]} " in row.locator(".heat-facts").inner_text().split("never writes")[1]
        verdicts.add(row.locator(".heat-facts").inner_text().split("\n")[-1][:12])
    assert len(verdicts) == 2  # one can be written, one cannot
    page.evaluate(READ, ["toy", "the bold "])
    page.locator(".heat-facts", has_text="No sentence of the source begins like this.").last.wait_for()


def test_companions_follow_the_text_from_its_first_change_on(show: Callable[..., Page]) -> None:
    page = show("tape")
    own = own_text(page, "tape")
    letters = page.locator(".tape-letter b")

    def shown() -> str:
        return "".join(letters.all_text_contents()).removesuffix("end").replace("\xa0", " ")

    page.wait_for_timeout(300)  # the live model has said what it begins with
    assert shown() == own
    page.get_by_role("button", name="Read the tape").click()
    page.evaluate(READ, ["shakespeare", "To be!"])
    page.wait_for_function("document.querySelectorAll('.tape-letter').length === 7")
    assert shown() == "To be!"
    assert page.locator(".tape-heard").inner_text() == "Nothing is read yet."
    assert page.locator(".tape-letter.is-lit").count() == 1
    page.locator(".live-temperatures").scroll_into_view_if_needed()
    page.locator(".heat-before", has_text="To be!").first.wait_for()
    assert "source" not in page.locator(".heat-facts").first.inner_text()
    page.evaluate(READ, ["toy", ""])
    page.locator(".live-tape").scroll_into_view_if_needed()  # none is drawn far from the window
    page.wait_for_function("document.querySelectorAll('.tape-letter').length === 1")


def test_text_comes_letter_by_letter_only_where_motion_is_wanted(show: Callable[..., Page]) -> None:
    text = "the small lions near the rivers run, and the poets hum."
    page = show("tape", address=f"#text={text.replace(' ', '+')}", reduced_motion="no-preference")
    page.wait_for_function("n => document.querySelectorAll('.tape-letter').length === n", arg=len(text) + 1)
    page.get_by_role("button", name="Read the tape").click()
    page.get_by_role("button", name="To the end").wait_for()
    page.locator(".is-model .is-read").first.wait_for()
    assert page.locator(".is-model .tape-piece:not(.is-read)").count()
    assert "·" in page.locator(".tape-out").inner_text()
    page.get_by_role("button", name="To the end").click()
    assert "Nothing is lost" in page.locator(".tape-heard").inner_text()


COUNT_STEPS = """courseLM.load("toy").then((model) => {
    const session = model.session.bind(model);
    window.steps = 0;
    model.session = () => {
        const one = session();
        const append = one.append.bind(one);
        return Object.assign(one, { append: (id) => { window.steps += 1; return append(id); } });
    };
})"""


def test_text_that_the_page_has_read_is_not_read_again(show: Callable[..., Page]) -> None:
    page = show("temperatures")
    page.evaluate(COUNT_STEPS)
    page.evaluate("window.before = document.querySelector('.heat-before').textContent")
    page.get_by_label("Your text", exact=True).fill("the dogs rest and " * 30)
    page.locator(".live-count", has_text="540 characters").wait_for()
    page.locator(".live-temperatures").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.heat-before').textContent !== window.before")
    assert 3 * 44 <= page.evaluate("window.steps") < 600  # windows of 72 for the letters that are written


def test_companions_keep_their_size_are_accessible_and_have_a_sentence_in_print(show: Callable[..., Page]) -> None:
    page = show("tape", **PHONE)
    before = [page.locator(f".live-{name} .companion-live").bounding_box() for name in COMPANIONS]
    for name in COMPANIONS:
        page.locator(f".live-{name}").scroll_into_view_if_needed()
        page.locator(f".live-{name} {DRAWN[name]}").first.wait_for()
    after = [page.locator(f".live-{name} .companion-live").bounding_box() for name in COMPANIONS]
    assert [box and box["height"] for box in before] == [box and box["height"] for box in after]
    page.emulate_media(media="print")
    assert page.locator(".companion-live:visible").count() == 0
    assert page.locator(".companion-static:visible").count() == len(COMPANIONS)
    page.emulate_media(media="screen")
    assert not page_checks.faults_of(page, ".companion", page_checks.WITHOUT_COLORS)
    assert not list(page_checks.colors(page))
