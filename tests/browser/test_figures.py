"""The interactive figures show what is right, move with the keyboard, and have a static part for everyone else."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from bs4 import Tag

from . import page_checks
from .conftest import soup
from .figure_page import CHAPTERS, open_figure

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

OpenPage = Callable[..., "Page"]


def static_part(site: Path, name: str) -> Tag:
    """What stands in the page's source: the part for readers without scripts."""
    page = soup(site / "book" / f"{CHAPTERS[name]}.html")
    found = page.select_one(f'figure[data-figure="{name}"] > .figure-static')
    assert isinstance(found, Tag)
    return found


def table(site: Path, name: str) -> list[list[str]]:
    """The rows of the table in the static part."""
    return [[cell.get_text() for cell in row.find_all("td")] for row in static_part(site, name).select("tbody tr")]


def press(page: Page, key: str, times: int = 1) -> None:
    """Press a key several times."""
    for _ in range(times):
        page.keyboard.press(key)


def test_softmax_follows_the_logits_and_the_temperature(open_page: OpenPage, site: Path) -> None:
    letters, z = zip(*((letter, float(logit)) for letter, logit in table(site, "softmax")), strict=True)
    page = open_figure(open_page, site, "softmax").page
    assert shares(page) == softmax(z, 1)
    widths = page.locator(".softmax-row .bar").evaluate_all("all => all.map(bar => parseFloat(bar.style.width))")
    assert [f"{width:.1f} %" for width in widths] == softmax(z, 1)
    assert page.locator(".softmax-row input + span").first.inner_text() == f"{z[0]:.1f}"
    logit = page.get_by_label(f"logit of {letters[0]}")
    assert logit.get_attribute("aria-valuetext") == f"{z[0]:.1f}, probability {softmax(z, 1)[0]}"
    note, heat = page.locator('[role="status"].figure-note'), page.get_by_label("temperature τ")
    odds = f"exp(({z[0]:.1f} − {z[1]:.1f}) / 1.0) = {math.exp(z[0] - z[1]):.2f}"
    assert note.inner_text() == f"Odds of {letters[0]} against {letters[1]}: {odds}"
    page.get_by_label(f"logit of {letters[1]}").focus()
    press(page, "ArrowRight", round(10 * (z[0] - z[1])))  # a step is a tenth
    level = [z[0], z[0], *z[2:]]
    assert shares(page) == softmax(level, 1)
    page.get_by_role("button", name="Add 1 to every logit").press("Enter")
    assert page.get_by_label(f"logit of {letters[0]}").input_value() == f"{z[0] + 1:g}"
    assert shares(page) == softmax(level, 1)
    for _ in range(9):  # until a slider is at its end
        page.get_by_role("button", name="Add 1 to every logit").press("Enter")
    assert f"The slider of {letters[0]} ends at 10." in page.locator('[role="status"].figure-note').inner_text()
    assert shares(page) == softmax(level, 1)
    heat.focus()
    press(page, "ArrowRight", 5)
    assert shares(page) == softmax(level, 1.5)
    assert " / 1.5) = 1.00" in note.inner_text()
    assert heat.get_attribute("aria-valuetext") == f"1.5, {letters[0]} has {softmax(level, 1.5)[0]}"
    press(page, "Home")
    assert shares(page) == ["50.0 %", "50.0 %", "0.0 %", "0.0 %", "0.0 %"]  # greedy: the two largest share
    assert note.inner_text() == "At τ = 0 the largest logits share all: greedy."
    page.get_by_role("button", name="Add 1 to every logit").press("Enter")
    page.get_by_label(f"logit of {letters[1]}").press("ArrowRight")
    assert note.inner_text() == "At τ = 0 the largest logit takes all: greedy."
    page.emulate_media(forced_colors="active")
    grounds = "one => [one, one.parentElement].map((one) => getComputedStyle(one).backgroundColor)"
    assert len(set(page.locator(".softmax-row .bar").first.evaluate(grounds))) == 2
    page.get_by_role("button", name="Reset").press("Enter")
    assert shares(page) == softmax(z, 1)
    assert_accessible(page)


def shares(page: Page) -> list[str]:
    """The probabilities that the softmax figure shows."""
    return page.locator(".softmax-row .share").all_inner_texts()


