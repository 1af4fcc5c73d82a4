"""The two figures of chapter 6: the drawn model that answers, and the slider over training."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import pytest
import torch
import training_steps_record
from torch import Tensor

from course_lm import ModelConfig, TransformerLM

from . import page_checks
from .figure_page import open_figure

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

OpenPage = Callable[..., "Page"]
PARTS = [
    *("inputs", "embedding", "previous token", "norm", "stream", "attention", "MLP", "head", "logits", "targets"),
]  # from the bottom of the drawing to its top


SHARES = "all => all.map(one => [one.dataset.of, one.style.flexGrow, one.classList.contains('is-shown')])"


def test_each_part_of_the_drawn_model_tells_the_weights_and_shapes_of_the_real_one(
    open_page: OpenPage, site: Path
) -> None:
    model = TransformerLM(ModelConfig.preset("tiny", 29))
    n_all = sum(weights.numel() for weights in model.parameters())
    figure = open_figure(open_page, site, "transformer")
    page = figure.page
    told, numbers = figure.locator(".part-told.is-shown"), numbers_of_weights(model)
    assert told.inner_text().startswith("attention\n")
    figure.locator('[role="radio"][tabindex="0"]').focus()
    page.keyboard.press("End")
    answers = {}
    for name in PARTS:
        assert page.locator(":focus").get_attribute("aria-checked") == "true"
        answers[name] = told.inner_text()
        assert answers[name].splitlines()[0] == name
        shares = figure.locator(".part-shares i").evaluate_all(SHARES)
        assert {part: float(share) for part, share, _ in shares} == numbers
        assert [part for part, _, is_shown in shares if is_shown] == [part for part in numbers if part == name]
        page.keyboard.press("ArrowUp")
    head, targets = (figure.get_by_role("radio", name=name) for name in ("head", "targets"))
    head.hover()
    assert told.inner_text() == answers["head"]
    page.mouse.move(0, 0)
    assert told.inner_text() == answers["targets"]  # which has been chosen
    head.click()
    targets.hover()
    page.mouse.move(0, 0)
    assert told.inner_text() == answers["head"]
    shown = {name: said(answer) for name, answer in answers.items()}
    assert {name: n for name, (n, _) in shown.items()} == {**dict.fromkeys(PARTS, 0), **numbers}
    assert sum(n for n, _ in shown.values()) == n_all
    for name, (n, share) in shown.items():
        assert share == (round(100 * n / n_all) if n else 0), name
    shapes = shapes_of_a_batch(model)
    for name, of_part in shapes.items():
        assert re.findall(r"= (\d+(?: × \d+)+)\n", answers[name]) == of_part, name
    page.emulate_media(media="print")
    assert figure.locator(".plot-wide").is_visible()
    assert not figure.locator(".part-panel").is_visible()
    page.emulate_media(media="screen")
    assert_accessible(page, figure)


def said(answer: str) -> tuple[int, int]:
    """The number of weights in what a part tells, and their share in percent."""
    line = next(line for line in answer.splitlines() if "none" in line or "%" in line)
    if "none" in line:
        return 0, 0
    before, percent = re.fullmatch(r".*?([\d,]+): (?:less than )?(\d+)% of 102,080", line).groups()
    return int(before.replace(",", "")), 0 if "less than" in line else int(percent)


def numbers_of_weights(model: TransformerLM) -> dict[str, int]:
    """How many weights each part has, as PyTorch counts them."""
    counts = dict.fromkeys(["embedding", "previous token", "attention", "MLP", "head"], 0)
    for name, weights in model.named_parameters():
        part = "attention" if "attention" in name else "MLP" if name.startswith("blocks") else name
        counts[{"previous": "previous token"}.get(part, part)] += weights.numel()
    return counts


def shapes_of_a_batch(model: TransformerLM) -> dict[str, list[str]]:
    """What goes into some parts and comes out, when a batch passes them."""
    ids = torch.zeros(32, 72, dtype=torch.int64)
    seen: dict[str, list[str]] = {}

    def see(name: str) -> Callable[..., None]:
        return lambda _, args, out: seen.update({name: [by(args[0]), by(out)]})

    model.blocks[0].attention.register_forward_hook(see("attention"))
    model.blocks[1].register_forward_hook(see("stream"))
    model.register_forward_hook(see("model"))
    model(ids)
    into, logits = seen.pop("model")
    stream = by(model.embed(ids))
    return seen | {"inputs": [into], "embedding": [into, stream], "head": [stream, logits], "logits": [logits]}


def by(tensor: Tensor) -> str:
    """A shape as the figure writes it."""
    return " × ".join(map(str, tensor.shape))


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """What the page shows, which a unit test compares with the model."""
    text = training_steps_record.FILE.read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return found


VALUES = "(all, name) => all.map(one => Number(one.style.getPropertyValue(name)))"


def test_the_slider_over_training_changes_all_parts_together_and_moves_none(
    open_page: OpenPage, site: Path, record: dict[str, Any]
) -> None:
    figure = open_figure(open_page, site, "training")
    page = figure.page
    page.emulate_media(reduced_motion="reduce")  # so that every place is measured at its end
    slider = figure.get_by_label("step of training")
    slider.focus()
    sizes, alphabet = set(), list(record["alphabet"])
    exact = record["source"]
    tiles = figure.locator(".training-tile")
    assert tiles.evaluate_all(VALUES, "--source-nats") == exact["nats"]
    assert figure.locator(".training-tile.is-marked").count() == sum(nats >= 0.05 for nats in exact["nats"])
    assert f"exact source {mean(exact['nats']):.2f}" in figure.inner_text()
    assert f"the exact source: {record['floor']:.2f}" in figure.inner_text()
    levels = re.findall(r"M([\d.]+) ([\d.]+)h", str(figure.locator(".training-bars .exact").get_attribute("d")))
    assert [height(float(y)) for _, y in levels] == pytest.approx([p for p in exact["next"] if p > 0.005])
    for state in walk(page, record):
        step, loss, known, cost = figure.locator(".training-label b").all_inner_texts()
        assert (int(step), loss) == (state["step"], f"{state['loss']:.2f}")
        assert known == f"{sum(state['known'])} of {len(state['known'])}"
        assert cost == f"{mean(state['nats']):.2f}"
        assert figure.locator(".training-text").inner_text() == state["text"].replace("\n", "↵")
        assert figure.locator(".training-text u").count() == state["known"].count(0)
        assert tiles.evaluate_all(VALUES, "--nats") == state["nats"]
        costliest = list(record["sentence"])[state["nats"].index(max(state["nats"]))]
        spoken = {" ": "space", ".": "period", ",": "comma"}.get(costliest, costliest)
        aloud = str(figure.locator(".training-tiles").get_attribute("aria-label"))
        assert f"in nats: {spoken} {max(state['nats']):.1f}, " in aloud
        tops = figure.locator(".training-bars .kept").evaluate_all("all => all.map(one => +one.getAttribute('y'))")
        assert [height(y) for y in tops] == pytest.approx([min(p, 0.8) for p in state["next"]])
        likely = [f"{p:.2f}" for p in state["next"] if p >= 0.2]
        assert [text for text in figure.locator(".training-bars .p").all_text_contents() if text] == likely
        best = alphabet[state["next"].index(max(state["next"]))]
        told = str(slider.get_attribute("aria-valuetext"))
        assert told.startswith(f"step {step}: {loss} nats per character, writes: ")
        name = {" ": "space", "\n": "line break"}.get(best, best)
        assert f"expects {name} {max(state['next']):.2f}" in told
        assert_point_on_curve_above_thumb(figure, record, state)
        sizes.add(json.dumps([figure.bounding_box(), figure.locator(".training-bars").bounding_box()]))
    assert len(sizes) == 1
    assert_accessible(page, figure)


def height(y: float) -> float:
    """The probability that a bar shows which ends there."""
    return 0.8 * (92 - y) / 80


def walk(page: Page, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each kept step, with the arrow key between them."""
    for state in record["kept"]:
        yield state
        page.keyboard.press("ArrowRight")


