"""The tree of continuations and the descent on the loss map show what Python computes, and move with the keyboard."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import live_weights
import numpy as np
import pytest

from course_lm import ToyEnglish, ledger

from . import page_checks

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

OpenPage = Callable[..., "Page"]
BEGINNING = "the brave d"


def open_figure(open_page: OpenPage, site: Path, name: str, **options: object) -> Locator:
    """A figure, once it is there."""
    chapter = {"tree": "02_factorization", "descent": "07_towards_gradient_descent"}[name]
    figure = open_page(f"{site.as_uri()}/book/{chapter}.html", **options).locator(f'figure[data-figure="{name}"]')
    figure.scroll_into_view_if_needed()
    figure.locator("svg").first.wait_for()
    return figure


def walk_along(figure: Locator, letters: str) -> None:
    """Type letters at the trunk."""
    figure.get_by_role("treeitem").first.focus()
    for letter in letters:
        figure.page.keyboard.press(letter)


def test_tree_multiplies_the_probabilities_and_adds_the_costs_of_a_path(open_page: OpenPage, site: Path) -> None:
    figure = open_figure(open_page, site, "tree")
    model, tokenizer = live_weights.read(site / "_static" / "live" / "toy_weights.js")
    walk_along(figure, "ogs")
    p = [row.p for row in ledger(model, tokenizer.encode(f"\n{BEGINNING}ogs"))][len(BEGINNING) :]
    assert figure.locator(".tree-text").inner_text() == "the␣brave␣dogs"
    factors, costs = (" · ".join(f"{x:.2f}" for x in p), " + ".join(f"{-math.log2(x):.2f}" for x in p))
    shown = figure.locator(".tree-text ~ p").all_inner_texts()
    assert shown[:2] == [
        f"width = {factors} = {math.prod(p):.2f}",
        f"cost = {costs} = {-math.log2(math.prod(p)):.2f} bits",
    ]
    figure.get_by_label("according to").select_option("source")
    walk_along(figure, "ogs")
    exact = math.prod(row.p for row in ledger(ToyEnglish(), tokenizer.encode(f"\n{BEGINNING}ogs"))[len(BEGINNING) :])
    assert figure.locator(".tree-text ~ p").first.inner_text().endswith(f"= {exact:.2f}")


def test_branches_out_of_a_node_are_together_as_wide_as_the_node(open_page: OpenPage, site: Path) -> None:
    figure = open_figure(open_page, site, "tree")
    figure.get_by_label("beginning").fill("the ")
    drawn = """() => {
        const { Branch, open, layout } = courseLM.branches;
        return courseLM.load("toy").then((model) => {
            const scorer = new courseLM.Scorer(model);
            const next = (text) => new Map(model.alphabet.map(
                (c, id) => [c, courseLM.base.softmax(scorer.next(text))[id]]));
            const trunk = new Branch(null, "the ", "", 1);
            open(trunk, next);
            for (const branch of [...trunk.all.slice(0, 3)]) open(branch, next);
            return layout(trunk).places.map(({ branch, thick }) =>
                [thick, branch.drawn.reduce((sum, child) => sum + child.width * 120, 0), branch.drawn.length]);
        });
    }"""
    places = figure.page.evaluate(drawn)
    assert len(places) > 10
    assert all(total == pytest.approx(thick, rel=1e-6) for thick, total, n in places if n)


def test_tree_opens_anywhere_by_click_and_keys_without_moving_the_page(open_page: OpenPage, site: Path) -> None:
    figure = open_figure(open_page, site, "tree", viewport={"width": 390, "height": 844})
    items = figure.get_by_role("treeitem")
    height = page_height(figure.page)
    n = items.count()
    figure.get_by_role("treeitem", name=re.compile("others together")).last.click()  # names some more
    assert items.count() > n
    press = figure.page.keyboard.press
    items.first.focus()
    press("ArrowRight")
    first = figure.locator('[role="treeitem"]:focus')
    assert first.get_attribute("aria-level") == "2"
    press("ArrowLeft")  # it was open
    assert first.get_attribute("aria-expanded") == "false"
    press("Enter")
    assert first.get_attribute("aria-expanded") == "true"
    walk_along(figure, "ogs near the castle ")
    assert figure.locator(".tree-text").inner_text().endswith("dogs␣near␣the␣castle␣")
    assert page_height(figure.page) == height
    figure.get_by_role("button", name="Begin here").click()
    assert figure.get_by_label("beginning").input_value() == "the brave dogs near the castle "
    assert items.first.get_attribute("aria-label") == "after “the brave dogs near the castle ”, width 1"
    items.first.focus()
    figure.get_by_role("button", name="Begin here").click()
    assert "begins here already" in figure.get_by_role("status").inner_text()
    figure.get_by_label("beginning").fill("The 3 Dogs")
    assert "small letters" in figure.get_by_role("status").inner_text()
    assert page_height(figure.page) == height
    assert_accessible(figure)


def page_height(page: Page) -> int:
    """Pixels from the top to the end of the page."""
    return int(page.evaluate("document.documentElement.scrollHeight"))


def assert_accessible(figure: Locator) -> None:
    """Axe finds nothing in a figure in use, in light and dark; its static part is what is printed."""
    page, name = figure.page, figure.get_attribute("data-figure")
    for mode in page_checks.THEMES:
        page.emulate_media(color_scheme=mode, reduced_motion="reduce")
        page.wait_for_selector(f'html[data-theme="{mode}"]', state="attached")
        assert page_checks.faults_of(page, f"[data-figure={name}]") == []
    page.emulate_media(media="print")
    assert (figure.locator(".figure-live").is_visible(), figure.locator(".figure-static").is_visible()) == (False, True)


SHARES = np.array([5, 3, 2]) / 10  # of a, b and c in the text of the chapter


def loss(z: np.ndarray) -> float:
    """Nats per token of the unigram with the logits (a, b, 0)."""
    logits = np.append(z, 0)
    return float(-SHARES @ (logits - np.log(np.exp(logits).sum())))


def descend(z: list[float], rate: float, n_steps: int) -> tuple[np.ndarray, float]:
    """Where descent is, and how far above the lowest loss."""
    at = np.array(z)
    for _ in range(n_steps):
        e = np.exp(np.append(at, 0))
        at = at - rate * (e / e.sum() - SHARES)[:2]
    return at, loss(at) + float(SHARES @ np.log(SHARES))


def test_descent_takes_the_steps_that_python_takes(open_page: OpenPage, site: Path) -> None:
    figure = open_figure(open_page, site, "descent")
    fates = {0.1: "crawls", 1: "arrives", 4: "side to side", 6: "jumps"}
    for rate, fate in fates.items():
        figure.get_by_role("button", name=f"η = {rate}", exact=True).press("Enter")
        assert_steps(figure, [0.0, 0.0], rate)
        assert fate in figure.get_by_role("status").inner_text()
    handle = figure.locator(".handle")
    handle.focus()
    for key in ["ArrowLeft"] * 3 + ["ArrowUp"] * 2:
        figure.page.keyboard.press(key)
    assert_steps(figure, [-0.3, 0.2], 6)
    drag(figure, to=(2.0, -1.5))
    assert_steps(figure, [2.0, -1.5], 6)
    figure.page.keyboard.press("Home")
    assert_steps(figure, [0.0, 0.0], 6)
    assert_accessible(figure)


def assert_steps(figure: Locator, z: list[float], rate: float) -> None:
    """Compare the points that are shown after 0, 20 and 100 steps."""
    assert figure.locator(".descent-rate strong").inner_text() == f"η = {rate:g}"
    for n_steps, text in zip((0, 20, 100), figure.locator("dd").all_inner_texts(), strict=True):
        a, b, above = map(float, re.findall(r"-?\d+\.\d+", text.replace("−", "-")))
        at, wanted = descend(z, rate, n_steps)
        assert [a, b] == pytest.approx(at, abs=0.0051), (rate, n_steps)
        assert above == pytest.approx(wanted, abs=0.000051), (rate, n_steps)


def drag(figure: Locator, to: tuple[float, float]) -> None:
    """Take the start to another place of the map, which is 6 logits wide and begins at (-2, -3.5)."""
    figure.locator("svg").scroll_into_view_if_needed()
    box, at = figure.locator("svg > .axis").bounding_box(), figure.locator(".point").bounding_box()
    assert box is not None
    assert at is not None
    mouse = figure.page.mouse
    mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    mouse.down()
    x, y = box["x"] + (to[0] + 2) / 6 * box["width"], box["y"] + (2.5 - to[1]) / 6 * box["height"]
    mouse.move(x, y, steps=3)
    mouse.up()


def test_limit_of_the_rate_is_marked_where_the_slider_reaches_it(open_page: OpenPage, site: Path) -> None:
    figure = open_figure(open_page, site, "descent")
    curvature = np.linalg.eigvalsh(np.diag(SHARES[:2]) - np.outer(SHARES[:2], SHARES[:2]))[-1]
    mark = figure.locator(".descent-limit")
    assert mark.inner_text() == f"limit 2/κ = {2 / curvature:.1f}"
    at = float(mark.evaluate("mark => getComputedStyle(mark).getPropertyValue('--at')"))
    slider = figure.get_by_label("learning rate η")
    sides = []
    for position in (math.floor(100 * at), math.ceil(100 * at)):
        slider.fill(str(position))
        sides.append(float(figure.locator(".descent-rate strong").inner_text().removeprefix("η = ")))
    assert sides[0] <= 2 / curvature <= sides[1]