def softmax(z: Sequence[float], tau: float) -> list[str]:
    """The same, computed here."""
    weights = np.exp(np.array(z) / tau)
    return [f"{100 * p:.1f} %" for p in weights / weights.sum()]


def test_surprisal_is_the_negative_logarithm_up_to_both_ends(open_page: OpenPage, site: Path) -> None:
    examples = [row[0] for row in table(site, "surprisal")]
    figure = open_figure(open_page, site, "surprisal")
    page = figure.page
    for example in examples:
        p = float(Fraction(example))
        figure.get_by_role("button", name=f"p = {example}", exact=True).press("Enter")
        assert f"p = {example} costs {cost(p)}" in figure.inner_text()
        assert figure.locator("input").input_value() == f"{100 * p:.0f}"
        assert cost(p) in str(figure.locator("svg").get_attribute("aria-label"))
    curve = coordinates(figure, ".curve")
    for x, y in zip(curve[::2], curve[1::2], strict=True):
        assert y == pytest.approx(220 + 194 / 7.5 * math.log((x - 42) / 312), abs=0.01)
    ten = figure.locator("svg text", has_text=re.compile("^10$"))  # bits
    assert float(str(ten.get_attribute("y"))) - 5 == pytest.approx(220 - 194 / 7.5 * 10 * math.log(2))
    figure.get_by_label("probability p, percent").focus()
    for key, p in {"End": 1.0, "ArrowLeft": 0.99, "PageDown": 0.89, "Home": 0.0}.items():
        page.keyboard.press(key)
        assert f"p = {100 * p:.0f} % costs {cost(p)}" in figure.inner_text(), key
        assert cost(p) in str(figure.locator("input").get_attribute("aria-valuetext"))
    axis, slider = figure.locator("svg .axis").bounding_box(), figure.locator("input").bounding_box()
    assert axis is not None
    assert slider is not None
    # The handle, 16 pixels wide, is under the point. The box of the axis has room for the tips of its line.
    assert slider["x"] + 8 == pytest.approx(axis["x"] + 2.4, abs=1)
    assert slider["width"] - 16 == pytest.approx(axis["width"] - 4.8, abs=1)
    drag(page, figure.locator("svg .axis"), 0.25, to=0.75)
    assert cost(0.75) in figure.inner_text()
    x, y = 42 + 0.75 * 312, 220 + 194 / 7.5 * math.log(0.75)
    assert coordinates(figure, ".point")[:2] == pytest.approx([x - 8, y])
    assert coordinates(figure, ".guide") == pytest.approx([42, y, 354, x, y, 220])
    assert_accessible(page)


def coordinates(figure: Locator, path: str) -> list[float]:
    """The numbers of a path."""
    return [float(number) for number in re.findall(r"-?[\d.]+", str(figure.locator(path).get_attribute("d")))]


def cost(p: float) -> str:
    """What the figure should say."""
    if p == 0:
        return "∞ nats = ∞ bits. It was called impossible, and it came."
    if p == 1:
        return "0 nats = 0 bits. Certain and right costs nothing."
    bits = f"{-math.log2(p):.2f}"
    return f"{-math.log(p):.2f} nats = {bits} bits, like guessing {bits} flips of a fair coin."


def drag(page: Page, axes: Locator, start: float, to: float) -> None:
    """Drag from one probability to another."""
    axes.scroll_into_view_if_needed()
    box = axes.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + to * box["width"], middle, steps=3)
    page.mouse.up()


def test_coder_narrows_the_interval_by_the_shares(open_page: OpenPage, site: Path) -> None:
    rows = table(site, "coder")
    first, second = ({symbol: Fraction(row[k]) for symbol, *row in rows} for k in (0, 1))
    code = static_part(site, "coder").code
    assert code is not None
    page = open_figure(open_page, site, "coder").page
    assert walk(page, code.get_text(), first).startswith("0.01001100100111 ")  # the code words of the chapter
    page.get_by_role("button", name="Start over").press("Enter")
    assert_numbers(page, "", first)
    page.get_by_label("message").fill("aaxaa")  # x is no symbol
    page.locator(".course-figure").get_by_label("shares").select_option("mostly a")
    assert walk(page, "aaaa", second).startswith("0.00 ")
    page.get_by_role("button", name="Next character").press("Enter")
    assert "The message is over." in page.locator('.course-figure [role="status"]').inner_text()
    page.get_by_role("button", name="Back").press("Enter")
    assert_numbers(page, "aaa", second)
    page.get_by_label("message").fill("dcbddcdddddd")  # as narrow as it gets
    walk(page, "dcbddcdddddd", second)
    assert_accessible(page)


