"""The guesses of the chapters score as Python does, show what the notebook computed, and keep a tally until cleared."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from . import page_checks

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

OpenPage = Callable[..., "Page"]
CHAPTER = "book/03_cross_entropy.html"


@pytest.fixture
def chapter(open_page: OpenPage, server: str) -> Page:
    """The page of chapter 3, on a device on which nothing is kept."""
    return open_page(f"{server}/{CHAPTER}", formulas=False, only=".guess")


@pytest.fixture
def scripts(open_page: OpenPage, server: str) -> Page:
    """The same page, of which a test only calls functions."""
    return open_page(f"{server}/{CHAPTER}", formulas=False, kept=True)


def guess(page: Page, kind: str) -> Locator:
    """The first guess of a kind."""
    return page.locator(f'.guess[data-kind="{kind}"]').first


def look(instrument: Locator) -> str:
    """Show the answer, and return what is then said."""
    instrument.get_by_role("button", name="Show the answer").click()
    return instrument.get_by_role("status").inner_text()


def test_shares_sum_to_100_with_none_below_1_and_the_others_keep_their_proportions(scripts: Page) -> None:
    moves = [(0, 34), (1, 100), (1, 0), (2, 60), (0, 1), (2, 1), (1, 50)]
    script = """(moves) => {
        const { percents, moved } = courseLM.guess;
        let weights = [1, 1, 1, 1];
        return moves.map(([i, percent]) => {
            const before = weights;
            weights = moved(weights, i, percent);
            return [before, weights, percents(weights)];
        });
    }"""
    for (i, asked), (before, after, shown) in zip(moves, scripts.evaluate(script, moves), strict=True):
        assert sum(shown) == 100
        assert min(shown) >= 1
        assert shown[i] == min(97, max(1, asked))
        others = [k for k in range(4) if k != i]
        assert [after[k] for k in others] == [before[k] for k in others]


def test_costs_of_shares_are_cross_entropies_in_bits(scripts: Page) -> None:
    rng = np.random.default_rng(0)
    for n in (2, 3, 5):
        q, p = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(n))
        q[0] = 0
        cost = scripts.evaluate("([q, p]) => courseLM.guess.bits(q, p)", [q.tolist(), p.tolist()])
        assert cost == pytest.approx(-(q / q.sum() * np.log2(p)).sum())


def test_numbers_are_read_as_people_write_them(scripts: Page) -> None:
    typed = {"1,000": 1000, "0.5": 0.5, "0,5": 0.5, "1/2": 0.5, "14 %": 14, "2,501.5": 2501.5, "lots": None, "": None}
    typed |= {"0,016": 0.016, "1,125,000": 1_125_000, "12,5": 12.5, "1,5/2": 0.75, "1e400": None, "1/0": None}
    read = "(texts) => texts.map((text) => courseLM.guess.readNumber(text) || null)"
    assert scripts.evaluate(read, list(typed)) == list(typed.values())


P = "bars => bars.map((bar) => Number(bar.style.getPropertyValue('--p')))"


def test_dragged_shares_are_priced_against_the_truth_of_the_page(chapter: Page) -> None:
    instrument = guess(chapter, "share")
    answers = instrument.locator("details li").all_text_contents()
    q = np.array([float(text.rpartition(":")[2]) for text in answers])
    instrument.get_by_role("slider").first.focus()
    for _ in range(16):
        chapter.keyboard.press("ArrowRight")
    assert instrument.locator(".guess-figure.is-mine").all_inner_texts() == ["0.50", "0.25", "0.25"]
    mine, true = (instrument.locator(f".guess-bar.is-{whose}") for whose in ("mine", "true"))
    assert mine.evaluate_all(P) == [0.5, 0.25, 0.25]
    assert true.evaluate_all(P) == pytest.approx((q / q.sum()).tolist(), abs=0.001)
    assert instrument.get_by_role("slider").first.get_attribute("aria-valuetext") == "50 percent"
    assert not true.first.is_visible()
    said = look(instrument)
    assert true.first.is_visible()
    assert said.startswith(("the truth: ", "the model: ")[instrument.get_attribute("data-by") == "model"])
    assert "bits too much." in said
    cost, floor = -(q * np.log2([0.5, 0.25, 0.25])).sum(), -(q * np.log2(q)).sum()
    shown = [float(text) for text in re.findall(r"\d\.\d\d", said.split("On average")[1])]
    assert shown == pytest.approx([cost, floor, math.log2(3), cost - floor], abs=0.0101)
    assert all(text.strip() in said for text in (answer.rpartition(":")[2] for answer in answers))
    tally = instrument.locator(".guess-tally").inner_text()
    assert tally.startswith(f"1 guess on this device: shares cost {shown[-1]:.2f} bits more than they had to.")
    instrument.get_by_role("slider").first.press("End")
    assert "0.98" in instrument.locator(".guess-figure.is-mine").first.inner_text()
    assert instrument.get_by_role("status").inner_text() != said


def test_number_is_off_by_a_factor(chapter: Page) -> None:
    instrument = guess(chapter, "number")
    truth = float(instrument.locator("details b").text_content() or "")
    box, mine = instrument.get_by_role("textbox"), instrument.locator(".guess-mine")
    place = "(mark) => parseFloat(mark.style.left)"  # percent of the ruler, on which eight times as much is at 94
    assert "Type a number" in look(instrument)
    assert box.evaluate("(box) => box === document.activeElement")
    for times, words in {1: "Right.", 1.05: "Nearly: too large by 5 %.", 3: "Too large by a factor of 3.0"}.items():
        box.fill(f"{times * truth:g}")
        assert words in look(instrument)
        assert mine.evaluate(place) == pytest.approx(50 + 44 * math.log2(times) / 3, abs=0.1)
        assert mine.inner_text() == "you"
    assert instrument.locator(".guess-tick").all_inner_texts() == ["÷8", "÷4", "÷2", "", "×2", "×4", "×8"]
    box.fill(f"{truth / 12:g}")
    assert "Too large" not in instrument.get_by_role("status").inner_text()
    chapter.keyboard.press("Enter")
    assert (mine.evaluate(place), mine.inner_text()) == (6, "◂ you")
    assert "Too small by a factor of 12" in instrument.get_by_role("status").inner_text()
    assert instrument.locator(".guess-target").inner_text() == f"{truth:g}"


def test_tally_of_first_guesses_is_kept_until_it_is_cleared(chapter: Page, server: str) -> None:
    instrument = guess(chapter, "choice")
    assert "Choose one first" in look(instrument)
    assert instrument.get_by_role("radio").first.evaluate("(radio) => radio === document.activeElement")
    right = (instrument.locator("details b").text_content() or "").strip()
    instrument.get_by_role("radio").last.check()
    assert "Not this time" in look(instrument)
    assert "the answer" in instrument.locator("label", has_text=right).inner_text()
    lesson = (instrument.locator("details > p").last.text_content() or "").split()[-3:]
    assert instrument.get_by_role("status").inner_text().split()[-3:] == lesson
    assert instrument.locator(".is-true").count() == 1
    tags = instrument.locator(".guess-tag")
    assert sorted(filter(None, tags.all_inner_texts())) == ["your guess", "✓ the answer"]
    instrument.get_by_role("button", name="Guess again").click()
    assert not any(tags.all_inner_texts())
    assert instrument.locator(".guess-tally").inner_text() == ""
    instrument.get_by_role("radio", name=right).check()
    assert "Right." in look(instrument)  # a second guess is not counted
    chapter.reload()
    instrument = guess(chapter, "number")
    instrument.get_by_role("textbox").fill(f"{2 * float(instrument.locator('details b').text_content() or ''):g}")
    look(instrument)
    tally = instrument.locator(".guess-tally")
    assert "2 guesses on this device: numbers were off by a factor of 2.0, 0 of 1 choices" in tally.inner_text()
    tally.get_by_role("button", name="Forget them").press("Enter")
    assert tally.inner_text() == "No guess is kept on this device."
    assert chapter.locator(":focus").inner_text() == "Guess again"
    assert chapter.evaluate("localStorage.getItem('course-lm guesses')") is None


def test_guesses_are_accessible_and_stay_in_their_room_on_a_phone(open_page: OpenPage, server: str) -> None:
    page = open_page(
        f"{server}/{CHAPTER}", viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce"
    )
    for kind in ("share", "number", "choice"):
        instrument = guess(page, kind)
        if kind == "number":
            instrument.get_by_role("textbox").fill("1000")
        if kind == "choice":
            instrument.get_by_role("radio").first.check()
        look(instrument)
    within = "all => all.every((e) => e.getBoundingClientRect().right <= 390)"
    assert page.locator(".guess :is(span, button, input[type=text], p)").evaluate_all(within)
    assert page_checks.faults_of(page, ".guess") == []


def test_paper_shows_question_and_answer_without_the_instrument(chapter: Page) -> None:
    chapter.emulate_media(media="print")
    for kind in ("share", "number", "choice"):
        instrument = guess(chapter, kind)
        instrument.locator("details > :last-child").wait_for()
        assert instrument.locator("p").first.is_visible()
        assert not instrument.locator(".guess-live").is_visible()


def test_pages_with_guesses_and_no_others_load_their_scripts(site: Path, pages: list[str]) -> None:
    for path in pages:
        html = (site / path).read_text(encoding="utf-8")
        assert ("guess/guess.js" in html) == ('class="guess"' in html) == path.startswith("book/0"), path
