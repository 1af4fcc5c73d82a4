import numpy as np
import pytest

from course_lm import plot
from course_lm.plot.style import MODEL, RIVALS, SOURCE

VOCABULARY = ["\n", "a", "b"]
P = [[0.1, 0.7, 0.2], [0.5, 0.495, 0.005]]


@pytest.mark.parametrize("narrow", [False, True])
def test_the_map_is_strongest_where_the_probability_is_and_its_rings_mark_what_came(narrow):
    figure = plot.probability_map(VOCABULARY, ["\n", "a"], ["a", "b"], P).figure(narrow=narrow)
    axes = figure.axes[0]
    strengths = [color[-1] for color in axes.collections[0].get_facecolor()]
    assert strengths == pytest.approx([0.1, 0.7, 0.2, 0.5, 0.495])  # the faintest cell is left out
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [(0, 1), (1, 2)])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["↵", "a"]


@pytest.mark.parametrize("narrow", [False, True])
def test_every_temperature_has_its_bars_on_the_same_scale_and_in_the_order_of_the_candidates(narrow):
    panels = plot.at_temperatures(VOCABULARY, {"τ = 1": P[0], "τ = 2": P[1]}).figure(narrow=narrow).axes
    assert [[bar.get_width() for bar in axes.patches] for axes in panels] == P
    assert panels[0].get_xlim() == panels[1].get_xlim()
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["↵", "a", "b"]
    assert panels[0].get_ylim()[0] > panels[0].get_ylim()[1]  # the first is on top


@pytest.mark.parametrize("narrow", [False, True])
def test_every_model_has_a_dot_of_its_color_at_its_probability(narrow):
    models = ["5-gram", "transformer", "exact source"]
    panels = plot.side_by_side(models, {" ": [0.1, 0.2, 0.3], "s": [0.6, 0.5, 0.4]}).figure(narrow=narrow).axes
    dots = [axes.collections[-1] for axes in panels]
    assert [dot.get_offsets()[:, 0].tolist() for dot in dots] == [[0.1, 0.2, 0.3], [0.6, 0.5, 0.4]]
    assert [text.get_color() for text in panels[1].texts] == [RIVALS[0], MODEL, SOURCE]
    assert [text.get_text() for text in panels[1].texts] == ["0.600", "0.500", "0.400"]


def test_the_pieces_of_the_stick_lie_end_to_end_from_0_to_1_and_those_that_are_hit_are_bold():
    axes = plot.stick(VOCABULARY, P[0], [0.5, 0.05]).figure().axes[0]
    pieces = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    np.testing.assert_allclose(pieces, [(0, 0.1), (0.1, 0.8), (0.8, 1)], atol=1e-12)
    letters = {text.get_text(): text.get_weight() for text in axes.texts}
    assert [letters[token] for token in "↵ab"] == ["bold", "bold", "normal"]
    assert [(text.get_position()[0], text.get_text()) for text in axes.texts[3:]] == [
        (0.05, "0.05"),
        (0.05, "2."),
        (0.5, "0.50"),
        (0.5, "1."),
    ]


@pytest.mark.parametrize(("narrow", "named"), [(False, ["b"]), (True, [])])
def test_a_piece_too_short_for_its_name_stays_without_one(narrow, named):
    axes = plot.stick(["a", "b", "c"], [0.001, 0.03, 0.969], []).figure(narrow=narrow).axes[0]
    assert [text.get_text() for text in axes.texts] == [*named, "c"]
