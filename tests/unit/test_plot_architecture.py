from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from course_lm import ModelConfig, TransformerLM, plot
from course_lm.plot.architecture import NARROW, WIDE

from .first_axes import first_axes

BOTH_WIDTHS = pytest.mark.parametrize("narrow", [False, True])
PARTS = {"embedding": 1856, "previous token": 64, "attention": 32768, "MLP": 65536, "head": 1856}
SIZES = {"B": 32, "T": 72, "C": 64, "V": 29}


def drawn(narrow):
    return plot.transformer("\nthe do", "the dog", SIZES, PARTS, n_blocks=2).figure(narrow=narrow)


def words(axes):
    """What is written, with its place, from the bottom to the top."""
    texts = [text for text in axes.texts if text.get_text()]
    return sorted(texts, key=lambda text: text.get_position()[1])


@BOTH_WIDTHS
def test_the_parts_stand_on_each_other_in_the_order_in_which_a_row_passes_them(narrow):
    said = [text.get_text() for text in words(first_axes(drawn(narrow)))]
    assert [name for name in said if name in PARTS] == list(PARTS)


@BOTH_WIDTHS
def test_beside_each_part_stands_how_many_parameters_it_has_and_they_add_up(narrow):
    axes = first_axes(drawn(narrow))
    column = [t.get_text() for t in words(axes) if t.get_position()[0] == (NARROW if narrow else WIDE).counts]
    total, *counts = [text for text in column if text[0].isdigit()]
    assert counts == ["1,856", "64", "2 × 16,384", "2 × 32,768", "1,856"]
    assert total == "102,080 in all"
    model = TransformerLM(ModelConfig.preset("tiny", 29))
    assert sum(PARTS.values()) == sum(weights.numel() for weights in model.parameters())


@BOTH_WIDTHS
def test_the_stream_has_one_shape_before_and_after_the_blocks(narrow):
    said = [text.get_text().partition("\n") for text in words(first_axes(drawn(narrow)))]
    shapes = [(letters, numbers) for letters, _, numbers in said if letters.startswith("(B")]
    assert [letters for letters, _ in shapes] == ["(B, T)", "(B, T, C)", "(B, T, C)", "(B, T, V)"]
    if not narrow:
        assert [numbers for _, numbers in shapes] == ["32 × 72", "32 × 72 × 64", "32 × 72 × 64", "32 × 72 × 29"]


@BOTH_WIDTHS
def test_what_is_added_to_the_stream_has_a_plus_on_it_and_what_replaces_it_has_none(narrow):
    axes = first_axes(drawn(narrow))
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    pluses = sorted(patch.center[1] for patch in axes.patches if hasattr(patch, "center"))
    assert [abs(plus - heights[name]) < 10 for plus, name in zip(pluses, list(PARTS)[1:4], strict=True)] == [True] * 3


@BOTH_WIDTHS
def test_letters_are_large_enough_and_none_lies_on_another_or_outside(narrow):
    figure = drawn(narrow)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    texts = words(first_axes(figure))
    assert min(text.get_fontsize() for text in texts) >= 11
    boxes = {text: text.get_window_extent(renderer) for text in texts}
    for one, other in combinations(texts, 2):
        assert not boxes[one].overlaps(boxes[other]), (one.get_text(), other.get_text())
    for text, box in boxes.items():
        assert box.x0 > -1, text
        assert box.x1 < figure.bbox.width + 1, text


@BOTH_WIDTHS
def test_every_part_that_is_named_has_a_place_to_point_at_that_holds_its_name(narrow):
    axes = first_axes(drawn(narrow))
    places = [(patch.get_gid().removeprefix("part "), patch) for patch in axes.patches if patch.get_gid()]
    names = {text.get_text(): text.get_position() for text in axes.texts}
    assert {name for name, _ in places} == {*PARTS, "norm", "stream", "inputs", "logits", "targets"}
    for name, place in places:
        if name in PARTS or name == "logits":
            assert place.get_path().contains_point(names[name]), name
        assert min(place.get_width(), place.get_height()) >= 24, name  # what a finger needs
