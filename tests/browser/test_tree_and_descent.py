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
from .figure_page import open_figure

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

OpenPage = Callable[..., "Page"]
BEGINNING = "the brave d"


def in_sight(figure: Locator) -> Locator:
    """The figure, once it has come near and is drawn."""
    figure.scroll_into_view_if_needed()
    figure.locator("svg").first.wait_for()
    return figure


def walk_along(figure: Locator, letters: str) -> None:
    """Type letters at the trunk."""
    figure.get_by_role("treeitem").first.focus()
    for letter in letters:
        figure.page.keyboard.press(letter)


def test_tree_multiplies_the_probabilities_and_adds_the_costs_of_a_path(open_page: OpenPage, site: Path) -> None:
    figure = in_sight(open_figure(open_page, site, "tree"))
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
    at = figure.locator("[role=treeitem]:focus")
    assert at.get_attribute("aria-selected") == "true"
    assert figure.locator("[role=treeitem][aria-selected=true]").count() == 1
    far = "ogs near the castle "
    walk_along(figure, far)
    p = [row.p for row in ledger(model, tokenizer.encode(f"\n{BEGINNING}{far}"))][len(BEGINNING) :]
    telling = [f"{-math.log2(x):.2f}" for x in p if x < 0.995]
    terms = [*(["…"] if len(telling) > 6 else []), *telling[-6:], f"{len(p) - len(telling)} × about 0"]
    shown = figure.locator(".tree-text ~ p").all_inner_texts()
    assert shown[1] == f"cost = {' + '.join(terms)} = {-math.log2(math.prod(p)):.2f} bits"
    walk_along(figure, "zz")
    p = [row.p for row in ledger(model, tokenizer.encode(f"\n{BEGINNING}zz"))][len(BEGINNING) :]
    rare = float(f"{1 / math.prod(p):.2g}")
    assert figure.locator(".tree-text ~ p").first.inner_text().endswith(f" = 1 in {rare:,.0f}")
    figure.get_by_label("according to").select_option("source")
    assert figure.locator(".tree-ground.is-source").count() == 1
    walk_along(figure, "oq")
    assert figure.get_by_role("status").inner_text() == "“q” cannot come here."
    walk_along(figure, "ogs")
    exact = math.prod(row.p for row in ledger(ToyEnglish(), tokenizer.encode(f"\n{BEGINNING}ogs"))[len(BEGINNING) :])
    assert figure.locator(".tree-text ~ p").first.inner_text().endswith(f"= {exact:.2f}")


def test_branches_out_of_a_node_are_together_as_wide_as_the_node(open_page: OpenPage, site: Path) -> None:
    figure = in_sight(open_figure(open_page, site, "tree"))
    figure.get_by_label("beginning").fill("the ")
    drawn = """() => {
        const { Branch, open, layout, outline } = courseLM.branches;
        return courseLM.load("toy").then((model) => {
            const scorer = new courseLM.Scorer(model);
            const next = (text) => new Map(model.alphabet.map(
                (c, id) => [c, courseLM.base.softmax(scorer.next(text))[id]]));
            const trunk = new Branch(null, "the ", "", 1);
            open(trunk, next);
            for (const branch of [...trunk.all.slice(0, 3)]) open(branch, next);
            const { places } = layout(trunk);
            const of = new Map(places.map((place) => [place.branch, place]));
            return places.map((place) => {
                const children = place.branch.drawn.map((child) => of.get(child));
                const begins = children.map(({ begin }) => begin);
                const leaves = children.map((child) => Number(outline(child, place).match(/^M\\S+ (\\S+?)C/)?.[1]));
                const [widths, ps, ys] = [
                    children.map(({ branch }) => branch.width * 120),
                    children.map(({ branch }) => branch.p),
                    children.map(({ y }) => y),
                ];
                return { y: place.y, thick: place.thick, begins, leaves, widths, ps, ys };
            });
        });
    }"""
    places = figure.page.evaluate(drawn)
    assert len(places) > 10
    for place in (place for place in places if place["widths"]):
        widths = place["widths"]
        assert sum(widths) == pytest.approx(place["thick"], rel=1e-6)
        begins = [sum(widths[:i]) - place["thick"] / 2 for i in range(len(widths))]  # side by side
        assert place["begins"] == pytest.approx(begins)
        assert widths[:-1] == sorted(widths[:-1], reverse=True)  # the last one may be all others
        wide = [i for i, width in enumerate(widths) if width >= 1]
        assert [place["leaves"][i] for i in wide] == pytest.approx([place["y"] + begins[i] for i in wide])
        pull = sum(p * y for p, y in zip(place["ps"], place["ys"], strict=True))
        assert place["y"] == pytest.approx(pull)  # the wide ones pull more