def walk(page: Page, message: str, share: dict[str, Fraction]) -> str:
    """Step through a message, check the numbers of each step, and return the last shortest name."""
    for n in range(len(message)):
        assert_numbers(page, message[:n], share)
        page.get_by_role("button", name="Next character").press("Enter")
    return assert_numbers(page, message, share)


X_AND_WIDTH = "all => all.map(one => ['x', 'width'].map(name => Number(one.getAttribute(name))))"


def assert_numbers(page: Page, coded: str, share: dict[str, Fraction]) -> str:
    """Compare what the figure shows with exact fractions; return the shortest name."""
    low, width = Fraction(0), Fraction(1)
    for symbol in coded:
        low += width * sum((share[s] for s in share if s < symbol), Fraction(0))
        width *= share[symbol]
    shown_low, shown_high, shown_width, bits, name = page.locator(".figure-numbers dd").all_inner_texts()
    decimals = len(shown_low.split(".")[1])
    wanted = [f"{float(x):.{decimals}f}" for x in (low, low + width, width)]
    assert [shown_low, shown_high, shown_width] == wanted
    assert float(shown_width) == pytest.approx(float(width), rel=0.06)  # enough decimals to see how wide it is
    assert bits == f"{math.log2(1 / width):.2f}"
    figure, rest = page.locator('[data-figure="coder"]'), page.get_by_label("message").input_value()[len(coded) :]
    progress = figure.locator(".coder-progress").inner_text()
    assert progress == f"coded: {coded or 'nothing'}, to come: {rest or 'nothing'}"
    said = f"After {coded}: from {shown_low} to {shown_high}, {bits} bits."
    assert figure.get_by_role("status").inner_text() == (said if coded else "Nothing is coded: every number is left.")
    (x, kept), *parts = figure.locator(".kept, .share").evaluate_all(X_AND_WIDTH)
    assert (x, kept) == pytest.approx((min(400 * low, 400 - kept), max(400 * width, 2)))
    begins = itertools.accumulate(share.values(), initial=Fraction(0))
    assert parts == [[400 * begin, 400 * part] for begin, part in zip(begins, share.values(), strict=False)]
    striped = figure.locator(".share").evaluate_all("all => all.map(one => one.style.fill !== '')")
    assert striped == [symbol == rest[:1] for symbol in share]
    to_low, to_high = re.findall(r"M([-.e\d]+) ", str(figure.locator(".guide").get_attribute("d")))
    assert (float(to_low), float(to_high)) == pytest.approx((400 * low, 400 * (low + width)))
    if coded:
        digits = name.split()[0].removeprefix("0.")
        begin, length = Fraction(int(digits, 2), 2 ** len(digits)), Fraction(1, 2 ** len(digits))
        assert low <= begin
        assert begin + length <= low + width
        assert 2 * length > width / 2  # with two digits fewer no name would fit
    return name