def assert_point_on_curve_above_thumb(figure: Locator, record: dict[str, Any], state: dict[str, Any]) -> None:
    """The disk lies on a vertex of the curve at the height of the loss, and the thumb of the slider below it."""
    point = figure.locator(".point")
    x, y = (float(str(point.get_attribute(name))) for name in ("cx", "cy"))
    drop = re.findall(r"[\d.]+", str(figure.locator(".guide").get_attribute("d")))
    assert [float(end) for end in drop] == pytest.approx([x, y, 122])  # down to the axis
    line = str(figure.locator("path.loss").get_attribute("d"))
    vertices = [tuple(map(float, pair.split())) for pair in line.removeprefix("M").split("L")]
    at = [step for step, _ in record["curve"]].index(state["step"])
    assert vertices[at] == pytest.approx((x, y))
    top, bottom = vertices[0][1], float(str(figure.locator("path.floor").get_attribute("d")).split()[1].split("H")[0])
    height = (record["kept"][0]["loss"] - state["loss"]) / (record["kept"][0]["loss"] - record["floor"])
    assert y == pytest.approx(top + height * (bottom - top))
    middles = figure.evaluate(
        """figure => {
            const [input, box, disk] = ["input", "input", ".point"].map((name) => figure.querySelector(name))
            const { left, width } = box.getBoundingClientRect();
            const thumb = 20; // pixels wide
            const place = disk.getBoundingClientRect();
            return [left + thumb / 2 + ((width - thumb) * input.value) / input.max, place.left + place.width / 2];
        }"""
    )
    assert math.dist(middles[:1], middles[1:]) < 1


def test_training_plays_to_its_end_and_stands_still_for_those_who_want_it(
    open_page: OpenPage, site: Path, record: dict[str, Any]
) -> None:
    figure = open_figure(open_page, site, "training")
    page = figure.page
    slider = figure.get_by_label("step of training")
    slider.evaluate("(slider) => { slider.value = slider.max - 1; }")
    figure.get_by_role("button", name="Play").press("Enter")
    assert figure.get_by_role("button", name="Pause").is_visible()
    figure.get_by_role("button", name="Play").wait_for()
    assert slider.input_value() == str(len(record["kept"]) - 1)
    assert "step 600" in figure.locator('[role="status"]').inner_text()
    figure.get_by_role("button", name="Play").press("Enter")  # once more, from the start
    assert slider.input_value() == "0"
    slider.press("ArrowRight")
    assert figure.get_by_role("button", name="Play").is_visible()
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    assert figure.get_by_label("step of training").is_visible()
    assert figure.get_by_role("button", name="Play").count() == 0


def assert_accessible(page: Page, figure: Locator) -> None:
    """Axe finds nothing in light and dark."""
    name = figure.get_attribute("data-figure")
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode, reduced_motion="reduce")
        page.wait_for_selector(f'html[data-theme="{mode}"]', state="attached")
        assert page_checks.faults_of(page, f"[data-figure={name}]") == []