def test_tree_opens_anywhere_by_click_and_keys_without_moving_the_page(open_page: OpenPage, site: Path) -> None:
    figure = in_sight(open_figure(open_page, site, "tree", only=None, viewport={"width": 390, "height": 844}))
    items = figure.get_by_role("treeitem")
    height = page_height(figure.page)
    n = items.count()
    ground, view = (figure.locator(f".tree-{part}").bounding_box() for part in ("ground", "view"))
    assert ground
    assert view
    assert ground["height"] <= view["height"]  # at first all of it is seen
    rest = figure.get_by_role("treeitem", name=re.compile("others together")).last
    n_others = int(str(rest.get_attribute("aria-label")).split()[0])
    assert int(str(rest.get_attribute("aria-setsize"))) - 1 + n_others == 29  # together all of the alphabet
    rest.click()  # names some more
    assert items.count() > n
    for item in items.all():
        width = re.search(r"width (\S.*), \S+ bits$", str(item.get_attribute("aria-label")))
        if width and item.get_attribute("aria-expanded") == "false":
            assert item.locator("span").inner_text() == width[1]
    press = figure.page.keyboard.press
    items.first.focus()
    for key, place in {"ArrowDown": 1, "ArrowUp": 0, "End": items.count() - 1, "Home": 0}.items():
        press(key)
        assert items.nth(place).evaluate("item => item === document.activeElement"), key
    press("ArrowRight")
    first = figure.locator('[role="treeitem"]:focus')
    assert (first.get_attribute("aria-level"), first.get_attribute("aria-posinset")) == ("2", "1")
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
    figure.get_by_label("beginning").fill("the dog rests.↵m")
    assert figure.locator(".tree-text").inner_text().startswith("the␣dog␣rests.↵m")
    assert items.first.get_attribute("aria-label") == "after “the dog rests.\nm”, width 1"
    items.nth(1).focus()
    figure.get_by_role("button", name="Begin here").click()
    assert figure.get_by_label("beginning").input_value().startswith("the dog rests.↵m")
    figure.get_by_label("according to").select_option("the exact source")
    assert "begins like this" not in figure.get_by_role("status").inner_text()
    figure.get_by_label("beginning").fill("the cat ")
    assert "No sentence of the source begins like this" in figure.get_by_role("status").inner_text()
    figure.get_by_label("according to").select_option("the model")
    assert "begins like this" not in figure.get_by_role("status").inner_text()
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
    figure = in_sight(open_figure(open_page, site, "descent"))
    fates = {0.1: "crawls", 1: "arrives", 4: "side to side", 6: "jumps"}
    for rate, fate in fates.items():
        figure.get_by_role("button", name=f"η = {rate}", exact=True).press("Enter")
        assert_steps(figure, [0.0, 0.0], rate)
        assert fate in figure.get_by_role("status").inner_text()
        place = round(100 * math.log(rate / 0.05) / math.log(200))
        assert figure.get_by_label("learning rate η").input_value() == str(place)
        if fate == "arrives":
            arrived = 1 + max(n for n in range(100) if descend([0, 0], rate, n)[1] > 0.001)
            wanted = f"It arrives: from step {arrived} on it stays within 0.001 nats of the lowest point."
            assert figure.get_by_role("status").inner_text() == wanted
    assert figure.locator(".ring-label").all_text_contents() == ["0.16", "0.64", "1.44"]
    ring = points(figure.locator(".rings path").nth(3))  # that of 0.16
    assert [loss(z) + float(SHARES @ np.log(SHARES)) for z in ring] == pytest.approx([0.16] * len(ring), abs=0.002)
    goal = re.findall(r"[\d.]+", str(figure.locator(".goal").get_attribute("d")))
    assert logits(float(goal[0]) + 7, float(goal[1])) == pytest.approx(np.log(SHARES[:2] / SHARES[2]))
    handle = figure.locator(".handle")
    handle.focus()
    for key in ["ArrowLeft"] * 3 + ["ArrowUp"] * 2:
        figure.page.keyboard.press(key)
    assert_steps(figure, [-0.3, 0.2], 6)
    drag(figure, to=(2.0, -1.5))
    assert_steps(figure, [2.0, -1.5], 6)
    drag(figure, to=(4.2, -1.5))  # beyond the map
    assert_steps(figure, [4.0, -1.5], 6)
    label = str(handle.get_attribute("aria-label"))
    assert label == "start (4.00, −1.50); arrow keys move it, Home brings it back"
    figure.page.keyboard.press("Home")
    assert_steps(figure, [0.0, 0.0], 6)
    assert_accessible(figure)


def logits(x: float, y: float) -> np.ndarray:
    """What a place of the map means."""
    return np.array([-2 + 6 * (x - 34) / 344, -3.5 + 6 * (1 - (y - 26) / 344)])


def points(path: Locator) -> list[np.ndarray]:
    """The logits that a path passes."""
    pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", str(path.get_attribute("d")))
    return [logits(float(x), float(y)) for x, y in pairs]


def assert_steps(figure: Locator, z: list[float], rate: float) -> None:
    """Compare the points that are shown after 0, 20 and 100 steps."""
    assert figure.locator(".descent-rate strong").inner_text() == f"η = {rate:g}"
    for n_steps, text in zip((0, 20, 100), figure.locator("dd").all_inner_texts(), strict=True):
        a, b, above = map(float, re.findall(r"-?\d+\.\d+", text.replace("−", "-")))
        at, wanted = descend(z, rate, n_steps)
        for path in (".walk", ".steps"):
            assert points(figure.locator(path))[n_steps] == pytest.approx(at, abs=0.002)
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
    figure = in_sight(open_figure(open_page, site, "descent"))
    curvature = np.linalg.eigvalsh(np.diag(SHARES[:2]) - np.outer(SHARES[:2], SHARES[:2]))[-1]
    mark = figure.locator(".descent-limit")
    assert mark.inner_text() == f"limit 2/κ = {2 / curvature:.1f}"
    at = float(mark.evaluate("mark => getComputedStyle(mark).getPropertyValue('--at')"))
    slider = figure.get_by_label("learning rate η")
    sides, told = [], []
    for position in (math.floor(100 * at), math.ceil(100 * at)):
        slider.fill(str(position))
        told.append(str(slider.get_attribute("aria-valuetext")).split(", ")[1])
        sides.append(float(figure.locator(".descent-rate strong").inner_text().removeprefix("η = ")))
    assert sides[0] <= 2 / curvature <= sides[1]
    assert told == ["below the limit", "above the limit"]