def test_mask_says_in_which_layer_an_open_cell_gives_an_answer_away(open_page: OpenPage, site: Path) -> None:
    code = static_part(site, "mask").code
    assert code is not None
    n = len(code.get_text())
    mask = np.tri(n, dtype=bool)
    page = open_figure(open_page, site, "mask").page
    cells = page.locator(".mask-table tbody button")
    status = page.locator('[data-figure="mask"] [role="status"]')
    assert verdicts(page) == ["never"] * n
    page.locator(".mask-table tbody tr").nth(5).hover()
    about = page.locator("#mask-about")
    assert "has read “↵the␣b” and must predict “r”" in about.inner_text()
    assert page.locator(".is-looked-at .mask-answer").all_inner_texts() == ["r"]
    assert "".join(cells.all_inner_texts()) == "".join("●" if isopen else "−∞" for isopen in mask.flat)

    cells.first.focus()
    press(page, "ArrowDown", 2)
    press(page, "ArrowRight", 5)
    press(page, "Space")  # row 2 reads input 5
    mask[2, 5] = True
    assert verdicts(page) == layers_to_answer(mask)
    assert page.locator(".mask-table button:focus").get_attribute("aria-pressed") == "true"
    assert "It also reads “b”, from the future." in about.inner_text()
    assert page.locator(":focus").get_attribute("aria-label") == "row 3, h, reads input 6, b"
    assert "by way of others, in a later layer: “e”" in status.inner_text()
    assert page.locator(".is-leaking").count() == n - verdicts(page).count("never") > 0
    assert page.locator(".mask-table button[tabindex='0']").count() == 1  # Tab enters the table once
    press(page, "ArrowDown", 4)
    press(page, "ArrowRight", 9)  # stops at the last
    press(page, "Enter")  # row 6 reads input 7, its own answer
    mask[6, 7] = True
    assert verdicts(page) == layers_to_answer(mask)
    assert "by the very row that must predict it: “a”" in status.inner_text()
    assert_accessible(page)

    cells.nth(3 * n + 2).press("Space")  # row 3 reads input 2, and will: only the future can be closed
    assert about.inner_text().endswith(" Its past stays open.")
    assert verdicts(page) == layers_to_answer(mask)
    page.get_by_role("button", name="Close all leaks").press("Enter")
    assert verdicts(page) == ["never"] * n
    assert status.inner_text() == "No row can read its answer."
    cells.nth(n + 3).press("Space")
    assert "from the future" in about.inner_text()
    page.get_by_role("button", name="Close all leaks").press("Enter")
    assert "from the future" not in about.inner_text()


def verdicts(page: Page) -> list[str]:
    """For each row, the layer in which its answer is seen."""
    return page.locator(".mask-verdict").all_inner_texts()


def layers_to_answer(mask: np.ndarray) -> list[str]:
    """The smallest power of the mask that joins a row with its answer, which the last row does not have."""
    n = len(mask)
    powers = [np.linalg.matrix_power(mask.astype(int), layers) for layers in range(1, n + 1)]
    found = [[k for k, power in enumerate(powers, 1) if t + 1 < n and power[t, t + 1]] for t in range(n)]
    return [str(layers[0]) if layers else "never" for layers in found]


@pytest.mark.parametrize("name", ["mask", "coder"])
def test_figures_keep_their_height_while_used(open_page: OpenPage, site: Path, name: str) -> None:
    figure = open_figure(open_page, site, name, viewport={"width": 390, "height": 844})
    page = figure.page
    heights = [figure.evaluate("figure => figure.offsetHeight")]
    if name == "mask":
        for _ in range(6):  # more and longer sentences
            page.locator(".mask-future").first.click()
            heights.append(figure.evaluate("figure => figure.offsetHeight"))
    else:
        page.get_by_label("message").fill("dcbddcdddddd")
        for _ in range(13):
            page.get_by_role("button", name="Next character").click()
            heights.append(figure.evaluate("figure => figure.offsetHeight"))
    assert len(set(heights)) == 1, heights


def assert_accessible(page: Page) -> None:
    """Axe finds nothing in a figure that is in use; on paper its static part stands instead.

    Light and dark differ in color alone.
    """
    figure = page.locator(".course-figure")
    rules_of: dict[page_checks.Theme, dict[str, list[str]]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
    for mode, rules in rules_of.items():
        page.emulate_media(color_scheme=mode, reduced_motion="reduce")
        page.wait_for_selector(f'html[data-theme="{mode}"]', state="attached")
        assert page_checks.faults_of(page, ".course-figure", rules) == []
    page.emulate_media(media="print")
    assert (figure.locator(".figure-live").is_visible(), figure.locator(".figure-static").is_visible()) == (False, True)
    page.emulate_media(media="screen", color_scheme="light", reduced_motion="no-preference")
    assert (figure.locator(".figure-live").is_visible(), figure.locator(".figure-static").is_visible()) == (True, False)


def test_only_pages_with_a_figure_load_its_scripts(site: Path, pages: list[str]) -> None:
    for page in pages:
        html = (site / page).read_text(encoding="utf-8")
        figures = set(re.findall(r'<figure [^>]*data-figure="(\w+)"', html))
        loaded = set(re.findall(r'<script [^>]*src="[^"]*/figures/(\w+)\.js', html))
        others = ({"figure"} if figures else set()) | ({"branches"} if "tree" in figures else set())
        assert loaded == figures | others, page
